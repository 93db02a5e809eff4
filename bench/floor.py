"""Print the least time that the engine needs: preview and up of plain ConfigMaps of the mean size of our objects.

This time belongs to the engine, the provider and the file backend; what a stack of this project takes beyond it is
caused by the project. The backend writes its state at every step, so the time of an `up` grows faster than the count.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from aerofleet.fleet.resolve import resolve_cell
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.credentials import CONTEXT
from aerofleet.local.environment import embedded_variables, tool_variables
from aerofleet.local.state import State
from aerofleet.manifests import render_cell
from aerofleet.toolchain.control_plane import prepare_control_plane
from aerofleet.toolchain.engine import prepare_engine
from bench.checkout import ROOT
from bench.project import Project
from tests.fleet.project import EXAMPLE

COUNTS = (100, 500, 2000)

PROGRAM = """import pulumi
import pulumi_kubernetes as kubernetes

from components.kubernetes_object import KubernetesObject

config = pulumi.Config()
count, size = config.require_int("count"), config.require_int("size")
provider = kubernetes.Provider("kubernetes", context="{context}", cluster_identifier="floor")
for number in range(count):
    metadata = {{"name": f"floor-{{count}}-{{number}}", "namespace": "default"}}
    manifest = {{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {{"filler": "x" * size}}}}
    KubernetesObject(manifest, pulumi.ResourceOptions(provider=provider))
"""

SAME_PROGRAM = """import json
from pathlib import Path

import pulumi
import pulumi_kubernetes as kubernetes

from components.kubernetes_object import KubernetesObject

provider = kubernetes.Provider("kubernetes", context="{context}", cluster_identifier="floor")
for manifest in json.loads((Path(__file__).parent / "objects.json").read_text()):
    opts = pulumi.ResourceOptions(provider=provider)
    KubernetesObject(manifest, opts, patch=manifest["kind"] == "Node")
"""
"""A program with the objects of a cell, without definitions, components or order: the engine takes longer for objects
with more fields."""


def our_mean_bytes() -> int:
    """Return the mean size in bytes of an object of the example cell as JSON."""
    cell = resolve_cell(EXAMPLE, "local").cell
    if cell is None:
        raise SystemExit("the example cell has mistakes; `aerofleet check` shows them")
    sizes_bytes = [len(json.dumps(manifest)) for manifest in render_cell(cell).objects()]
    print(f"the example cell: {len(sizes_bytes)} objects of {mean(sizes_bytes):,.0f} bytes on average")
    return round(mean(sizes_bytes))


class Floor(Project):
    """A project of ``count`` ConfigMaps of ``size_bytes`` bytes."""

    def __init__(self, folder: Path, env: Mapping[str, str], count: int, size_bytes: int) -> None:
        super().__init__(folder, env)
        self.count = count
        runtime = {"name": "python", "options": {"virtualenv": str(ROOT / ".venv")}}
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": "floor", "runtime": runtime}))
        (folder / "__main__.py").write_text(PROGRAM.format(context=CONTEXT))
        self.seconds("stack", "init", "floor")
        self.seconds("config", "set", "count", str(count))
        self.seconds("config", "set", "size", str(size_bytes))

    def use_manifests(self, manifests: Sequence[Mapping[str, Any]]) -> None:
        """Replace the ConfigMaps with the objects of these manifests."""
        (self.folder / "objects.json").write_text(json.dumps(manifests))
        (self.folder / "__main__.py").write_text(SAME_PROGRAM.format(context=CONTEXT))

    def measure(self) -> None:
        """Print the wall time of a first preview, a first up, and a preview without a change."""
        for label, arguments in (
            ("preview, all new", ("preview",)),
            ("up, all new", ("up", "--yes", "--skip-preview")),
            ("preview, no change", ("preview", "--expect-no-changes")),
        ):
            seconds = self.seconds(*arguments)
            rate = self.count / seconds
            print(f"{self.count:>5} ConfigMaps, {label:<18} {seconds:7.1f} s  {rate:6.0f} a second", flush=True)


def run() -> None:
    size_bytes = our_mean_bytes()
    with tempfile.TemporaryDirectory(prefix="aerofleet-floor-") as name:
        folder = Path(name)
        plane = ControlPlane(State(folder / "local"))
        plane.start(prepare_control_plane(), None)
        try:
            env = {**os.environ, **tool_variables(prepare_engine(ROOT)), **embedded_variables(plane.state)}
            for count in COUNTS:
                Floor(folder / str(count), env, count, size_bytes).measure()
        finally:
            plane.remove()


if __name__ == "__main__":
    run()
