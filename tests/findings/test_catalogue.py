"""The catalogue is complete: every rule has a summary and a source, a passing and a failing case."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from aerofleet.findings import Rule, declared
from aerofleet.findings.catalogue import MODULES, rules
from aerofleet.reference.rules import page
from tests.findings.rule_cases import all_cases
from tests.fleet.project import ROOT

Node = TypeVar("Node", bound=ast.AST)
SOURCES = [path for name in ("aerofleet", "components") for path in sorted((ROOT / name).rglob("*.py"))]

KIND_OF_SOURCE = re.compile(
    r"AKO \d+\.\d+\.\d+, [\w/.]+\.(go|yaml)\b|aerospike-management-lib \d+\.\d+\.\d+, [\w/]+\.go\b"
    r"|aerospike-server \d[\d. to]*, (as|cf)/[\w/]+\.[ch]\b|aerospike-server\.docker, "
    r"|Aerospike (documentation|release notes|configuration schemas|Certification Tool), "
    r"|Kubernetes \d+\.\d+, |pulumi-kubernetes \d+\.\d+, |Linux, |POSIX, |Unicode, |JSON, |YAML 1\.[12]|CVE-\d+-\d+, "
    r"|Platform rule: |ADR \d{4}$|Measured: |Not confirmed: "
)
"""The start of every part of a source: a file of a release, a page, a standard, a decision of this project, a
measurement, or the statement that nothing confirms the fact."""

CASES_ARE_MISSING = "write the cases: CONTRIBUTING.md, 'Add a rule', has the file for each kind of rule"
FORMS_OF_SOURCES = "the docstring of Rule (aerofleet/findings/rule.py) has the forms of a source"
NOT_LISTED = "enter its module in MODULES of aerofleet/findings/catalogue.py, or in the package that lists its modules"


def without_cases(catalogue: tuple[Rule[...], ...]) -> list[tuple[str, str]]:
    wanted = {(rule.id, outcome) for rule in catalogue for outcome in ("fails", "passes")}
    return sorted(wanted - all_cases())


def test_no_two_rules_have_one_id() -> None:
    assert [name for name, count in Counter(rule.id for rule in rules()).items() if count > 1] == []


def test_every_rule_says_what_it_is_and_where_the_fact_comes_from() -> None:
    assert [rule.id for rule in rules() if not re.match(r"[A-Z`].*\.$", rule.summary)] == []
    assert [rule.id for rule in rules() if not rule.source] == []


def test_every_source_is_of_a_known_kind() -> None:
    parts = [(rule.id, part) for rule in rules() for part in rule.source.split("; ")]
    assert [part for part in parts if not KIND_OF_SOURCE.match(part[1])] == [], FORMS_OF_SOURCES


def test_every_page_that_is_a_source_exists() -> None:
    sources = [rule.source for rule in rules()]
    pages = {page for source in sources for page in re.findall(r"docs/[\w/.-]+\.md", source)}
    decisions = {number for source in sources for number in re.findall(r"ADR (\d{4})", source)}
    assert [page for page in sorted(pages) if not (ROOT / page).is_file()] == []
    assert [number for number in sorted(decisions) if not list((ROOT / "docs/adr").glob(f"{number}-*.md"))] == []


def test_every_rule_has_a_passing_and_a_failing_case() -> None:
    assert without_cases(rules()) == [], CASES_ARE_MISSING


def test_a_rule_without_cases_is_noticed() -> None:
    dummy = declared("dummy", "Nothing is wrong.", scope="cell", severity="info", source="this test")
    assert without_cases((dummy,)) == [("dummy", "fails"), ("dummy", "passes")]


def test_every_rule_of_the_code_is_in_the_catalogue() -> None:
    listed = {rule.id for rule in rules()}
    for path in SOURCES:
        if path.parent.name == "findings" or not re.search(r"\b(declared|rule)\(", path.read_text()):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        module = import_module(name)
        missing = [value.id for value in vars(module).values() if isinstance(value, Rule) and value.id not in listed]
        assert missing == [], f"{name}: {NOT_LISTED}"


def test_the_reference_page_has_every_rule_once() -> None:
    listed = re.findall(r"^\| `([a-z0-9+-]+)` \| (?:error|severe|warning|info) \|", page(), re.MULTILINE)
    assert sorted(listed) == sorted(rule.id for rule in rules())


def test_every_module_of_the_catalogue_has_rules_of_its_scope() -> None:
    for scope, names in MODULES.items():
        for name in names:
            assert any(rule.scope == scope for rule in import_module(name).RULES), (scope, name)


def nodes(path: Path, wanted: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, wanted))


def is_rule(node: ast.AST) -> bool:
    """Return whether an expression is the id of a finding's rule (``finding.rule``)."""
    return isinstance(node, ast.Attribute) and node.attr == "rule"


def test_no_code_decides_by_the_id_of_a_rule() -> None:
    compared = [
        f"{path}:{node.lineno}"
        for path in SOURCES
        for node in nodes(path, ast.Compare)
        if any(map(is_rule, (node.left, *node.comparators)))
    ]
    looked_up = [
        f"{path}:{node.lineno}" for path in SOURCES for node in nodes(path, ast.Subscript) if is_rule(node.slice)
    ]
    assert compared + looked_up == []


def test_only_rules_make_findings() -> None:
    calls = [
        f"{path}:{node.lineno}"
        for path in SOURCES
        if path.parent.name != "findings"
        for node in nodes(path, ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id in ("Finding", "Reason")
    ]
    assert calls == []
