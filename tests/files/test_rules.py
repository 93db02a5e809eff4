"""Each rule of definitions has a case that breaks it, and each finding of a case has a rule."""

from __future__ import annotations

import yaml

from aerofleet.findings.catalogue import rules
from tests.fleet.project import CASES

SHOWN_ELSEWHERE = {"cell-unknown", "operator-estimate", "pinned-object", "size-short", "size-value"}
"""In tests/cli: a cell on the command line, a folder of manifests, a size beside its workload, a question about a size,
and a release that is judged by an estimate."""

OF_LINT = {"no-cluster", "another-operator", "object-twice"}
"""In tests/cases/lint: they are about a file of manifests."""


def test_rules_and_cases_are_the_same() -> None:
    files = [file for kind in ("errors", "overlays", "tls") for file in (CASES / kind).glob("*.yaml")]
    cases = [case for file in files for case in yaml.safe_load(file.read_text())]
    broken = {expected["rule"] for case in cases for expected in case.get("expect", ())}
    assert {rule.id for rule in rules("file", "cell")} - SHOWN_ELSEWHERE - OF_LINT <= broken
    assert broken <= {rule.id for rule in rules()}
