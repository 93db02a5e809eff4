"""`aerofleet render --into`: the accepted objects of each cell, and the judged difference from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from tests.fleet.project import EXAMPLE, copy_of

FOLDER = "tests/golden"
INTO = ["render", "--into", FOLDER]
ACCEPT = f"to accept this: aerofleet render --into {FOLDER}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose objects are accepted."""
    monkeypatch.chdir(copy_of(EXAMPLE, tmp_path))
    assert main(INTO) == 0
    return tmp_path


def test_what_was_accepted_is_what_render_prints(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main([*INTO, "--check"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["render", "local"]) == 0
    assert capsys.readouterr().out == (root / FOLDER / "local.yaml").read_text()


def test_a_difference_is_judged_and_can_be_accepted(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    team = root / "stacks/local/teams/checkout.yaml"
    team.write_text(team.read_text().replace("defaultTtl: 30d", "defaultTtl: 20d"))
    before = (root / FOLDER / "local.yaml").read_text()
    capsys.readouterr()
    assert main([*INTO, "--check"]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith(f"{FOLDER}/local.yaml: the objects of cell local differ\n")
    assert "default-ttl: 2592000 becomes 1728000, set live" in shown
    assert "staging" not in shown and shown.endswith(ACCEPT)
    assert (root / FOLDER / "local.yaml").read_text() == before
    assert main(INTO) == 0
    assert capsys.readouterr().out == f"{FOLDER}/local.yaml: written\n"
    assert main([*INTO, "--check"]) == 0


def test_a_cell_that_comes_or_goes_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "stacks/staging").rename(root / "stacks/other")
    cell = root / "stacks/other/cell.yaml"
    cell.write_text(cell.read_text().replace("cell: staging", "cell: other"))
    capsys.readouterr()
    assert main([*INTO, "--check"]) == 1
    gone, new = f"{FOLDER}/staging.yaml", f"{FOLDER}/other.yaml"
    assert capsys.readouterr().out == f"{new}: is not there\n{gone}: there is no cell staging\n{ACCEPT}"
    # With a name, only that cell counts.
    assert main([*INTO, "--check", "local"]) == 0
    assert main(INTO) == 0
    assert not (root / gone).exists() and (root / new).exists()


def test_an_accepted_file_that_cannot_be_read_is_a_mistake(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / FOLDER / "local.yaml").write_text("a: [\n")
    assert main([*INTO, "--check"]) == 2
    assert f"{FOLDER}/local.yaml:" in capsys.readouterr().err


@pytest.mark.parametrize("options", [["--check"], [*INTO[1:], "--cluster", "a/b"], [*INTO[1:], "--format", "json"]])
def test_options_that_do_not_go_together(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["render", *options])
    assert "--into" in capsys.readouterr().err
