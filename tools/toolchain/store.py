"""The cache of finished programs: made once, published whole, shared by every clone of one user."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tools.toolchain.recipes import Recipe

Say = Callable[[str], None]


def say(line: str) -> None:
    """Progress goes to standard error: `aerofleet env` prints shell code to standard output."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def cache_home() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "aerofleet"


@contextmanager
def locked(path: Path, waiting: str) -> Iterator[None]:
    """Hold the file lock ``path``; says ``waiting`` when somebody else has it. The kernel frees a dead holder's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(waiting)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def stored(recipe: Recipe, make: Callable[[Recipe, Path], None]) -> Path:
    """The folder that holds the recipe's programs; ``make(recipe, folder)`` fills it where it is not there yet."""
    store = cache_home() / "store"
    entry = store / recipe.folder
    if entry.is_dir():
        return entry
    with locked(store / f".{recipe.folder}.lock", f"{recipe.name}: another run is making it; waiting"):
        if entry.is_dir():
            return entry
        for left in store.glob(f".{recipe.folder}.partial*"):
            shutil.rmtree(left, ignore_errors=True)
        # Never the same name twice: the compiler of a run that was killed may live on and write to its own.
        partial = Path(mkdtemp(prefix=f".{recipe.folder}.partial-", dir=store))
        make(recipe, partial)
        for program in partial.iterdir():
            with program.open("rb") as content:
                os.fsync(content.fileno())
        # A rename within one folder is atomic: a reader sees all of the entry or nothing, also after a power failure.
        partial.rename(entry)
    return entry
