"""The complaint of a run is a few lines, whichever provider wrote it in however many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.engine.complaint import complaint

CASES: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parents[1] / "cases/complaints.yaml").read_text())


@pytest.mark.parametrize("about", CASES)
def test_what_a_person_is_told(about: str) -> None:
    assert complaint(CASES[about]["printed"]) == CASES[about]["told"]
