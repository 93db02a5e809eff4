"""Writes definitions for a person, all or nothing: what the new files would break is told instead."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from aerofleet.cli import EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import as_text
from aerofleet.cli.generate import DefinitionsMistakeError, definitions, read, write
from aerofleet.model import cells
from aerofleet.model.allocations import PortsExhaustedError


class RequestMistakeError(Exception):
    """What was asked for can't be; the text says why."""


def cell_of(root: Path, wanted: str | None) -> str:
    """The cell that was named, or the only one there is. Raises RequestMistakeError."""
    known = cells(root)
    if wanted is None and len(known) == 1:
        return known[0]
    if wanted is None:
        raise RequestMistakeError(f"say which cell with --cell: {', '.join(known) or 'there is none'}")
    if wanted not in known:
        raise RequestMistakeError(f"there is no cell '{wanted}'; known: {', '.join(known)}")
    return wanted


def write_with_allocations(root: Path, texts: Mapping[Path, str]) -> int:
    """Try the texts on a copy of the definitions; write them and what follows from them only if it has no mistakes."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder)
        for part in ("stacks", "templates"):
            shutil.copytree(root / part, trial / part, symlinks=True)
        for path, text in texts.items():
            write(trial / path, text)
        try:
            following = definitions(trial)
        except DefinitionsMistakeError as error:
            sys.stderr.write(as_text(error.findings) + "nothing was written\n")
            return EXIT_MISTAKE
        except PortsExhaustedError as error:
            sys.stderr.write(f"{error}\nnothing was written\n")
            return EXIT_MISTAKE
    for path, text in {**texts, **following}.items():
        if read(root / path) != text:
            write(root / path, text)
            sys.stdout.write(f"{path}: written\n")
    return EXIT_FINE
