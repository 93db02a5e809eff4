"""What one checkout takes for each subject of `bench.compare`: run by that checkout's own Python, prints JSON.

It uses only what every checkout has, so that it measures older ones as well. The argument is a folder with
`questions.json` and a generated `cell`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import process_time

from aerofleet.cli.verdict import answers
from aerofleet.sizing import Assumptions, size
from tests.sizing.workloads import METAL, TIERS, random_workload

CELL = "generated"
RACKS = 3
TURNS = 2
WORKLOADS_PER_TIER = 300


def best(work: Callable[[], object], count: int) -> float:
    """Return seconds of a core for one of ``count``: the least of some turns, after one that fills the caches."""
    work()
    spent = []
    for _ in range(TURNS):
        begin = process_time()
        work()
        spent.append(process_time() - begin)
    return min(spent) / count


def process(*arguments: str, accepted: tuple[int, ...] = (0,)) -> float:
    """Return seconds of a core of one process of the checkout's own `aerofleet`, start and imports included."""
    program = Path(sys.executable).parent / "aerofleet"
    before = children()
    done = subprocess.run([str(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode not in accepted:
        sys.exit(f"aerofleet {' '.join(arguments)}: {done.stderr.decode()[-2000:]}")
    return children() - before


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path) -> dict[str, float]:
    """Return seconds of a core by subject."""
    found = {}
    for verb, asked in json.loads((folder / "questions.json").read_bytes()).items():
        lines = [json.dumps(question).encode() for question in asked]
        found[f"verdict {verb}"] = best(lambda lines=lines: list(answers(lines)), len(lines))  # type: ignore[misc]
    random = Random(5)  # noqa: S311 - the same workloads in every run
    cases = [(random_workload(tier, random), Assumptions(survive=tier.survive)) for tier in TIERS * WORKLOADS_PER_TIER]
    found["sizing"] = best(lambda: [size(load, METAL, RACKS, assumed) for load, assumed in cases], len(cases))
    cell = (CELL, "--root", str(folder / "cell"))
    found["verdict starts"] = min(process("verdict") for _ in range(TURNS))
    found["render 170"] = process("render", *cell, "--format", "json")
    # A newer checkout may know mistakes in the older one's cell.
    found["check 170"] = process("check", *cell, accepted=(0, 1, 2))
    return found


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1])), sys.stdout)
