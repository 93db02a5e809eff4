"""Write a file whole, so that no reader ever sees a part of it."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

READABLE_BY_ALL = 0o644
READABLE_BY_OWNER = 0o600


def write_whole(path: Path, text: str, mode: int = READABLE_BY_ALL) -> None:
    """Replace the file in one step: every reader gets the old text or the new one. Until then only its owner can read
    it. ``mode``: its permissions afterwards.
    """
    staged = _staged(path, text, mode)
    try:
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise


def write_all(texts: Mapping[Path, str]) -> None:
    """Replace files that exist, each in one step, with the permissions that they have. None is replaced before the text
    of all is on the disk.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, text in texts.items():
            staged[path] = _staged(path, text, stat.S_IMODE(path.stat().st_mode))
        for path in texts:
            staged[path].replace(path)
    finally:
        for file in staged.values():
            file.unlink(missing_ok=True)


def _staged(path: Path, text: str, mode: int) -> Path:
    """Return a new file beside ``path`` with the text; nothing is left of it if that fails."""
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return Path(file.name)
