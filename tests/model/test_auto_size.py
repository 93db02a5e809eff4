"""`size: auto` becomes the number that the sizing gives; the sizes that the project's own cells name are no smaller."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.model import cells, resolve_cell
from aerofleet.model.auto_size import auto_size
from tests.model.project import ROOT, SHOP, change, copy_of

SUGGEST = "search/suggest"


def pods_in_a_rack(root: Path, workload: str) -> int | str:
    """What an automatic size becomes with a workload."""
    asked = {"file": "stacks/here/teams/search.yaml", "replace": "tier: plain\n"}
    change(root, {**asked, "by": f"tier: plain\n    size: auto\n    workload: {workload}\n"})
    resolution = resolve_cell(root, "here")
    return resolution.settings[SUGGEST].settings.size


@pytest.mark.parametrize("name", cells(ROOT))
def test_the_sizes_in_the_projects_cells_hold_their_workloads(name: str) -> None:
    resolution = resolve_cell(ROOT, name)
    assert resolution.source is not None
    assert resolution.source.hosts is not None
    assert resolution.cell is not None
    models = list(resolution.source.hosts.file.models.values())
    versions = {f"{each.team}/{each.name}": each.server_version for each in resolution.cell.clusters}
    for key, each in resolution.settings.items():
        settings = each.settings
        assert isinstance(settings.size, int)
        assert settings.size >= auto_size(settings, versions[key], models).pods_per_rack, key


def test_more_work_never_takes_fewer_pods(tmp_path: Path) -> None:
    sizes = []
    for number, reads in enumerate(["1k/s", "50k/s", "200k/s", "800k/s"]):
        root = copy_of(SHOP, tmp_path / str(number))
        sizes.append(pods_in_a_rack(root, f"{{reads: {reads}}}"))
    assert sizes == sorted(sizes, key=int)
    assert sizes[0] < sizes[-1]  # type: ignore[operator]


def test_the_resource_has_the_pods_of_all_racks(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    size = pods_in_a_rack(root, "{objects: 1M}")
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    (cluster,) = [each for each in cell.clusters if each.name == "suggest"]
    assert cluster.size == int(size) * 2
