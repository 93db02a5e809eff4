"""A formula of a tier gives what its field is: a number, a truth value, a text; and it is exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aerofleet.fleet.resolve import resolve_cell
from tests.fleet.project import SHOP, change, copy_of

PLAIN = "templates/tiers/plain.yaml"


def setting(root: Path, replace: str, by: str) -> Any:
    """The settings of a cluster with a value of its tier replaced."""
    change(root, {"file": PLAIN, "replace": replace, "by": by})
    resolution = resolve_cell(root, "here")
    assert resolution.cell is not None, resolution.findings
    return resolution.settings["search/suggest"].settings


def test_a_truth_value(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    assert setting(root, "paused: false", "paused: '{{ workload.reads > 10 }}'").paused is True


def test_a_fraction(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    assert setting(root, "peak: 2", "peak: '{{ 3 / 2 }}'").workload.peak == 1.5


@pytest.mark.parametrize(("formula", "text"), [("{{ 1 + 1 }}", "2"), ("{{ 'on' }}", "on"), ("v{{ 2 }}", "v2")])
def test_a_text_stays_one(formula: str, text: str, tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    assert (
        setting(
            root, "      paused: false", f'      paused: false\n      reconcileRequest: "{formula}"'
        ).reconcile_request
        == text
    )


def test_a_parameter_of_the_server_is_read_as_yaml_reads_it(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    config = "config: {nsup-period: '{{ workload.reads // 10 }}', reject-xdr: '{{ workload.reads < 5 }}'}"
    settings = setting(root, "        config: {nsup-period: 120}", f"        {config}")
    assert settings.namespaces[0].config == {"nsup-period": 100, "reject-xdr": False}


def test_a_size_with_a_unit(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    settings = setting(root, "dataSize: 2Gi", "dataSize: '{{ 2 if workload.reads > 10 else 1 }}Gi'")
    assert settings.namespaces[0].data_size == 2 << 30
