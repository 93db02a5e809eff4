"""`aerofleet generate` and `new-cluster`: their output and exit codes; tests/authoring has what they write."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from tests.fleet.project import SHOP, copy_of

TEAM = "stacks/here/teams/search.yaml"


def test_a_check_names_what_is_out_of_date_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    assert main(["generate", "--root", str(root)]) == 0
    assert "docs/reference/rules.md: written\n" in capsys.readouterr().out
    page = root / "docs/reference/rules.md"
    page.write_text("old")
    assert main(["generate", "--root", str(root), "--check"]) == 1
    assert capsys.readouterr().out == "docs/reference/rules.md: is out of date\n"
    assert page.read_text() == "old"
    assert main(["generate", "--root", str(root)]) == 0
    assert main(["generate", "--root", str(root), "--check"]) == 0


def test_a_mistake_in_a_new_definition_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    before = (root / TEAM).read_text()
    workload = ["--objects", "5", "--record", "9", "--reads", "1", "--writes", "1"]
    assert main(["new-cluster", "search/more", "--tier", "plian", *workload, "--root", str(root)]) == 2
    shown = capsys.readouterr().err
    assert "there is no tier 'plian'" in shown
    assert shown.endswith("aerofleet new-cluster: nothing was written\n")
    assert (root / TEAM).read_text() == before
