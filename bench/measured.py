"""Print as JSON the CPU seconds that one checkout takes for each subject of `bench.compare`.

The checkout's own Python runs this file. It uses only modules that every checkout has, so that it can measure older
checkouts, too. The argument is a folder with `questions.json` and a generated `cell`.
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
RUNS = 2
WORKLOADS_PER_TIER = 300


def best(work: Callable[[], object], count: int) -> float:
    """Return the CPU seconds of ``work`` divided by ``count``: the least of some runs, after one that fills caches."""
    work()
    seconds = []
    for _ in range(RUNS):
        begin = process_time()
        work()
        seconds.append(process_time() - begin)
    return min(seconds) / count


def process(*arguments: str, accepted: tuple[int, ...] = (0,)) -> float:
    """Return the CPU seconds of one process of the checkout's own `aerofleet`, start and imports included."""
    program = Path(sys.executable).parent / "aerofleet"
    before = child_seconds()
    done = subprocess.run([str(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode not in accepted:
        sys.exit(f"aerofleet {' '.join(arguments)}: {done.stderr.decode()[-2000:]}")
    return child_seconds() - before


def child_seconds() -> float:
    """Return the CPU seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(folder: Path) -> dict[str, float]:
    """Return subject → CPU seconds."""
    seconds = {}
    for verb, questions in json.loads((folder / "questions.json").read_bytes()).items():
        lines = [json.dumps(question).encode() for question in questions]
        seconds[f"verdict {verb}"] = best(lambda lines=lines: list(answers(lines)), len(lines))  # type: ignore[misc]
    random = Random(5)  # noqa: S311 - the same workloads in every run
    cases = [(random_workload(tier, random), Assumptions(survive=tier.survive)) for tier in TIERS * WORKLOADS_PER_TIER]
    seconds["sizing"] = best(lambda: [size(load, METAL, RACKS, assumed) for load, assumed in cases], len(cases))
    cell = (CELL, "--root", str(folder / "cell"))
    seconds["verdict starts"] = min(process("verdict") for _ in range(RUNS))
    seconds["render 170"] = process("render", *cell, "--format", "json")
    # A newer checkout may report mistakes in the cell that the older one wrote.
    seconds["check 170"] = process("check", *cell, accepted=(0, 1, 2))
    return seconds


if __name__ == "__main__":
    json.dump(measure(Path(sys.argv[1])), sys.stdout)
