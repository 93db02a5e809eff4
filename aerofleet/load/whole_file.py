"""Write a file whole, so that no reader ever sees a part of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

READABLE_BY_ALL = 0o644
READABLE_BY_OWNER = 0o600


def write_whole(path: Path, text: str, mode: int = READABLE_BY_ALL) -> None:
    """Replace the file in one step: every reader gets the old text or the new one. Until then only its owner can read
    it. ``mode``: its permissions afterwards.
    """
    with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        try:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
