"""Each builder, with one thing left out or changed, makes other objects than the golden ones."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
import yaml

from aerofleet.features import FEATURES, Feature
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cell import Cell
from tests.fleet.project import CASES, ROOT
from tests.manifests.golden import Render, golden_files, resolved
from tests.manifests.test_golden import differences

PACKAGE = "aerofleet.manifests"
CODE = ROOT / "aerofleet"
BESIDE = {"fleet.containers", "fleet.metadata", "fleet.network_profiles"}
"""Modules of other packages that the builders write objects with."""
NO_BUILDERS = {
    *(
        "features.feature",
        "manifests.feature_rules",
        "manifests.free_config",
        "manifests.rendered",
        "manifests.reference",
        "manifests.stack_objects",
    ),
    *("manifests.overlay", "manifests.overlay_fields", "manifests.overlay_rules"),
}
LISTED: dict[str, list[dict[str, str]]] = yaml.safe_load((CASES / "mutants" / "builders.yaml").read_text())
MUTANTS = [pytest.param(name, mutant, id=f"{name}: {mutant['about']}") for name in LISTED for mutant in LISTED[name]]

WITHOUT_MUTANT = "write a change in tests/cases/mutants/builders.yaml that the golden files notice"


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
    path = CODE / f"{name.replace('.', '/')}.py"
    source = path.read_text()
    assert case["replace"] in source, f"'{case['replace']}' is not in {path.name}"
    finder = Mutation(f"aerofleet.{name}", path, source.replace(case["replace"], case["by"], 1))
    real = {key: sys.modules.pop(key) for key in list(sys.modules) if is_of_builders(key)}
    sys.meta_path.insert(0, finder)
    try:
        yield importlib.import_module(PACKAGE).render_cell
    finally:
        sys.meta_path.remove(finder)
        for key in [key for key in sys.modules if is_of_builders(key)]:
            del sys.modules[key]
        sys.modules.update(real)


def is_of_builders(module: str) -> bool:
    _, _, name = module.partition(".")
    return name in BESIDE or name.partition(".")[0] in ("manifests", "features")


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
    with mutated("manifests.quota", {"replace": "LimitRange", "by": "LimitRange"}) as render:
        assert not noticed(render)


def test_every_builder_has_a_mutant() -> None:
    """But not those of a feature that makes nothing for the golden clusters: tests/features shows its objects."""
    paths = [*CODE.glob("manifests/*.py"), *CODE.glob("features/**/*.py")]
    modules = {".".join(path.relative_to(CODE).with_suffix("").parts) for path in paths if path.stem != "__init__"}
    builders = {name for name in modules - NO_BUILDERS if not name.endswith(".rules") and not is_unused(name)} | BESIDE
    assert sorted(builders - set(LISTED)) == [], WITHOUT_MUTANT
    assert sorted(set(LISTED) - builders) == [], "tests/cases/mutants/builders.yaml names modules that are no builders"


def is_unused(module: str) -> bool:
    """Return whether the module is of a feature that makes nothing for any golden cluster."""
    package, _, rest = module.partition(".")
    return package == "features" and rest.partition(".")[0] in unused_features()


@cache
def unused_features() -> frozenset[str]:
    cells = [resolved(profile) for profile in NetworkProfile]
    return frozenset(feature.name for feature in FEATURES if not any(makes_something(feature, cell) for cell in cells))


def makes_something(feature: Feature, cell: Cell) -> bool:
    of_clusters = (
        [*feature.objects(cell, cluster), feature.spec(cell, cluster), feature.annotations(cell, cluster)]
        for cluster in cell.clusters
    )
    of_teams = (feature.team_objects(cell, team) for team in cell.teams)
    return any(map(any, (*of_clusters, *of_teams, feature.cell_objects(cell))))
