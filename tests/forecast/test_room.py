"""Steps that fill a node beyond the limit at which it stops writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.forecast.test_amounts import forecast

FILE = Path(__file__).parents[1] / "cases" / "forecast" / "room.yaml"


def cases() -> list[Any]:
    return [pytest.param(case, id=str(number)) for number, case in enumerate(yaml.safe_load(FILE.read_text()), 1)]


@pytest.mark.parametrize("case", cases())
def test_room(case: dict[str, Any]) -> None:
    found = forecast(case)
    assert found.outcome == "completed"
    assert [{"rule": one.rule, "path": one.path, "message": one.message} for one in found.findings] == case["findings"]
