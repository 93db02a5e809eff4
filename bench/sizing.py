"""Print how many sizings a second one core makes, for the random workloads of the tests: four tiers, all magnitudes."""

from __future__ import annotations

from random import Random
from time import process_time

from aerofleet.sizing import Assumptions, size
from tests.sizing.workloads import METAL, TIERS, random_workload

WORKLOADS_PER_TIER = 1000
TARGET_PER_SECOND = 5000
RACKS = 3


def run() -> None:
    random = Random(5)  # noqa: S311 - the same workloads in every run
    cases = [(random_workload(tier, random), Assumptions(survive=tier.survive)) for tier in TIERS * WORKLOADS_PER_TIER]
    started = process_time()
    for workload, assumed in cases:
        size(workload, METAL, RACKS, assumed)
    per_second = len(cases) / (process_time() - started)
    verdict = "reached" if per_second >= TARGET_PER_SECOND else "missed"
    print(
        f"sizing: {per_second:,.0f} a second of one core, over {len(cases):,} (target {TARGET_PER_SECOND:,}, {verdict})"
    )
