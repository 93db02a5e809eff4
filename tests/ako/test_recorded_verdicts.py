"""The operator's own answers, recorded, compared with ours. Skipped where the recordings are not at hand."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from aerofleet.analysis.verdict import answer

RECORDINGS = Path(__file__).parents[3] / "shared" / "oracle"
OPERATOR = "4.5.0"
"""The release whose answers the recordings are."""

COMPARED = ("allowed", "stage", "pruned", "changed", "static", "dynamic", "restart", "kinds")
UNORDERED = ("pruned", "changed", "static", "kinds")

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recorded verdicts are not beside the project")


def recorded(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines()]


def comparable(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """The fields that the recording has, lists without order."""
    fields = {key: found.get(key) for key in COMPARED if key in wanted}
    return {key: sorted(value or []) if key in UNORDERED else value for key, value in fields.items()}


RECORDED = [f"{verb}{part}" for part in ("", "-2") for verb in ("create", "update", "effect", "restart")]
ADMISSIONS = [name for name in RECORDED if name.startswith(("create", "update"))]
STRICTER = {
    "f2-c-gone-or-odd-grid-aerospikeconfig-logging-0-name-1": "a log sink without a name never reaches the server",
    "f2-c-logging-ship-aerospikeconfig-logging-any-info": "a log sink without a name never reaches the server",
    "f2-c-schema-key-flash-aerospikeconfig-namespaces-0-index-type-mounts-budget-": "2^64 is one too many",
    "f2-c-schema-key-grid-aerospikeconfig-namespaces-0-storage-engine-max-write-c": "2^64 is one too many",
}
"""What the operator lets through and is refused here all the same: by name, with the reason."""


@pytest.mark.parametrize("name", RECORDED)
def test_answers_equal_the_operators(name: str) -> None:
    different = {}
    for case in recorded(name):
        found, wanted = answer({"operator": OPERATOR, **case["input"]}), case["expected"]
        if found.get("rule") == "schema" and case["id"] in STRICTER:
            continue
        if "error" in wanted:
            if found["restart"] != "crash":
                different[case["id"]] = (found["restart"], "crash")
        elif comparable(found, wanted) != comparable(wanted, wanted):
            different[case["id"]] = (comparable(found, wanted), comparable(wanted, wanted))
    assert different == {}


def shape(message: str) -> str:
    """A refusal's text without what is particular to the case: names, numbers, whole objects."""
    text = re.sub(r"config schema error.*", "config schema error", message, flags=re.DOTALL)
    text = re.sub(r"\[\d+\]", "", text)  # a place in a list, unlike the values below
    text = re.sub(r"&\{.*|map\[.*|\[.*", "…", text, flags=re.DOTALL)
    text = re.sub(r"`[^`]*`|'[^']*'|\"[^\"]*\"", "…", text)
    return re.sub(r"[\d.]+", "…", text)[:80]


def test_refusals_of_one_shape_have_one_rule() -> None:
    rules = defaultdict(set)
    for name in ADMISSIONS:
        for case in recorded(name):
            # The webhook's own texts do not begin with a path: those that do were not recorded from it.
            is_the_webhooks = case["expected"]["stage"] != "validate" or not case["expected"]["message"].startswith(
                "spec."
            )
            if not case["expected"]["allowed"] and is_the_webhooks:
                rules[shape(case["expected"]["message"])].add(answer(case["input"])["rule"])
    for text, found in sorted(rules.items(), key=lambda item: sorted(item[1])):
        print(f"{', '.join(sorted(found)):<28} {text}")  # `pytest -s` shows the table
    assert {text: found for text, found in rules.items() if len(found) > 1} == {}


def test_an_allowed_case_has_no_refusing_finding() -> None:
    refused = {}
    for name in ADMISSIONS:
        for case in recorded(name):
            errors = [finding for finding in answer(case["input"])["findings"] if finding["severity"] == "error"]
            if case["expected"]["allowed"] and errors and case["id"] not in STRICTER:
                refused[case["id"]] = errors
    assert refused == {}
