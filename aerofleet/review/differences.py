"""The values in which two versions of a definition differ, with their paths on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.settings.merge import Path, is_named_list
from aerofleet.units.same_value import is_same


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is new, gone or another one. ``before`` and ``after``: its path on each side; None where it is not
    there. ``path``: with names instead of indexes.
    """

    path: tuple[str | int, ...]
    before: Path | None
    after: Path | None
    old: Any = None
    new: Any = None

    def below(self) -> Iterator[tuple[Path | None, Path | None]]:
        """Yield the path on each side of every value in it: of all leaves, where it is a mapping or a list."""
        if self.before is not None:
            yield from (((*self.before, *path), None) for path in leaf_paths(self.old))
        if self.after is not None:
            yield from ((None, (*self.after, *path)) for path in leaf_paths(self.new))


def differences(old: Any, new: Any, path: Path = (), before: Path = (), after: Path = ()) -> Iterator[Difference]:
    """Yield what differs. Mappings are compared key by key, lists of named entries by name, all others as a whole.

    A value of another type is another value: ``1`` is not ``true``.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _entry(old, new, key, key, key, (path, before, after))
    elif is_named_list(old) and is_named_list(new):
        places = [{entry["name"]: index for index, entry in enumerate(entries)} for entries in (old, new)]
        for name in dict.fromkeys((*places[0], *places[1])):
            yield from _entry(old, new, name, places[0].get(name), places[1].get(name), (path, before, after))
    elif not is_same(old, new):
        yield Difference(path, before, after, old, new)


def _entry(  # noqa: PLR0913, PLR0917 - the same thing on two sides
    old: Any, new: Any, name: Any, at_old: Any, at_new: Any, above: tuple[Path, Path, Path]
) -> Iterator[Difference]:
    path, before, after = above
    here, was, now = (*path, name), (*before, at_old), (*after, at_new)
    has_old = at_old in old if isinstance(old, Mapping) else at_old is not None
    has_new = at_new in new if isinstance(new, Mapping) else at_new is not None
    if has_old and has_new:
        yield from differences(old[at_old], new[at_new], here, was, now)
    elif isinstance(old, Mapping) and is_mapping(value := old[at_old] if has_old else new[at_new]):
        yield from differences(*((value, {}) if has_old else ({}, value)), here, was, now)
    elif has_old:
        yield Difference(here, was, None, old[at_old], None)
    else:
        yield Difference(here, None, now, None, new[at_new])


def is_mapping(value: Any) -> bool:
    """Return whether a value is a mapping with keys: one that comes or goes does so key by key."""
    return isinstance(value, Mapping) and bool(value)


def leaf_paths(value: Any) -> Iterator[Path]:
    """Yield the path of every value that is no mapping or list, and of every empty one, and those of lists."""
    yield ()
    entries: Any = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from ((key, *path) for path in leaf_paths(inner))
