"""Print how long the engine takes for a whole cell, and for as many plain ConfigMaps of the same mean size.

With 170 clusters: a preview in which every object is new. With 430 clusters (about 2,000 objects): the first `up` as
one stack, and as groups in parallel.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import mean
from typing import Any

import yaml

from aerofleet.fleet.resolve import resolve_cell
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import embedded_variables, tool_variables
from aerofleet.local.project import embedded_hosts
from aerofleet.local.state import State
from aerofleet.manifests import render_cell
from aerofleet.toolchain.control_plane import prepare_control_plane
from aerofleet.toolchain.engine import prepare_engine
from bench.checkout import ROOT
from bench.floor import Floor
from bench.generated_cell import CELL, write_cell
from bench.project import Project
from tests.engine.operator_definitions import operator_definitions
from tests.fleet.project import EXAMPLE

CLUSTERS = 170
CLUSTERS_IN_GROUPS = 430
GROUPS = 10
PARALLEL_RUNS = 2


class CellProject(Project):
    """The project's own Pulumi program with the definitions of a generated cell."""

    def __init__(self, folder: Path, env: Mapping[str, str], clusters: int, groups: int = 0) -> None:
        super().__init__(folder, env)
        write_cell(EXAMPLE, folder, clusters)
        if groups:
            self.group(groups)
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copyfile(ROOT / name, folder / name)
        for name in (".venv", "pyproject.toml", "uv.lock"):
            (folder / name).symlink_to(ROOT / name)

    def group(self, count: int) -> None:
        """Distribute the teams evenly over ``count`` groups, in cell.yaml and allocations.yaml."""
        folder = self.folder / "stacks" / CELL
        cell_path, allocations_path = folder / "cell.yaml", folder / "allocations.yaml"
        allocations = yaml.safe_load(allocations_path.read_text())
        groups: dict[str, list[str]] = {f"g{number}": [] for number in range(count)}
        for number, team in enumerate(allocations["teams"]):
            group = f"g{number % count}"
            groups[group].append(team)
            allocations["teams"][team]["group"] = group
        cell = {**yaml.safe_load(cell_path.read_text()), "groups": groups}
        cell_path.write_text(yaml.safe_dump(cell, sort_keys=False))
        allocations_path.write_text(yaml.safe_dump(allocations, sort_keys=False))

    def objects(self) -> list[dict[str, Any]]:
        """Return the rendered objects of the cell."""
        resolution = resolve_cell(self.folder, CELL)
        if resolution.cell is None:
            raise SystemExit(f"the generated cell has mistakes: {resolution.findings[:3]}")
        return list(render_cell(resolution.cell).objects())

    def up(self, stack: str) -> float:
        """Return the wall time of `pulumi up` in seconds."""
        return self.seconds("up", "--yes", "--skip-preview", "--stack", stack)


def preview(folder: Path, env: Mapping[str, str]) -> None:
    """Print how long a preview of 170 new clusters takes."""
    project = CellProject(folder / "cell", env, CLUSTERS)
    objects = project.objects()
    sizes_bytes = [len(json.dumps(manifest)) for manifest in objects]
    count, mean_bytes = len(sizes_bytes), mean(sizes_bytes)
    config_maps = Floor(folder / "floor", env, count, round(mean_bytes))
    same_objects = Floor(folder / "same", env, count, 0)
    same_objects.use_manifests(objects)
    project.seconds("stack", "init", CELL)
    # The three alternate, so that a busy moment of the machine weighs on all; the shortest time of each counts.
    rounds = [
        (project.seconds("preview", "--stack", CELL), config_maps.seconds("preview"), same_objects.seconds("preview"))
        for _ in range(3)
    ]
    cell_seconds, config_maps_seconds, same_seconds = (min(seconds) for seconds in zip(*rounds, strict=True))
    print(f"{CLUSTERS} clusters: {count} objects, {count / CLUSTERS:.1f} a cluster, {mean_bytes:,.0f} bytes an object")
    print(f"preview, all new: {cell_seconds:.1f} s")
    print(
        f"as many plain ConfigMaps of the same mean size: {config_maps_seconds:.1f} s; "
        f"ratio {cell_seconds / config_maps_seconds:.2f}"
    )
    print(
        f"the same objects without definitions, components and order: {same_seconds:.1f} s; "
        f"ratio {cell_seconds / same_seconds:.2f}",
        flush=True,
    )


def groups(folder: Path) -> None:
    """Print how long the first `up` of 430 clusters takes as one stack, and as groups in parallel.

    Both get a control plane of their own: to remove the objects of the first would take as long again.
    """
    with control_plane(folder / "one") as env:
        whole = CellProject(folder / "one" / "cell", env, CLUSTERS_IN_GROUPS)
        print(f"{CLUSTERS_IN_GROUPS} clusters: {len(whole.objects())} objects", flush=True)
        whole.seconds("stack", "init", CELL)
        one_stack_seconds = whole.up(CELL)
        print(f"first up as one stack: {one_stack_seconds:.0f} s", flush=True)
    with control_plane(folder / "many") as env:
        grouped = CellProject(folder / "many" / "cell", env, CLUSTERS_IN_GROUPS, GROUPS)
        platform, *group_stacks = (f"{CELL}.{part}" for part in ("platform", *(f"g{n}" for n in range(GROUPS))))
        for stack in (platform, *group_stacks):
            grouped.seconds("stack", "init", stack)
        begin = time.monotonic()
        grouped.up(platform)
        with ThreadPoolExecutor(PARALLEL_RUNS) as pool:
            list(pool.map(grouped.up, group_stacks))
        groups_seconds = time.monotonic() - begin
    print(
        f"first up as {GROUPS} groups, {PARALLEL_RUNS} in parallel: {groups_seconds:.0f} s; "
        f"{one_stack_seconds / groups_seconds:.1f} times as fast"
    )


@contextmanager
def control_plane(folder: Path) -> Iterator[dict[str, str]]:
    """Start a control plane with the hosts of the generated cell; yield the environment for `pulumi` on it."""
    plane = ControlPlane(State(folder / "local"))
    plane.start(prepare_control_plane(), operator_definitions())
    try:
        probe = folder / "probe"
        probe.mkdir()
        write_cell(EXAMPLE, probe, 1)
        plane.ensure_nodes(embedded_hosts(probe))
        yield {**os.environ, **tool_variables(prepare_engine(ROOT)), **embedded_variables(plane.state)}
    finally:
        plane.remove()


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="aerofleet-cell-") as name:
        folder = Path(name)
        with control_plane(folder / "preview") as env:
            preview(folder / "preview", env)
        groups(folder)


if __name__ == "__main__":
    run()
