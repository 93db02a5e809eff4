"""What tools/bootstrap makes of the environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SHOW = "import sys, yaml; print(sys.dont_write_bytecode, yaml.__cached__)"


def test_bytecode_is_kept_in_the_environment_whatever_the_caller_sets() -> None:
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", SHOW], env=env, capture_output=True, text=True, check=True)
    kept, cached = done.stdout.split()
    assert kept == "False"
    assert Path(cached).is_relative_to(Path(sys.prefix) / "bytecode")
    assert Path(cached).exists()
