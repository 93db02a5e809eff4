"""`aerofleet check` reports every mistake a person can make with its place; none ends in a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from tests.fleet.project import CASES, SHOP, change, copy_of

FILES = sorted((CASES / "errors").glob("*.yaml"))
MISTAKES = [pytest.param(case, id=case["about"]) for file in FILES for case in yaml.safe_load(file.read_text())]


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_with_its_place(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, case)
    code = main(["check", "--root", str(root), "--format", "json"])
    rules = {expected["rule"] for expected in case["expect"]}
    reported = json.loads(capsys.readouterr().out)["findings"]
    # The specimen has warnings of its own.
    findings = [finding for finding in reported if finding["severity"] == "error" or finding["rule"] in rules]
    shown = "\n".join(" ".join((place_of(f), f["rule"], subject_of(f), f["path"], f["message"])) for f in findings)
    wanted = [
        f"{expected.get('file', case['file'])}:{expected['at']} {expected['rule']}" for expected in case["expect"]
    ]
    assert sorted(f"{place_of(finding)} {finding['rule']}" for finding in findings) == sorted(wanted), shown
    for expected in case["expect"]:
        place = f"{expected.get('file', case['file'])}:{expected['at']}"
        assert any(place_of(finding) == place and matches(finding, expected) for finding in findings), (
            f"{expected}\n{shown}"
        )
    assert code == case.get("code", 2)


def place_of(finding: dict[str, Any]) -> str:
    place = finding["location"]
    return f"{place['file']}:{place['line']}:{place['column']}"


def subject_of(finding: dict[str, Any]) -> str:
    return finding["subject"]["name"] if finding["subject"] else ""


def matches(finding: dict[str, Any], expected: dict[str, Any]) -> bool:
    return (
        finding["rule"] == expected["rule"]
        and subject_of(finding) == expected.get("subject", subject_of(finding))
        and finding["path"] == expected.get("path", finding["path"])
        and expected.get("says", "") in finding["message"]
        and finding["remedy"] == expected.get("remedy", finding["remedy"])
    )
