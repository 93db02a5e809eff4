"""Golden files: whole objects of each tier in each network profile.

`python -m tests.manifests.golden` writes them anew.
What a reviewer sees in a change of these files is what every cluster of that tier will get.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import RenderedCell, render_cell
from tests.fleet.project import CASES

GOLDEN = CASES / "golden"
DEFINITIONS = GOLDEN / "definitions"
Render = Callable[[Cell], RenderedCell]


def golden_project(root: Path) -> Path:
    """Write the golden cell and its tiers, which are those of the product, into the folder ``root``; return it."""
    shutil.copytree(DEFINITIONS, root, dirs_exist_ok=True)
    return root


@cache
def resolved(profile: NetworkProfile) -> Cell:
    """Return the golden cell with another network profile."""
    with tempfile.TemporaryDirectory() as folder:
        root = golden_project(Path(folder))
        cell_file = root / "stacks" / "golden" / "cell.yaml"
        cell_file.write_text(cell_file.read_text().replace("network: pod", f"network: {profile.value}"))
        resolution = resolve_cell(root, "golden")
    assert resolution.cell is not None, resolution.findings
    return resolution.cell


def rendered(profile: NetworkProfile) -> RenderedCell:
    return render_cell(resolved(profile))


def golden_files(profile: NetworkProfile, render: Render = render_cell) -> Iterator[tuple[Path, list[dict[str, Any]]]]:
    """(file, objects that stand in it)."""
    cell = render(resolved(profile))
    folder = GOLDEN / profile.value
    yield folder / "platform.yaml", list(cell.platform.objects())
    tiers = {(cluster.team, cluster.name): cluster.tier for cluster in resolved(profile).clusters}
    for team in cell.teams:
        yield folder / ("team.yaml" if team.name == "shop" else f"team-{team.name}.yaml"), list(team.objects)
        for cluster in team.clusters:
            tier = tiers[team.name, cluster.name]
            name = tier.name if tier.revision == 1 else f"{tier.name}-{tier.revision}"
            yield folder / f"{name}.yaml", list(cluster.objects)


class Plain(yaml.CSafeDumper):
    """Without aliases: each object reads on its own."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def write() -> None:
    for profile in NetworkProfile:
        for path, objects in golden_files(profile):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(yaml.dump_all(objects, Dumper=Plain, sort_keys=False, width=120))


if __name__ == "__main__":
    write()
