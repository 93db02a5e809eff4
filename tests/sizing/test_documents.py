"""The examples of the package and of the concept are right."""

from __future__ import annotations

import doctest
import re
from dataclasses import fields

import yaml
from pydantic import BaseModel

from aerofleet import sizing
from aerofleet.files.size_file import BinFile, DriveFile, MetalFile, NamespaceFile, RecordFile, SizeFile
from aerofleet.sizing import SOURCES, Assumptions
from tests.fleet.project import ROOT

UNITS = {"": 1, " KiB": 1 << 10, " MiB": 1 << 20, " GiB": 1 << 30}


def test_the_example_of_the_package() -> None:
    assert doctest.testmod(sizing).failed == 0


def test_every_planning_figure_has_a_source() -> None:
    assert set(SOURCES) == {field.name for field in fields(Assumptions)}


def test_the_file_in_the_concept_has_every_key() -> None:
    text = (ROOT / "docs/concepts/sizing.md").read_text(encoding="utf-8")
    written = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    assert SizeFile.model_validate(written).to_sizing().fits
    assert set(written) == keys_of(SizeFile)
    (namespace,), (devices,) = written["namespaces"], written["metal"]["devices"]
    assert set(namespace) == keys_of(NamespaceFile)
    assert set(namespace["record"]) == keys_of(RecordFile)
    assert set().union(*namespace["record"]["bins"]) == keys_of(BinFile)
    assert set(written["metal"]) == keys_of(MetalFile)
    assert set(devices) == keys_of(DriveFile)


def keys_of(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def test_the_planning_figures_in_the_concept() -> None:
    text = (ROOT / "docs/concepts/sizing.md").read_text(encoding="utf-8")
    table = text.partition("| figure | value |")[2].partition("\n\n")[0]
    documented = {}
    for names, values in re.findall(r"^\| ([a-z_, ]+) \| (.+) \|$", table, re.MULTILINE):
        amounts = re.findall(r"([0-9]+(?:,[0-9]{3})*)( [KMG]iB)?", values)
        for name, (number, unit) in zip(names.split(", "), amounts, strict=True):
            documented[name] = int(number.replace(",", "")) * UNITS[unit]
    figures = {field.name for field in fields(Assumptions)} - {"survive", "months"}
    assert documented == {name: getattr(Assumptions(), name) for name in figures}
