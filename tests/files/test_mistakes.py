"""Every mistake a person can make is told with its place; none ends in a traceback."""

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
def test_a_mistake_is_told_with_its_place(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, case)
    code = main(["check", "--root", str(root), "--format", "json"])
    rules = {each["rule"] for each in case["expect"]}
    shown = json.loads(capsys.readouterr().out)["findings"]
    # The specimen has warnings of its own.
    findings = [each for each in shown if each["severity"] == "error" or each["rule"] in rules]
    told = "\n".join(f"{place_of(each)} {each['rule']} {each['path']} {each['message']}" for each in findings)
    wanted = [f"{each.get('file', case['file'])}:{each['at']} {each['rule']}" for each in case["expect"]]
    assert sorted(f"{place_of(each)} {each['rule']}" for each in findings) == sorted(wanted), told
    for expected in case["expect"]:
        place = f"{expected.get('file', case['file'])}:{expected['at']}"
        assert any(place_of(each) == place and says(each, expected) for each in findings), f"{expected}\n{told}"
    assert code == 2


def place_of(finding: dict[str, Any]) -> str:
    place = finding["location"]
    return f"{place['file']}:{place['line']}:{place['column']}"


def says(finding: dict[str, Any], expected: dict[str, Any]) -> bool:
    return (
        finding["rule"] == expected["rule"]
        and finding["path"] == expected.get("path", finding["path"])
        and expected.get("says", "") in finding["message"]
        and finding["remedy"] == expected.get("remedy", finding["remedy"])
    )
