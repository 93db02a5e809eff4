"""A Ctrl-C ends a long verb with one line, and never an engine in the middle of its work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aerofleet.engine.pulumi import to_its_end

INTERRUPTS_US = """\
#!/bin/sh
trap '' INT
kill -INT $PPID
echo "the work is done" > {done}
echo '[{{"name": "prod"}}]'
"""


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """A `pulumi` during whose work somebody presses Ctrl-C."""
    program = tmp_path / "pulumi"
    program.write_text(INTERRUPTS_US.format(done=tmp_path / "done"))
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("capture", [True, False])
def test_the_engine_comes_to_its_end_first(capture: bool, engine: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        to_its_end([str(engine)], capture=capture)
    assert (engine.parent / "done").read_text() == "the work is done\n"


def test_a_verb_says_one_line_and_ends_as_a_shell_expects(engine: Path, tmp_path: Path) -> None:
    env = {
        **os.environ,
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_BACKEND_URL": "s3://states",
    }
    command = [sys.executable, "-c", "import aerofleet.cli as cli, sys; sys.exit(cli.main())"]
    done = subprocess.run(
        [*command, "recover", "prod", "--root", str(tmp_path)], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "aerofleet recover: interrupted; the same command again goes on from there\n"
    assert (tmp_path / "done").exists()
