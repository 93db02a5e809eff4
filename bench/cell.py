"""What a whole cell costs through the engine, beside the engine's own floor with as many objects of the same bytes.

170 clusters: preview of all, as new. About 2,000 objects: the first `up` as one stack, and as groups side by side.
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
from aerofleet.local.project import ako_definitions, embedded_hosts
from aerofleet.local.state import State
from aerofleet.manifests import render_cell
from bench.floor import Floor
from bench.generated_cell import CELL, write_cell
from bench.project import Project
from tools.toolchain.control_plane import prepare_control_plane
from tools.toolchain.engine import prepare_engine
from tools.toolchain.recipes import ROOT

CLUSTERS = 170
CLUSTERS_IN_GROUPS = 430
GROUPS = 10
SIDE_BY_SIDE = 2


class CellProject(Project):
    """The project's program over a generated cell."""

    def __init__(self, folder: Path, env: Mapping[str, str], clusters: int, groups: int = 0) -> None:
        super().__init__(folder, env)
        write_cell(ROOT, folder, clusters)
        if groups:
            self.group(groups)
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copyfile(ROOT / name, folder / name)
        for name in (".venv", "pyproject.toml", "uv.lock"):
            (folder / name).symlink_to(ROOT / name)

    def group(self, count: int) -> None:
        cell, allocations = (self.folder / "stacks" / CELL / name for name in ("cell.yaml", "allocations.yaml"))
        given = yaml.safe_load(allocations.read_text())
        groups: dict[str, list[str]] = {f"g{number}": [] for number in range(count)}
        for number, team in enumerate(given["teams"]):
            group = f"g{number % count}"
            groups[group].append(team)
            given["teams"][team]["group"] = group
        cell.write_text(yaml.safe_dump({**yaml.safe_load(cell.read_text()), "groups": groups}, sort_keys=False))
        allocations.write_text(yaml.safe_dump(given, sort_keys=False))

    def objects(self) -> list[dict[str, Any]]:
        found = resolve_cell(self.folder, CELL)
        if found.cell is None:
            raise SystemExit(f"the generated cell has mistakes: {found.findings[:3]}")
        return list(render_cell(found.cell).objects())

    def up(self, stack: str) -> float:
        return self.seconds("up", "--yes", "--skip-preview", "--stack", stack)


def preview(folder: Path, env: Mapping[str, str]) -> None:
    project = CellProject(folder / "cell", env, CLUSTERS)
    objects = project.objects()
    sizes = [len(json.dumps(each)) for each in objects]
    floor = Floor(folder / "floor", env, len(sizes), round(mean(sizes)))
    same = Floor(folder / "same", env, len(sizes), 0)
    same.hold(objects)
    project.seconds("stack", "init", CELL)
    # Taken in turns, so that a busy moment of the machine weighs on all; the quickest of each counts.
    turns = [
        (project.seconds("preview", "--stack", CELL), floor.seconds("preview"), same.seconds("preview"))
        for _ in range(3)
    ]
    ours, plain, alike = (min(each) for each in zip(*turns, strict=True))
    share = len(sizes) / CLUSTERS
    print(f"{CLUSTERS} clusters: {len(sizes)} objects, {share:.1f} a cluster, {mean(sizes):,.0f} bytes each")
    print(f"preview, all new: {ours:.1f} s")
    print(f"as many plain ConfigMaps of the same bytes: {plain:.1f} s; ratio {ours / plain:.2f}")
    print(
        f"the same objects without definitions, components and order: {alike:.1f} s; ratio {ours / alike:.2f}",
        flush=True,
    )


def groups(folder: Path) -> None:
    """Each on a control plane of its own: taking down what the first has made would take as long again."""
    with control_plane(folder / "one") as env:
        whole = CellProject(folder / "one" / "cell", env, CLUSTERS_IN_GROUPS)
        print(f"{CLUSTERS_IN_GROUPS} clusters: {len(whole.objects())} objects", flush=True)
        whole.seconds("stack", "init", CELL)
        one = whole.up(CELL)
        print(f"first up as one stack: {one:.0f} s", flush=True)
    with control_plane(folder / "many") as env:
        parts = CellProject(folder / "many" / "cell", env, CLUSTERS_IN_GROUPS, GROUPS)
        names = [f"{CELL}.{part}" for part in ("platform", *(f"g{number}" for number in range(GROUPS)))]
        for name in names:
            parts.seconds("stack", "init", name)
        begin = time.monotonic()
        parts.up(names[0])
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(parts.up, names[1:]))
        many = time.monotonic() - begin
    print(f"first up as {GROUPS} groups, {SIDE_BY_SIDE} side by side: {many:.0f} s; {one / many:.1f} times as fast")


@contextmanager
def control_plane(folder: Path) -> Iterator[dict[str, str]]:
    """One that knows every host of the generated cell; the environment for `pulumi` on it."""
    plane = ControlPlane(State(folder / "local"))
    plane.start(prepare_control_plane(), ako_definitions(ROOT))
    try:
        probe = folder / "probe"
        probe.mkdir()
        write_cell(ROOT, probe, 1)
        plane.ensure_nodes(embedded_hosts(probe))
        yield {**os.environ, **tool_variables(prepare_engine()), **embedded_variables(plane.state)}
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
