"""Read the text of a file, or raise LoadError with the reason."""

from __future__ import annotations

from pathlib import Path

from aerofleet.findings import Location
from aerofleet.load.errors import FILE_ENCODING, FILE_SIZE, FILE_UNREADABLE, stop_at

MAX_BYTES = 5_000_000
"""Largest file, far above AKO's 1.3 MB CustomResourceDefinition, the largest manifest known to the project."""


def read_bytes_as_text(path: Path, name: str) -> str:
    """Return the file's text; ``name`` is its name in locations. Raises LoadError."""
    return decode(read_bytes(path, name), name)


def read_bytes(path: Path, name: str) -> bytes:
    """Return the bytes of the file. Raises LoadError."""
    start = Location(name, 1, 1)
    try:
        if path.is_dir():
            stop_at(start, FILE_UNREADABLE, "is a folder", "name a YAML or JSON file")
        if path.is_symlink() and not path.exists():
            target = path.readlink()
            stop_at(start, FILE_UNREADABLE, f"is a link to '{target}', which is not there", "repair the link")
        if path.exists() and not path.is_file():
            stop_at(start, FILE_UNREADABLE, "is not a regular file", "name a YAML or JSON file")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        stop_at(start, FILE_UNREADABLE, "is not there", "check the path")
    except (OSError, ValueError) as error:  # ValueError: a path that no file system accepts
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        stop_at(start, FILE_UNREADABLE, f"cannot be read: {reason}", "check the path and its permissions")
    if len(content) > MAX_BYTES:
        stop_at(start, FILE_SIZE, f"is larger than {MAX_BYTES // 1_000_000} MB", "split it into several files")
    return content


def decode(content: bytes, name: str) -> str:
    """Decode UTF-8 with or without a byte-order mark. Raises LoadError at the line and column of the first bad byte."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        last_line = before[before.rfind(b"\n") + 1 :]
        column = len(last_line.decode("utf-8", errors="replace")) + 1
        stop_at(
            Location(name, line, column),
            FILE_ENCODING,
            f"the byte 0x{content[error.start]:02x} is not UTF-8",
            "save the file as UTF-8",
        )
