"""Every setting makes the fields that its marks name, in a golden file or in a case of tests/cases/settings.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.ako.admission import admit_create
from aerofleet.files.choices import NetworkProfile
from aerofleet.files.cluster.marks import Makes, marks_in
from aerofleet.files.settings import Settings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from aerofleet.units.field_path import ANY_ENTRY, Key, dotted, parsed
from tests.fleet.project import CASES
from tests.manifests.golden import golden_files, golden_project, resolved

ALL: list[dict[str, Any]] = yaml.safe_load((CASES / "settings.yaml").read_text())
NOT_WRITTEN = "no builder writes these fields, or nothing shows it: write a case in tests/cases/settings.yaml"


def cell_with(settings: dict[str, Any], root: Path) -> Cell:
    """The golden cell, in which the team of shop/cart may set these settings, and does."""
    stack = golden_project(root) / "stacks" / "golden"
    tenants, team = (yaml.safe_load((stack / name).read_text()) for name in ("tenants.yaml", "teams/shop.yaml"))
    tenants["teams"]["shop"]["overridable"] += list(settings)
    team["clusters"]["cart"] |= settings
    (stack / "tenants.yaml").write_text(yaml.safe_dump(tenants))
    (stack / "teams" / "shop.yaml").write_text(yaml.safe_dump(team))
    resolution = resolve_cell(root, "golden")
    assert resolution.cell is not None, resolution.findings
    return resolution.cell


def spec_of(cell: Cell, server: str) -> dict[str, Any]:
    """The spec of shop/cart; the operator has to admit it."""
    cluster = next(cluster for cluster in cell.clusters if cluster.key == "shop/cart")
    resource = aerospike_cluster(cell, replace(cluster, server_version=server) if server else cluster)
    # The operator refuses operations of a cluster that does not exist yet.
    new = {**resource, "spec": {key: value for key, value in resource["spec"].items() if key != "operations"}}
    assert server or admit_create(new).allowed
    spec: dict[str, Any] = resource["spec"]
    return spec


def value_at(value: Any, path: Sequence[Key]) -> Any:
    """None where nothing is."""
    for key in path:
        if isinstance(value, list):
            value = value[key] if isinstance(key, int) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def has(value: Any, path: Sequence[Key]) -> bool:
    if not path:
        return True
    if path[0] == ANY_ENTRY:
        return isinstance(value, list) and any(has(entry, path[1:]) for entry in value)
    return isinstance(value, dict) and path[0] in value and has(value[path[0]], path[1:])


@pytest.mark.parametrize("case", ALL, ids=lambda case: ", ".join(case["makes"]))
def test_a_setting_makes_its_fields(case: dict[str, Any], tmp_path: Path) -> None:
    server = case.get("server", "")
    before = spec_of(resolved(NetworkProfile.POD), server)
    after = spec_of(cell_with(case["settings"], tmp_path), server)
    for path, wanted in case["makes"].items():
        assert value_at(after, parsed(path)) == wanted
        assert value_at(before, parsed(path)) == case.get("was")


@cache
def golden_specs() -> tuple[dict[str, Any], ...]:
    files = (objects for profile in NetworkProfile for _, objects in golden_files(profile))
    return tuple(
        manifest["spec"] for objects in files for manifest in objects if manifest["kind"] == "AerospikeCluster"
    )


def test_every_field_of_a_mark_is_written() -> None:
    """A setting whose builder was forgotten would be accepted, and do nothing."""
    shown = {
        tuple(ANY_ENTRY if isinstance(key, int) else key for key in parsed(path))
        for case in ALL
        for path in case["makes"]
    }
    marks = [
        marked for marked in marks_in(Settings) if isinstance(marked.mark, Makes) and marked.keys == marked.mark.keys
    ]
    missing = {
        f"{dotted(marked.setting).replace('.[]', '[]')} → {marked.mark.path}"
        for marked in marks
        if marked.keys not in shown and not any(has(spec, marked.keys) for spec in golden_specs())
    }
    assert sorted(missing) == [], NOT_WRITTEN
