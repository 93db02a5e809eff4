"""The cache of finished programs, which all clones of a user share: a program is made once, and appears complete."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from aerofleet.toolchain.recipes import Recipe


def print_progress(line: str) -> None:
    """Print a line to standard error, because `aerofleet env` prints shell code to standard output."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def cache_home() -> Path:
    """Return the folder for everything that the project caches for a user."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "aerofleet"


@contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Hold the file lock ``path``; print ``waiting`` if another process has it. The kernel frees the lock of a process
    that ended.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print_progress(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def stored(recipe: Recipe, make: Callable[[Recipe, Path], None]) -> Path:
    """Return the folder with the recipe's programs; ``make(recipe, folder)`` fills a new one if the store lacks it."""
    store = cache_home() / "store"
    entry = store / recipe.folder
    if entry.is_dir():
        return entry
    with locked(store / f".{recipe.folder}.lock", f"{recipe.name}: another run is making it; waiting"):
        if entry.is_dir():
            return entry
        for abandoned in store.glob(f".{recipe.folder}.partial*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        # A new name every time: the compiler of a killed run may still run, and write into the folder of that run.
        partial = Path(mkdtemp(prefix=f".{recipe.folder}.partial-", dir=store))
        make(recipe, partial)
        for program in partial.iterdir():
            with program.open("rb") as content:
                os.fsync(content.fileno())
        # A rename within a folder is atomic: a reader sees the whole entry or none, also after a power failure.
        partial.rename(entry)
    return entry
