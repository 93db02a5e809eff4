"""`aerofleet render --format json` as a whole process, over generated cells of three sizes.

Beside it a bare script that parses the same YAML and writes the same JSON: what no tool of this kind can go below.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from bench.generated_cell import CELL, write_cell

SIZES = (170, 1_000, 10_000)
RUNS = {170: 5, 1_000: 3, 10_000: 1}
TARGET_SECONDS = 1.0
TARGET_MEGABYTES = 300
TARGET_GROWTH = 0.2
PROJECT = Path(__file__).parent.parent
BARE = """\
import json, sys, yaml
from pathlib import Path
for path in Path(sys.argv[1]).rglob("*.yaml"):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
json.dump(json.loads(Path(sys.argv[2]).read_bytes()), sys.stdout)
"""


class Cost(NamedTuple):
    """Wall time, time of a core, and peak memory of one process, the best of its runs."""

    seconds: float
    core_seconds: float
    megabytes: float


def run() -> None:
    costs = {}
    for clusters in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            costs[clusters] = measure(Path(folder), clusters)
    per_cluster = [(costs[more].seconds - costs[less].seconds) / (more - less) for less, more in pairwise(SIZES)]
    growth = per_cluster[1] / per_cluster[0] - 1
    print(f"render: {costs[170].seconds:.2f} s for 170 clusters ({verdict(costs[170].seconds <= TARGET_SECONDS)})")
    print(f"render: {costs[1000].megabytes:.0f} MB for 1,000 ({verdict(costs[1000].megabytes < TARGET_MEGABYTES)})")
    per = [f"{seconds * 1000:.2f} ms" for seconds in per_cluster]
    print(f"render: {per[0]} of a core a cluster up to 1,000, {per[1]} up to 10,000: {growth:+.0%} ({linear(growth)})")


def linear(growth: float) -> str:
    return verdict(abs(growth) <= TARGET_GROWTH)


def measure(folder: Path, clusters: int) -> Cost:
    write_cell(PROJECT, folder, clusters)
    out = folder / "objects.json"
    program = Path(sys.executable).parent / "aerofleet"
    render = [str(program), "render", CELL, "--root", str(folder), "--format", "json"]
    cost = best([process(render, out) for _ in range(RUNS[clusters])])
    script = [sys.executable, "-c", BARE, str(folder / "stacks"), str(out)]
    bare = best([process(script, folder / "bare.json") for _ in range(RUNS[clusters])])
    print(
        f"render {clusters:,}: {cost.seconds:.2f} s, {cost.megabytes:.0f} MB; "
        f"bare script {bare.seconds:.2f} s ({cost.seconds / bare.seconds:.1f} times)"
    )
    return cost


def process(command: list[str], out: Path) -> Cost:
    started = perf_counter()
    with out.open("wb") as stream:
        child = subprocess.Popen(command, stdout=stream, cwd=PROJECT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Cost(perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(runs: list[Cost]) -> Cost:
    return Cost(
        min(each.seconds for each in runs),
        min(each.core_seconds for each in runs),
        max(each.megabytes for each in runs),
    )


def verdict(reached: bool) -> str:
    return "reached" if reached else "missed"
