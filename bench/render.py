"""Print time and memory of `aerofleet render --format json`, a whole process, for generated cells of three sizes.

Beside them, those of a bare script that parses the same YAML and writes the same JSON: the lower limit of any tool of
this kind.
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
from tests.fleet.project import EXAMPLE

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
    """Wall time, CPU time and peak memory of a process."""

    seconds: float
    cpu_seconds: float
    megabytes: float


def run() -> None:
    costs = {}
    for clusters in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            costs[clusters] = measure(Path(folder), clusters)
    seconds_per_cluster = [
        (costs[larger].seconds - costs[smaller].seconds) / (larger - smaller) for smaller, larger in pairwise(SIZES)
    ]
    growth = seconds_per_cluster[1] / seconds_per_cluster[0] - 1
    print(f"render: {costs[170].seconds:.2f} s for 170 clusters ({verdict(costs[170].seconds <= TARGET_SECONDS)})")
    print(f"render: {costs[1000].megabytes:.0f} MB for 1,000 ({verdict(costs[1000].megabytes < TARGET_MEGABYTES)})")
    below, above = (f"{seconds * 1000:.2f} ms" for seconds in seconds_per_cluster)
    is_linear = verdict(abs(growth) <= TARGET_GROWTH)
    print(f"render: {below} a cluster up to 1,000, {above} up to 10,000: {growth:+.0%} ({is_linear})")


def measure(folder: Path, clusters: int) -> Cost:
    """Print and return what a render of ``clusters`` clusters takes, the best of some runs."""
    write_cell(EXAMPLE, folder, clusters)
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


def process(command: list[str], out: Path, accepted: tuple[int, ...] = (0,)) -> Cost:
    """Run the command with its output in ``out``; return its cost. Raises CalledProcessError for another exit code."""
    started = perf_counter()
    with out.open("wb") as stream:
        child = subprocess.Popen(command, stdout=stream, cwd=PROJECT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in accepted:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Cost(perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(runs: list[Cost]) -> Cost:
    """Return the least times of the runs, and the largest peak of memory."""
    return Cost(
        min(cost.seconds for cost in runs),
        min(cost.cpu_seconds for cost in runs),
        max(cost.megabytes for cost in runs),
    )


def verdict(reached: bool) -> str:
    return "reached" if reached else "missed"
