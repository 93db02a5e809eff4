"""The reference page in the documentation is the one the rules make."""

from __future__ import annotations

from pathlib import Path

from aerofleet.ako.admission import RULES
from aerofleet.ako.hazards import HAZARDS
from aerofleet.reference.rules import page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run: aerofleet generate"


def test_every_rule_and_hazard_says_what_it_is() -> None:
    assert all(rule.summary.endswith(".") for rule in (*RULES, *HAZARDS))
    assert all(rule.remedy for rule in HAZARDS)
