"""`aerofleet init`: a project in which every verb works, and one more cell of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aerofleet import __version__
from aerofleet.authoring import new_project
from aerofleet.authoring.product_pin import PINS
from aerofleet.cli import main
from aerofleet.toolchain.requirements import locked_requirements
from tests.fleet.project import EXAMPLE, ROOT, copy_of

GOLDEN = ["render", "--into", "tests/golden"]


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A file that is taken for the wheel of this release."""
    file = tmp_path / f"aerofleet-{__version__}-py3-none-any.whl"
    file.write_bytes(b"wheel")
    return file


@pytest.fixture
def project(tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new project, the current folder."""
    root = tmp_path / "fleet"
    assert main(["init", str(root), "--wheel", str(wheel)]) == 0
    capsys.readouterr()
    monkeypatch.chdir(root)
    return root


def texts(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_its_own_tests_pass_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "local: nothing found\n"
    assert main(["generate", "--check"]) == 0
    accept = f"if this is right: aerofleet render --root {ROOT / 'templates/project'} --into tests/golden"
    assert main([*GOLDEN, "--check"]) == 0, f"{capsys.readouterr().out}\n{accept}"
    assert main(["lint", "tests/golden/local.yaml"]) == 0
    assert not (project / "docs").exists()


def test_it_is_pinned_with_hashes(project: Path, wheel: Path) -> None:
    digest = hashlib.sha256(b"wheel").hexdigest()
    line = f"aerofleet=={__version__} \\\n    --hash=sha256:{digest}\n"
    assert (project / PINS).read_text() == line + locked_requirements()
    assert (project / "wheels" / wheel.name).read_bytes() == b"wheel"


def test_its_name_is_that_of_the_folder_or_another(project: Path, tmp_path: Path, wheel: Path) -> None:
    assert (project / "Pulumi.yaml").read_text().startswith("name: fleet\n")
    assert (project / "README.md").read_text().startswith("# fleet\n")
    assert main(["init", str(tmp_path / "b"), "--name", "aerospike", "--wheel", str(wheel)]) == 0
    assert (tmp_path / "b/Pulumi.yaml").read_text().startswith("name: aerospike\n")
    assert not [name for name, text in texts(project).items() if b"${PROJECT}" in text or b"${DESCRIPTION}" in text]


def test_it_says_what_to_do_next(tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "my fleet"
    assert main(["init", str(root), "--name", "fleet", "--wheel", str(wheel)]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out.startswith(f"{root}: {len(texts(root))} files written\n")
    assert f"  cd '{root}'\n  make up " in shown.out


def test_a_run_that_was_cut_off_can_be_repeated(
    tmp_path: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, cut = tmp_path / "whole/fleet", tmp_path / "cut/fleet"
    assert main(["init", str(whole), "--wheel", str(wheel)]) == 0
    write = new_project.write_files

    def killed(root: Path, files: dict[Path, str]) -> None:
        write(root, dict(list(files.items())[:9]))
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(new_project, "write_files", killed)
        assert main(["init", str(cut), "--wheel", str(wheel)]) == 130
    assert not (cut / "Pulumi.yaml").exists()
    assert main(["init", str(cut), "--wheel", str(wheel)]) == 0
    assert texts(cut) == texts(whole)
    capsys.readouterr()
    assert main(["init", str(cut), "--wheel", str(wheel)]) == 0
    assert capsys.readouterr().out == f"{cut}: everything is there already\n"


def test_a_file_in_the_way_is_never_replaced(tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "fleet"
    (root / "stacks/local").mkdir(parents=True)
    (root / "README.md").write_text("ours\n")
    (root / "stacks/local/cell.yaml").mkdir()
    (root / "LICENSE").write_text("ours\n")
    before = texts(root)
    assert main(["init", str(root), "--wheel", str(wheel)]) == 2
    assert capsys.readouterr().err == (
        f"aerofleet init: nothing was written, because these files of {root} exist already and differ:\n"
        "  README.md\n  stacks/local/cell.yaml\n"
    )
    assert texts(root) == before


def test_a_file_is_no_folder_for_a_project(tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "notes"
    file.write_text("mine")
    assert main(["init", str(file), "--wheel", str(wheel)]) == 2
    assert capsys.readouterr().err == f"aerofleet init: {file} is a file: name a folder for the project\n"
    assert file.read_text() == "mine"


def test_a_folder_that_nobody_can_make(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "/proc/fleet", "--wheel", str(wheel)]) == 2
    assert capsys.readouterr().err.startswith("aerofleet init: /proc/fleet")


def test_a_project_is_not_started_again(project: Path, wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    team = project / "stacks/local/teams/checkout.yaml"
    team.write_text(team.read_text().replace("30d", "20d"))
    before = texts(project)
    assert main(["init", ".", "--wheel", str(wheel)]) == 2
    shown = capsys.readouterr().err
    assert "\n  stacks/local/teams/checkout.yaml\n" in shown
    assert "It is a project already. --cell NAME adds a cell to it" in shown
    assert texts(project) == before


def test_a_cell_is_added_for_a_cluster_of_ones_own(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", ".", "--cell", "production"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "stacks/production/cell.yaml: written"
    assert "stacks/production/allocations.yaml: written" in shown
    assert shown[-1] == "Go through the lines that are marked CHANGE in ./stacks/production"
    assert main(["check"]) == 0
    assert main(["generate", "--check"]) == 0
    assert main(["new-team", "search", "--cell", "production"]) == 0
    assert main([*GOLDEN]) == 0


def test_a_cell_is_added_to_a_project_of_before(tmp_path: Path) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    shutil.copy(ROOT / "Pulumi.yaml", root)
    assert main(["init", str(root), "--cell", "production"]) == 0
    assert main(["check", "--root", str(root)]) == 0
    assert not (root / "Makefile").exists()


def test_a_project_can_begin_with_a_cell(tmp_path: Path, wheel: Path) -> None:
    root = tmp_path / "fleet"
    assert main(["init", str(root), "--cell", "eu-1", "--wheel", str(wheel)]) == 0
    assert sorted(path.name for path in (root / "stacks").iterdir()) == ["eu-1", "local"]
    assert main(["check", "--root", str(root)]) == 0


@pytest.mark.parametrize("cell", ["../x", "Production", "", "a/b", "local"])
def test_a_cell_that_cannot_be_writes_nothing(cell: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = texts(project)
    code = main(["init", ".", "--cell", cell])
    shown = capsys.readouterr()
    assert (code, "nothing was written" in shown.err or "is not a valid cell name" in shown.err) == (2, True), shown.out
    assert texts(project) == before


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("aerofleet-0.0.1-py3-none-any.whl", "it is release 0.0.1, and `init` of"),
        ("rich-15.0.0-py3-none-any.whl", "it is no wheel of aerofleet, such as"),
        ("absent", "there is no such file"),
    ],
)
def test_a_wheel_that_cannot_be_pinned_writes_nothing(
    name: str, answer: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if name != "absent":
        (tmp_path / name).write_bytes(b"wheel")
    assert main(["init", str(tmp_path / "fleet"), "--wheel", str(tmp_path / name)]) == 2
    assert answer in capsys.readouterr().err
    assert not (tmp_path / "fleet").exists()


def test_a_clone_is_no_release_so_its_project_lacks_one_line(
    tmp_path: Path, wheel: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "fleet"
    assert main(["init", str(root)]) == 0
    out, shown = capsys.readouterr()
    assert f"  aerofleet init {root} --wheel FILE   pins Aerofleet itself. Until then every `make` fails" in out
    assert f"aerofleet=={__version__} is not pinned: it runs from the source in {ROOT}" in shown
    # A make that runs these tests would have this one name the folders that it enters.
    variables = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    made = subprocess.run(["make", "test"], cwd=root, env=variables, capture_output=True, text=True, check=False)
    assert made.returncode == 2
    assert made.stdout == "requirements.txt does not pin aerofleet itself: aerofleet init . --wheel FILE adds it\n"
    assert not (root / ".venv").exists()
    assert "`aerofleet init DIR --wheel FILE` adds the pin" in shown
    # With the wheel, and once more without it.
    assert main(["init", str(root), "--wheel", str(wheel)]) == 0
    assert (root / PINS).read_text().startswith(f"aerofleet=={__version__} ")
    assert main(["init", str(root)]) == 0
    assert (root / PINS).read_text().startswith(f"aerofleet=={__version__} ")
