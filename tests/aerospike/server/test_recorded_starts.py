"""A real server's own answers, recorded, compared with ours. Skipped where the recordings are not at hand.

Left out are the answers that only the community edition gives, and those that the machine decided.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.analysis.verdict import answer

RECORDINGS = Path(__file__).parents[4] / "shared/oracle/server.jsonl"

ACCEPTED: dict[str, str] = {
    "st-073n": "proto-fd-max is within the server's bounds; the machine had fewer open files, as a finding reports"
}
"""Cases that are answered otherwise, and why."""

pytestmark = pytest.mark.skipif(not RECORDINGS.is_file(), reason="the recorded answers are not beside the project")


def recorded() -> list[dict[str, Any]]:
    cases = [json.loads(line) for line in RECORDINGS.read_text().splitlines()]
    return [
        case
        for case in cases
        if case["kind"] == "start" and not (case.get("ce") or case.get("machine") or "previous" in case)
    ]


def answered(case: dict[str, Any]) -> dict[str, Any]:
    return answer({"verb": "start", "version": case["version"], "aerospikeConfig": case["aerospikeConfig"]})


def test_a_start_is_judged_as_the_server_did() -> None:
    different = {
        case["id"]: answered(case) for case in recorded() if answered(case)["starts"] != case["expected"]["starts"]
    }
    assert different.keys() == ACCEPTED.keys()


def test_nothing_that_the_server_refuses_is_called_fine() -> None:
    fine = [case["id"] for case in recorded() if not case["expected"]["starts"] and not answered(case)["findings"]]
    assert fine == []
