"""What differs in the code and the pins of two sides, as causes: the first line that differs in each file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from aerofleet.findings import Location
from aerofleet.review.model import Cause
from aerofleet.trees.code import PIN_FILES, Code, changed_files
from aerofleet.trees.tree import Tree

CODE, PIN = "code", "pin"
MOST_FILES = 20
MOST_CHARACTERS = 200
"""Of a line that is shown."""


def code_causes(base: Tree, base_code: Code, head: Tree, head_code: Code) -> tuple[Cause, ...]:
    """Return what differs between the codes of two sides, as far as it decides a rendering."""
    before, after = base_code.renders, head_code.renders
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    files = [name for name in changed_files(base_code, head_code) if name in names][:MOST_FILES]
    pins = [name for name in names if "/" not in name]
    return (*_of_files(base, head, files), *_of_pins(base, base_code, head, head_code, pins))


def _of_files(base: Tree, head: Tree, names: list[str]) -> Iterator[Cause]:
    before, after = base.texts(*names), head.texts(*names)
    for name in names:
        old, new = (side.get(name, b"").decode(errors="replace").splitlines() for side in (before, after))
        pairs = enumerate(zip_longest(old, new), start=1)
        line, (was, now) = next(((at, pair) for at, pair in pairs if pair[0] != pair[1]), (1, (None, None)))
        side, shown = ("head", now) if name in after else ("base", was)
        column = len(shown) - len(shown.lstrip()) + 1 if shown else 1
        where = Location(name, line, column)
        yield Cause(name, CODE, _shown(was), _shown(now), where, side)  # type: ignore[arg-type]


def _of_pins(base: Tree, base_code: Code, head: Tree, head_code: Code, names: list[str]) -> Iterator[Cause]:
    texts = head.texts(*PIN_FILES)
    for name in names:
        location = next((one for file, text in texts.items() if (one := _place(file, text, name))), None)
        yield Cause(name, PIN, base_code.pins.get(name), head_code.pins.get(name), location)


def _place(file: str, text: bytes, package: str) -> Location | None:
    """Return the line of a package in a file with pins."""
    beginnings = (f'name = "{package}"', f"{package}==")
    for number, line in enumerate(text.decode(errors="replace").splitlines(), start=1):
        if line.lower().startswith(beginnings):
            return Location(file, number, 1)
    return None


def _shown(line: str | None) -> str | None:
    return line.strip()[:MOST_CHARACTERS] if line is not None else None
