"""`aerofleet generate` and `new-cluster`: their output and exit codes; tests/authoring has what they write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aerofleet.authoring.generated import generated, is_own_clone, pages, schemas, stale_files
from aerofleet.cli import main
from tests.fleet.project import ROOT, SHOP, copy_of

TEAM = "stacks/here/teams/search.yaml"


def test_a_check_names_what_is_out_of_date_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    assert main(["generate", "--root", str(root)]) == 0
    assert "schemas/team.json: written\n" in capsys.readouterr().out
    page = root / "schemas/team.json"
    page.write_text("old")
    assert main(["generate", "--root", str(root), "--check"]) == 1
    assert capsys.readouterr().out == "schemas/team.json: is out of date\n"
    assert page.read_text() == "old"
    assert main(["generate", "--root", str(root)]) == 0
    assert main(["generate", "--root", str(root), "--check"]) == 0


def test_the_reference_of_the_product_is_in_no_project_of_a_user(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    assert main(["generate", "--root", str(root)]) == 0
    assert not (root / "docs").exists()
    assert is_own_clone(ROOT)
    assert Path("docs/reference/rules.md") in pages()
    # Code of another clone or version is not the running code.
    shutil.copytree(ROOT / "aerofleet/authoring", root / "aerofleet/authoring")
    assert not [path for path in generated(root) if path.is_relative_to("docs")]


def test_the_schemas_and_the_reference_are_up_to_date() -> None:
    """The other generated files follow from definitions: `make check` looks at them."""
    assert stale_files(ROOT, {**schemas(), **pages()}) == []


def test_a_mistake_in_a_new_definition_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    before = (root / TEAM).read_text()
    workload = ["--objects", "5", "--record", "9", "--reads", "1", "--writes", "1"]
    assert main(["new-cluster", "search/more", "--tier", "plian", *workload, "--root", str(root)]) == 2
    shown = capsys.readouterr().err
    assert "there is no tier 'plian'" in shown
    assert shown.endswith("aerofleet new-cluster: nothing was written\n")
    assert (root / TEAM).read_text() == before
