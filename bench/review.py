"""Print time and memory of `aerofleet review`, a whole process, for generated cells: nothing changed, and one line of a
tier changed. Both sides count: the base is a commit, the head is the working tree.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from bench.generated_cell import write_cell
from bench.render import RUNS, Cost, best, process, verdict
from tests.fleet.project import EXAMPLE

SIZES = {171: 3, 1_000: 1, 10_000: 1}
"""Clusters → cells."""
TARGET_SECONDS, TARGET_UNCHANGED_SECONDS = 2.5, 1.5
TARGET_GROWTH = 0.2
TIER = Path("templates/tiers/silver.yaml")
BEFORE, AFTER = "defrag-lwm-pct: 50", "defrag-lwm-pct: 55"
GIT = ("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "init.defaultBranch=main")


def run() -> None:
    costs = {}
    for clusters in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            costs[clusters] = measure(Path(folder), clusters)
    unchanged, changed = costs[171]
    is_fast = verdict(unchanged.seconds <= TARGET_UNCHANGED_SECONDS)
    print(f"review: {unchanged.seconds:.2f} s for 171 clusters where nothing changed ({is_fast})")
    print(
        f"review: {changed.seconds:.2f} s with a line of a tier changed ({verdict(changed.seconds <= TARGET_SECONDS)})"
    )
    for number, name in enumerate(("nothing changed", "a line of a tier changed")):
        a_cluster = [
            (costs[larger][number].cpu_seconds - costs[smaller][number].cpu_seconds) / (larger - smaller)
            for smaller, larger in pairwise(SIZES)
        ]
        growth = a_cluster[1] / a_cluster[0] - 1
        below, above = (f"{seconds * 1000:.2f} ms" for seconds in a_cluster)
        is_linear = verdict(growth <= TARGET_GROWTH)
        print(f"review, {name}: {below} of CPU time up to 1,000, {above} up to 10,000: {growth:+.0%} ({is_linear})")


def measure(folder: Path, clusters: int) -> tuple[Cost, Cost]:
    """Print and return what a review takes where nothing changed, and where a line of a tier did: the best of runs."""
    root, cells = folder / "project", SIZES[clusters]
    for number in range(cells):
        write_cell(EXAMPLE, root, clusters // cells, f"generated-{number}")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "base"]):
        subprocess.run([*GIT, *command], cwd=root, check=True)
    unchanged = reviewed(root, folder, clusters)
    tier = root / TIER
    tier.write_text(tier.read_text().replace(BEFORE, AFTER))
    changed = reviewed(root, folder, clusters)
    for name, cost in (("nothing changed", unchanged), ("a line of a tier changed", changed)):
        spent = f"{cost.seconds:.2f} s, {cost.cpu_seconds:.2f} s of CPU time, {cost.megabytes:.0f} MB"
        print(f"review {clusters:,}, {name}: {spent}", flush=True)
    return unchanged, changed


def reviewed(root: Path, folder: Path, clusters: int) -> Cost:
    program = Path(sys.executable).parent / "aerofleet"
    command = [str(program), "review", "--root", str(root), "--format", "json"]
    return best([process(command, folder / "review.json", (0, 1)) for _ in range(RUNS.get(clusters, 3))])
