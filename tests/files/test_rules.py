"""Each rule has a case that breaks it, and each finding of a case has a rule with a text."""

from __future__ import annotations

import yaml

from aerofleet.fleet.rules import RULES
from aerofleet.load import RULES as READER_RULES
from tests.fleet.project import CASES

SHOWN_ELSEWHERE = {"cell-unknown", "operator-estimate", "pinned-object", "size-short"}
"""In tests/cli: a cell on the command line, a folder of manifests, a size beside its workload, and a release that is
judged by an estimate."""

OF_OPERATOR = "operator"
"""The file of cases that only the operator's rules refuse; their own cases are in tests/cases/ako."""


def test_rules_and_cases_are_the_same() -> None:
    files = [file for file in (CASES / "errors").glob("*.yaml") if file.stem != OF_OPERATOR]
    cases = [case for file in files for case in yaml.safe_load(file.read_text())]
    broken = {expected["rule"] for case in cases for expected in case["expect"]}
    assert broken == {*RULES, *READER_RULES} - SHOWN_ELSEWHERE
