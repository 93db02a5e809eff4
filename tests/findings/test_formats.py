"""Each output format of findings."""

from __future__ import annotations

import json
import re

import pytest

from aerofleet.findings import Finding, Location, Subject
from aerofleet.findings.formats import FORMATS
from aerofleet.findings.formats.markdown import as_markdown
from aerofleet.findings.formats.text import as_text
from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from tests.fleet.project import ROOT

FINDING = Finding(
    "yaml-tag",
    "severe",
    "spec.size",
    "is 4|5 for @ops_team",
    "write 4",
    Location("a.yaml", 3, 7),
    Subject("cluster", "shop/orders"),
)


def test_json_has_every_part_of_a_finding() -> None:
    assert json.loads(FORMATS["json"]([FINDING], NO_TERMINAL)) == {
        "schema": "aerofleet.io/findings/v2",
        "findings": [
            {
                "rule": "yaml-tag",
                "severity": "severe",
                "subject": {"kind": "cluster", "name": "shop/orders"},
                "path": "spec.size",
                "message": "is 4|5 for @ops_team",
                "remedy": "write 4",
                "location": {"file": "a.yaml", "line": 3, "column": 7},
            }
        ],
    }


def test_sarif_has_the_rules_text_remedy_and_default_level() -> None:
    (run,) = json.loads(FORMATS["sarif"]([FINDING, FINDING], NO_TERMINAL))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["defaultConfiguration"]) == ("yaml-tag", {"level": "error"})
    assert rule["shortDescription"]["text"].startswith("A value")
    assert [result["properties"] for result in run["results"]] == [{"severity": "severe"}] * 2


def test_a_value_of_a_file_is_no_markup_in_a_comment() -> None:
    assert as_markdown([FINDING]).splitlines()[2] == (
        "| severe | a.yaml:3:7 shop/orders spec.size | is 4\\|5 for @\u2060ops\\_team | write 4 | `yaml-tag` |"
    )
    assert as_markdown([]) == "No findings.\n"


def test_text_has_the_subject_and_the_severity() -> None:
    assert as_text([FINDING]) == (
        "a.yaml:3:7  shop/orders  spec.size  severe: is 4|5 for @ops_team  [yaml-tag]\n    write 4\n"
    )


def test_text_for_a_terminal_is_broken_and_coloured() -> None:
    first, *others = as_text([FINDING], Terminal(60, has_colours=True)).splitlines()
    assert first.startswith("\x1b[35ma.yaml:3:7\x1b[0m  shop/orders")
    assert all(line.startswith("    ") for line in others)


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/judge-raw-clusters.md"])
def test_the_pages_that_list_the_formats_name_each(page: str) -> None:
    """`text` is the one without an option."""
    text = (ROOT / page).read_text()
    missing = [form for form in FORMATS if form != "text" and not re.search(rf"`(--format )?{form}`", text)]
    assert missing == [], f"{page} lists the values of --format, but not these"


@pytest.mark.parametrize("form", list(FORMATS))
def test_every_format_can_write_nothing_and_control_characters(form: str) -> None:
    FORMATS[form]([], NO_TERMINAL)
    text = FORMATS[form]([Finding("yaml-tag", "error", "\x1b[2J", "\r\n", "\x07")], NO_TERMINAL)
    assert not {"\x1b", "\r", "\x07"} & {*text}
