"""The steps of a page of docs/how-to, done in the current folder as a person would do them.

A block of ``yaml`` begins with the name of its file, as a comment, and shows what to write there; lines of the file
that it does not show stay. A mapping is merged key by key; any other value replaces what was there. A block of ``diff``
shows with ``-`` what goes. A block of ``sh`` has commands that need no server.
"""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from aerofleet.cli import main
from tests.fleet.project import ROOT

PAGES = ROOT / "docs/how-to"
BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>sh|yaml|diff)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"# (\S+\.yaml)\n")


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of each block of the page ``docs/how-to/PAGE.md`` that is followed."""
    for block in BLOCK.finditer((PAGES / f"{page}.md").read_text()):
        yield block["kind"], textwrap.dedent(block["text"])


def do(step: tuple[str, str]) -> None:
    """Write what a block shows into its file, or run its commands."""
    kind, text = step
    if kind == "sh":
        for line in text.splitlines():
            run(line)
        return
    name = FILE.search(text)
    assert name, f"the first line does not name the file: {text}"
    path = Path(name[1])
    if kind == "diff":
        lines = text.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
        write(path, changed(read(path), load(old), load(new)))
    else:
        write(path, merged(read(path), load(text)))


def run(line: str) -> None:
    """Run a command of a page: a verb of `aerofleet`, or `rm`."""
    program, *arguments = shlex.split(line, comments=True)
    if program == "rm":
        Path(arguments[0]).unlink()
    else:
        assert program == "aerofleet", line
        assert main(arguments) == 0, line


def read(path: Path) -> Any:
    """Return the data of a definition file; that of an empty mapping for a file that is not there."""
    return load(path.read_text()) if path.exists() else {}


def load(text: str) -> Any:
    return yaml.load(text, yaml.SafeLoader)


def write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False))


def merged(old: Any, new: Any) -> Any:
    """Return ``old`` with what ``new`` has: mappings key by key, anything else as a whole."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return old | {key: merged(old.get(key), value) for key, value in new.items()}


def changed(data: Any, old: Any, new: Any) -> Any:
    """Return ``data`` without what only the fragment ``old`` has, and with what the fragment ``new`` has."""
    new = {} if isinstance(old, dict) and new is None else new
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    for key in old:
        assert key in data, f"'{key}' is not in the file"
    kept = {key: value for key, value in data.items() if key not in old or key in new}
    return kept | {key: changed(kept.get(key), old.get(key), value) for key, value in new.items()}
