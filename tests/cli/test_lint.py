"""What `aerofleet lint` prints of broken files: place, finding, way out; all at once.

`python -m tests.cli.test_lint` writes the expected output of the cases anew.
"""

from __future__ import annotations

import json
import os
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from aerofleet.cli.lint import run

CASES = Path(__file__).parents[1] / "cases" / "lint"
WRITE = "if the new output is right: `.venv/bin/python -m tests.cli.test_lint` writes it"
GOOD = Path(__file__).parents[1] / "cases" / "ako" / "clusters"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_file_is_told_whole(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES)
    assert run([path.name]) == 2
    printed, wanted = capsys.readouterr().out, path.with_suffix(".txt").read_text()
    assert printed == wanted, WRITE


@pytest.mark.parametrize("path", sorted(GOOD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_good_file_is_let_through(path: Path) -> None:
    assert run([str(path)]) == 0


def test_a_severe_hazard_alone_fails_with_another_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    risky = tmp_path / "risky.yaml"
    risky.write_text((GOOD / "device.yaml").read_text().replace("replication-factor: 2", "replication-factor: 1"))
    assert run([str(risky)]) == 1
    assert "[one-copy]" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_a_mistake_not_a_crash(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["nowhere.yaml"]) == 2
    assert "nowhere.yaml" in capsys.readouterr().out


def test_each_format_names_a_severe_hazard_by_its_severity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    risky = tmp_path / "risky.yaml"
    risky.write_text((GOOD / "device.yaml").read_text().replace("replication-factor: 2", "replication-factor: 1"))
    printed = {}
    for form in ("text", "json", "github", "sarif"):
        assert run([str(risky), "--format", form]) == 1
        printed[form] = capsys.readouterr().out
    assert "  severe: orders keeps one copy" in printed["text"]
    assert {
        finding["severity"] for finding in json.loads(printed["json"])["findings"] if finding["rule"] == "one-copy"
    } == {"severe"}
    assert "title=severe%3A one-copy::" in printed["github"] and printed["github"].startswith("::error ")
    (answer,) = json.loads(printed["sarif"])["runs"]
    assert all("shortDescription" in rule for rule in answer["tool"]["driver"]["rules"])
    results = answer["results"]
    assert [(result["level"], result["properties"]) for result in results if result["ruleId"] == "one-copy"] == [
        ("error", {"severity": "severe"})
    ]


def test_the_selected_rules_decide_and_the_others_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    risky = tmp_path / "risky.yaml"
    risky.write_text((GOOD / "device.yaml").read_text().replace("replication-factor: 2", "replication-factor: 1"))
    assert run([str(risky), "--only", "one-copy"]) == 1
    only = capsys.readouterr().out.splitlines()
    assert [line for line in only if "[" in line and "[one-copy]" not in line] == []
    assert run([str(risky), "--skip", "one-copy"]) == 0
    assert "[one-copy]" not in (text := capsys.readouterr().out)
    assert text.endswith(" shown, 1 left out by --only or --skip\n")


if __name__ == "__main__":
    os.chdir(CASES)
    for case in sorted(Path().glob("*.yaml")):
        with case.with_suffix(".txt").open("w") as file, redirect_stdout(file):
            run([case.name])
