"""A real server's answers, recorded, compared with ours: live settings, and starts on the data of a server
before. Skipped where the recordings are not at hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.analysis.verdict import answer

RECORDINGS = Path(__file__).parents[4] / "shared/oracle/server.jsonl"

pytestmark = pytest.mark.skipif(not RECORDINGS.is_file(), reason="the recorded answers are not beside the project")

STRICTER: dict[str, str] = {
    "pv-032": "the removed namespace had no record in the recording; any records of it are lost",
}
"""Recording → why the answer here is a stricter one."""
QUESTION = ("version", "context", "parameter", "from", "to", "before", "aerospikeConfig", "previous", "previousVersion")


def recorded(kind: str) -> list[dict[str, Any]]:
    """Without what the community edition alone or the machine refuses."""
    found = [json.loads(line) for line in RECORDINGS.read_text().splitlines()]
    return [case for case in found if case["kind"] == kind and not case.get("ce") and not case.get("machine")]


def answered(case: dict[str, Any]) -> dict[str, Any]:
    return answer({"verb": case["kind"], **{key: case[key] for key in QUESTION if key in case}})


def test_live_settings_are_answered_as_the_server_does() -> None:
    different = {}
    for case in recorded("live"):
        found = answered(case)
        wanted = {key: case["expected"][key] for key in ("ok", "applied")}
        if {key: found[key] for key in wanted} != wanted:
            different[case["id"]] = (found, wanted)
    assert different == {}


def test_starts_on_older_data_lose_what_the_server_loses() -> None:
    different = set()
    for case in recorded("start"):
        if "previous" not in case:
            continue
        found, wanted = answered(case), case["expected"]
        counts = wanted.get("objects", {"before": {}, "after": {}})
        loses = any(counts["after"].get(name, 0) < count for name, count in counts["before"].items())
        if (found["starts"], found["loses"]) != (wanted["starts"], loses):
            assert found["loses"] or not found["starts"], f"{case['id']} is passed over"
            different.add(case["id"])
    assert different == STRICTER.keys()
