"""What separates a process that runs the code of a side from this machine, as far as a plain Linux lets a user do it.

No network, no processes but its own, and where mounts are allowed a file system that has only the interpreter, the code
and the definitions, all read-only, with a /tmp of its own. Nothing is needed but `unshare` of util-linux.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from aerofleet.trees import enter

Level = Literal["files", "network", "none"]
NAMESPACES = (
    *("unshare", "--user", "--map-root-user", "--net", "--ipc"),
    *("--pid", "--fork", "--kill-child=KILL"),
)
MOUNTS = (*NAMESPACES, "--mount")
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *("/etc/ld.so.cache", "/nix/store", "/gnu/store"),
)
"""What an interpreter needs of the system: programs and libraries, no settings and no folder of a user."""
NO_FILES = "its code could read the files of this machine: this system lets no user make mounts"
NO_NETWORK = (
    "its code had the network, and could read the files of this machine: this system has no `unshare` with user"
    " namespaces"
)
NOTES: dict[Level, tuple[str, ...]] = {"files": (), "network": (NO_FILES,), "none": (NO_NETWORK,)}
"""Level → what a reader of the review has to know."""
PROBE = "pass"


@lru_cache(maxsize=1)
def isolation_level() -> Level:
    """Return how far this system can separate a process: from its files, from the network only, or not at all."""
    if not shutil.which(NAMESPACES[0]):
        return "none"
    python = (sys.executable, "-I", "-S", "-c", PROBE)
    with tempfile.TemporaryDirectory(prefix="aerofleet-probe-") as folder:
        if _succeeds(isolated(python, (), "files", Path(folder))):
            return "files"
    return "network" if _succeeds((*NAMESPACES, *python)) else "none"


def isolated(command: Sequence[str], paths: Iterable[Path], level: Level, root: Path) -> tuple[str, ...]:
    """Return the command that runs ``command`` separated. ``command``: begins with the path of an interpreter;
    ``paths``: what it can read beside that; ``root``: an empty folder, over which its file system is mounted.
    """
    if level == "none":
        return tuple(command)
    if level == "network":
        return (*NAMESPACES, *command)
    shown = [*SYSTEM, *map(str, _interpreter(Path(command[0]))), *(str(path.resolve()) for path in paths)]
    launcher = (sys.executable, "-I", "-S", "-B", str(Path(enter.__file__).resolve()))
    return (*MOUNTS, *launcher, str(root.resolve()), json.dumps(shown), *command)


def _interpreter(python: Path) -> Iterable[Path]:
    """Yield what an interpreter is loaded from: its environment, the links to its installation, and that."""
    environment = python.parent.parent
    if (environment / "pyvenv.cfg").is_file():
        yield environment.absolute()
    link = python.absolute()
    while link.is_symlink():
        yield link
        link = link.parent / link.readlink()
    yield link.resolve().parent.parent
    yield Path(sys.base_prefix)


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
