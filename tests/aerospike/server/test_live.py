"""Live settings: the project's own cases, and the names of the schemas against those that servers take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.aerospike.server.live_question import answer_live

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[2] / "cases/server/live.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_the_server_answers(case: dict[str, Any]) -> None:
    step = {"context": case.get("in", "service"), "parameter": case["parameter"], "to": case["to"]}
    found = answer_live(case.get("version", "8.1.1.1"), step, None, case.get("before", ()))
    wanted = case.get("ok", True)
    assert (found.is_ok, found.is_applied) == (wanted, wanted and case.get("applied", True))
    assert found.shows == case.get("reads", "")
    assert bool(found.why) == (not found.is_applied)
