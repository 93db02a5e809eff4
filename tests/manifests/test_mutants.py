"""Each builder, with one thing left out or changed, makes other objects than the golden ones."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
import yaml

from aerofleet.files.choices import NetworkProfile
from tests.fleet.project import CASES, ROOT
from tests.manifests.golden import Render, golden_files
from tests.manifests.test_golden import differences

PACKAGE = "aerofleet.manifests"
FOLDER = ROOT / "aerofleet" / "manifests"
NO_BUILDERS = {"__init__", "admission", "free_config", "rendered", "reference"}
LISTED: dict[str, list[dict[str, str]]] = yaml.safe_load((CASES / "mutants" / "builders.yaml").read_text())
MUTANTS = [pytest.param(name, each, id=f"{name}: {each['about']}") for name in LISTED for each in LISTED[name]]


class Mutation(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds one module, with other source."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        self.module, self.path, self.source = module, path, source

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self, origin=str(self.path)) if name == self.module else None

    def get_source(self, fullname: str) -> str:
        return self.source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.source, str(self.path), "exec")


@contextmanager
def mutated(name: str, case: dict[str, str]) -> Iterator[Render]:
    """``render_cell`` of the builders with one of them changed; the real ones are back afterwards."""
    path = FOLDER / f"{name}.py"
    source = path.read_text()
    assert case["replace"] in source, f"'{case['replace']}' is not in {path.name}"
    finder = Mutation(f"{PACKAGE}.{name}", path, source.replace(case["replace"], case["by"], 1))
    real = {key: sys.modules.pop(key) for key in list(sys.modules) if key == PACKAGE or key.startswith(f"{PACKAGE}.")}
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(PACKAGE).render_cell
    finally:
        sys.meta_path.remove(finder)
        for key in [key for key in sys.modules if key == PACKAGE or key.startswith(f"{PACKAGE}.")]:
            del sys.modules[key]
        sys.modules.update(real)


def noticed(render: Any) -> bool:
    return any(
        any(differences(path.read_text(), objects))
        for profile in NetworkProfile
        for path, objects in golden_files(profile, render)
    )


@pytest.mark.parametrize(("name", "case"), MUTANTS)
def test_a_mutant_is_noticed(name: str, case: dict[str, str]) -> None:
    with mutated(name, case) as render:
        assert noticed(render)


def test_a_builder_that_is_not_changed_is_not_noticed() -> None:
    with mutated("quota", {"replace": "LimitRange", "by": "LimitRange"}) as render:
        assert not noticed(render)


def test_every_builder_has_a_mutant() -> None:
    assert set(LISTED) == {path.stem for path in FOLDER.glob("*.py")} - NO_BUILDERS
