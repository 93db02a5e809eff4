"""`aerofleet completion`: a real bash completes verbs, options and the names of a project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aerofleet import cli
from aerofleet.cli import main
from aerofleet.cli.completion import SHELLS
from tests.fleet.project import EXAMPLE

ASK = """
source {script}
COMP_WORDS=({line} "$1") COMP_CWORD={position}
_shtab_aerofleet aerofleet "$1"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("completion") / "aerofleet.bash"
    with file.open("w") as out:
        command = [sys.executable, "-c", "import sys; from aerofleet.cli import main; sys.exit(main())"]
        subprocess.run([*command, "completion", "bash"], stdout=out, check=True)
    return file


@pytest.mark.parametrize(
    ("line", "typed", "completed"),
    [
        ("aerofleet", "new-", {"new-team", "new-cluster"}),
        ("aerofleet check", "--fo", {"--format"}),
        ("aerofleet check --format", "s", {"sarif"}),
        ("aerofleet check", "st", {"staging"}),
        ("aerofleet explain", "payments/", {"payments/ledger"}),
        ("aerofleet new-team a --cell", "lo", {"local"}),
        ("aerofleet new-cluster a/b --tier", "sil", {"silver"}),
        ("aerofleet check --only", "rack-tw", {"rack-twice"}),
        ("aerofleet stacks", "mo", {"move"}),
        ("aerofleet stacks move", "--c", {"--cell"}),
        ("aerofleet local up", "--ap", {"--apply"}),
    ],
)
def test_bash_completes(line: str, typed: str, completed: set[str], script: Path) -> None:
    ask = ASK.format(script=script, line=line, position=len(line.split()))
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = ["bash", "--norc", "-c", ask, "bash", typed]
    done = subprocess.run(command, cwd=EXAMPLE, env=env, capture_output=True, text=True, check=False)
    assert set(done.stdout.split()) == completed, done.stderr


@pytest.mark.parametrize("shell", SHELLS)
def test_every_verb_and_option_is_in_the_script(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert [verb for verb in cli.VERBS if verb not in text] == []
    assert "skip" in text and "dry-run" in text
    if program := shutil.which(shell):
        file = tmp_path / "script"
        file.write_text(text)
        subprocess.run([program, "-n", str(file)], check=True)


def test_no_project_has_no_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["completion", "--names", "clusters"]) == 0
    assert main(["completion", "--names", "cells"]) == 0
