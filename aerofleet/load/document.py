"""A YAML document with the location of each of its values in the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aerofleet.findings import Location

Key = str | int


@dataclass(frozen=True, slots=True)
class Position:
    """The line and column at which a value begins (from 1), and the places below it.

    ``entries`` of a mapping: key → (place of the key itself, place of its value); ``items`` of a list.
    ``size`` counts the values at and below this place with every alias expanded.
    """

    line: int
    column: int
    entries: dict[str, tuple[Position, Position]] | None = None
    items: list[Position] | None = None
    size: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """One document. ``data`` is made of dict, list, str, int, float, bool and None, and belongs to the caller."""

    data: Any
    file: str
    root: Position

    @classmethod
    def empty(cls, file: str) -> Document:
        """Return the document of an empty file."""
        return cls(None, file, Position(1, 1))

    def parts(self, *path: Key) -> list[Document]:
        """Return the entries of the list at ``path`` as documents, each with its locations in the file; none without a
        list.
        """
        data, place = self.data, self.root
        for key in path:
            if not isinstance(data, dict) or place.entries is None or key not in place.entries:
                return []
            data, place = data[key], place.entries[str(key)][1]
        if not isinstance(data, list) or place.items is None:
            return []
        return [Document(item, self.file, where) for item, where in zip(data, place.items, strict=True)]

    def locate(self, path: Sequence[Key], *, value: bool = False) -> Location:
        """Return the location of a value: that of its key or, with ``value``, of the value itself.

        For an unknown path it is the nearest place above that exists: a missing field has to be written there.
        """
        place, shown = self.root, self.root
        for key in path:
            if isinstance(key, str) and place.entries is not None and key in place.entries:
                shown, place = place.entries[key]
            elif isinstance(key, int) and place.items is not None and 0 <= key < len(place.items):
                shown = place = place.items[key]
            else:
                break
        at = place if value else shown
        return Location(self.file, at.line, at.column)

    def at(self, *above: Key) -> Callable[[Sequence[Key]], Location]:
        """Return a function from a path below ``above`` to its location."""
        return lambda path: self.locate((*above, *path))

    def find(self, path: str) -> Location:
        """Return the location of a written path such as ``spec.rackConfig.racks[1].id`` or ``users.{cart}.roles``.

        A name in braces is that of an entry of a list; keys may contain dots.
        """
        return self.locate(self._keys(path))

    def _keys(self, path: str) -> list[Key]:
        keys: list[Key] = []
        data, place, rest = self.data, self.root, path
        while rest:
            if place.items is not None and rest.startswith("{"):
                name, _, after = rest[1:].partition("}")
                position = _named(data, name)
                if position is None:
                    break
                keys.append(position)
                data, place, rest = data[position], place.items[position], after.removeprefix(".")
                continue
            if place.items is not None and rest.startswith("["):
                index, closed, after = rest[1:].partition("]")
                if not closed or not index.isdecimal() or int(index) >= len(place.items):
                    break
                keys.append(int(index))
                data, place, rest = data[int(index)], place.items[int(index)], after.removeprefix(".")
                continue
            key = _longest_key(place, rest)
            if key is None or place.entries is None:
                break
            keys.append(key)
            data, place, rest = data[key], place.entries[key][1], rest[len(key) :].removeprefix(".")
        return keys


def _named(entries: Any, name: str) -> int | None:
    """Return the position of the entry with a name in a list; None if there is none."""
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
    return names.index(name) if name in names else None


def _longest_key(place: Position, path: str) -> str | None:
    """Return the longest key of a mapping with which a written path begins: keys may contain dots."""
    matching = (k for k in place.entries or () if path.startswith(k) and path[len(k) : len(k) + 1] in ("", ".", "["))
    return max(matching, key=len, default=None)
