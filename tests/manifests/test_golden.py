"""Whole objects of each tier in each network profile, against the golden files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml

from aerofleet.files.choices import NetworkProfile
from tests.manifests.golden import GOLDEN, golden_files

WRITE = "if that is meant: `python -m tests.manifests.golden`, and say in the change what it does to running clusters"


@pytest.mark.parametrize("profile", list(NetworkProfile))
def test_objects_are_the_golden_ones(profile: NetworkProfile) -> None:
    differing = [
        f"{path.relative_to(GOLDEN)}: {difference}"
        for path, objects in golden_files(profile)
        for difference in differences(path.read_text(), objects)
    ]
    assert not differing, "\n".join([*differing, WRITE])


def test_every_golden_file_is_used() -> None:
    used = {path for profile in NetworkProfile for path, _ in golden_files(profile)}
    assert set(GOLDEN.glob("*/*.yaml")) == used


def differences(golden: str, objects: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each place that differs, with the warning that a podSpec deserves."""
    wanted = objects_in(golden)
    built = {name_of(manifest): manifest for manifest in objects}
    for name in sorted({*wanted, *built}):
        for path, before, after in places(wanted.get(name), built.get(name), ""):
            warning = "  RESTARTS EVERY POD" if path.startswith(".spec.podSpec") else ""
            yield f"{name}{path}: {before!r} → {after!r}{warning}"
    if set(wanted) == set(built) and list(wanted) != list(built):
        yield f"the order of the objects: {list(wanted)} → {list(built)}"


@cache
def objects_in(golden: str) -> Mapping[str, Any]:
    """Return the objects of a golden file by name; cached for all mutants that are compared with it."""
    return {name_of(manifest): manifest for manifest in yaml.load_all(golden, yaml.CSafeLoader)}


def name_of(manifest: Mapping[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def places(before: Any, after: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from places(before.get(key), after.get(key), f"{path}.{key}")
        if list(before) != list(after):
            yield f"{path} (order of keys)", list(before), list(after)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from places(old, new, f"{path}[{index}]")
    elif before != after or type(before) is not type(after):
        yield path, before, after


def test_a_change_of_a_pod_is_named() -> None:
    path, objects = next(path for path in golden_files(NetworkProfile.POD) if path[0].stem == "gold")
    golden = path.read_text()
    objects[0]["spec"]["podSpec"]["sidecars"][0]["image"] += "-next"
    lines = list(differences(golden, objects))
    assert len(lines) == 1
    assert lines[0].startswith("AerospikeCluster cart.spec.podSpec.sidecars[0].image: ")
    assert lines[0].endswith("-next'  RESTARTS EVERY POD")
