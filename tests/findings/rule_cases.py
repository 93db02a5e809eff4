"""Which rules have a passing and a failing case among the case files: one reader of the forms that the folders have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from tests.fleet.project import CASES, ROOT

Outcome = Literal["fails", "passes"]
Case = tuple[str, Outcome]
"""(id of a rule, outcome): with ``fails`` the rule has a finding in the case, with ``passes`` it has none."""
OUTCOMES: dict[str, Outcome] = {
    "fails": "fails",
    "passes": "passes",
    "has": "fails",
    "fine": "passes",
    "in": "fails",
    "not_in": "passes",
}
"""Key of a case under tests/cases/ako → the outcome of its value."""


@lru_cache(maxsize=1)
def all_cases() -> frozenset[Case]:
    """Return the rules and outcomes of all case files."""
    return frozenset(case for reader in READERS for case in reader())


def operator() -> Iterator[Case]:
    """tests/cases/ako, and the reasons of forecasts: for each rule an edit that passes and one that fails; objects with
    the rule of their change.
    """
    for path in (*sorted((CASES / "ako").glob("*.yaml")), CASES / "forecast" / "reasons.yaml"):
        for case in _read(path):
            rule = case.get("rule", case.get("hazard"))
            yield from ((rule, outcome) for key, outcome in OUTCOMES.items() if case.get(key) is not None)
    # `beside` names other clusters instead of objects.
    yield from ((case["hazard"], outcome) for case in _read(CASES / "ako" / "beside.yaml") for outcome in BOTH)
    yield from _listed({case["rule"]} if "rule" in case else set() for case in _read(CASES / "ako" / "objects.yaml"))


BOTH: tuple[Outcome, ...] = ("fails", "passes")


def definitions() -> Iterator[Case]:
    """tests/cases/errors, overlays, preflight and tls: a project or a server without a mistake, and with one change."""
    for path in sorted(
        path for name in ("errors", "overlays", "preflight", "tls") for path in (CASES / name).glob("*.yaml")
    ):
        yield from _listed([set(), *({finding["rule"] for finding in case.get("expect", ())} for case in _read(path))])


def policies() -> Iterator[Case]:
    """tests/cases/policy: an edit that a policy stops, and one that it lets pass; cells with all that they report."""
    yield from ((case["rule"], outcome) for case in _read(CASES / "policy" / "objects.yaml") for outcome in BOTH)
    for name in ("cells", "changes"):
        cases = _read(CASES / "policy" / f"{name}.yaml")
        yield from _listed({expected.split()[1] for expected in case["expect"]} for case in cases)


def agreement() -> Iterator[Case]:
    """tests/cases/agreement: a review beside a preview of the engine, with all that differs."""
    cases = _read(CASES / "agreement" / "cases.yaml")
    yield from _listed({expected.split()[1] for expected in case.get("expect", ())} for case in cases)


def drift() -> Iterator[Case]:
    """tests/cases/drift: what is planted on an API server or at a node, with all that is found."""
    cases = _read(CASES / "drift" / "planted.yaml")
    yield from _listed({expected["rule"] for expected in case.get("expect", ())} for case in cases)


def deployments() -> Iterator[Case]:
    """tests/cases/deploy: deployments with all that stops them."""
    cases = _read(CASES / "deploy" / "decisions.yaml")
    yield from _listed({expected.split()[0] for expected in case.get("expect", ())} for case in cases)


def forecasts() -> Iterator[Case]:
    """tests/cases/forecast: roll-outs with all findings of their course."""
    cases = _read(CASES / "forecast" / "room.yaml")
    yield from _listed({finding["rule"] for finding in case["findings"]} for case in cases)


def servers() -> Iterator[Case]:
    """tests/cases/server: configurations that a server starts with or refuses, and the records that a start loses."""
    yield from _listed(set(case.get("findings", ())) for case in _read(CASES / "server" / "start.yaml")["cases"])
    losses = _read(CASES / "server" / "loss.yaml")
    yield from _listed({*case.get("loses", ()), *case.get("unreadable", ())} for case in losses)


def printed() -> Iterator[Case]:
    """tests/cases/lint: files with the output of `lint`, which has the ids of rules in brackets."""
    texts = [path.read_text() for path in sorted((CASES / "lint").glob("*.txt"))]
    yield from _listed(set(re.findall(r"  \[([a-z0-9+-]+)\]$", text, re.MULTILINE)) for text in texts)


REASONS = "tests/ako/test_reasons.py"
UPGRADES = "tests/review/test_upgrades.py"
IN_CODE: dict[str, str] = {
    "cell-unknown": "tests/analysis/test_cell.py::test_a_cell_that_does_not_exist_has_one_finding",
    "context-renamed": "tests/policy/test_change.py::test_an_approval_of_another_name_of_the_context",
    "created": f"{REASONS}::test_a_cluster_that_is_new_or_deleted_has_a_reason_of_its_own",
    "deleted": f"{REASONS}::test_a_cluster_that_is_new_or_deleted_has_a_reason_of_its_own",
    "lowering-approved": "tests/policy/test_change.py::test_an_approval_of_a_lower_protection",
    "operator-estimate": "tests/cli/test_unknown_operator.py::test_a_cell_says_that_an_estimate_will_do",
    "operator-upgrade-unknown": f"{UPGRADES}::test_a_release_that_is_not_known_is_data_at_risk",
    "pinned-object": "tests/files/test_pinned_manifests.py::test_an_object_that_cannot_be_applied_is_refused",
    "refused-no-longer": f"{UPGRADES}::test_what_a_new_release_admits_is_a_note",
    "risk-approved": "tests/policy/test_change.py::test_an_approval_approves_one_change_and_no_later_one",
    "server-bug-comes": f"{UPGRADES}::test_bugs_between_two_servers",
    "server-bug-elsewhere": f"{UPGRADES}::test_a_bug_that_strikes_no_cluster_is_no_warning",
    "server-bug-goes": f"{UPGRADES}::test_bugs_between_two_servers",
    "server-bug-of-upgrade": f"{UPGRADES}::test_bugs_between_two_servers",
    "server-format-changes": f"{UPGRADES}::test_a_format_changes_between_two_servers",
    "set-count": "tests/aerospike/server/test_start.py::test_sets_with_settings_are_counted",
    "size-short": "tests/cli/test_check.py::test_a_size_that_does_not_hold_the_workload_is_a_warning",
    "size-value": "tests/cli/test_size.py::test_a_value_that_the_sizing_cannot_use_has_a_rule",
    "unknown-effect": f"{REASONS}::test_a_field_that_no_rule_knows_differs_from_one_that_the_api_server_drops",
}
"""Rules whose cases no file can have → the test with both. They take a command line, a folder with its checksum, a
thousand sets, a whole cluster that comes or goes, or a field that no release has."""


def in_code() -> Iterator[Case]:
    """Tests that have both outcomes of a rule."""
    for rule, test in IN_CODE.items():
        path, _, name = test.partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(), f"{test} is not there"
        yield from ((rule, outcome) for outcome in BOTH)


READERS: tuple[Callable[[], Iterable[Case]], ...] = (
    operator,
    definitions,
    policies,
    agreement,
    drift,
    deployments,
    forecasts,
    servers,
    printed,
    in_code,
)


def _listed(cases: Iterable[set[str]]) -> Iterator[Case]:
    """Yield the cases of a file in which every case lists all rules that fail; a rule that is not listed passes."""
    lists = list(cases)
    for rule in set().union(*lists):
        yield rule, "fails"
        if any(rule not in rules for rules in lists):
            yield rule, "passes"


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())
