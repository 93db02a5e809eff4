"""What a format of the definition files changes against the one before: names, each at its places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Key = str | int
ANY = "*"
"""In a place: every key of a mapping, or every item of a list."""
SETTINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("team", ("clusters", ANY)),
    ("cell", ("defaults",)),
    ("tier", ("revisions", ANY, "settings")),
    ("tier", ("revisions", ANY, "forServers", ANY, "settings")),
)
"""(kind of file, place) of the mappings with settings of clusters; the kinds are those of the schemas."""


@dataclass(frozen=True, slots=True)
class Rename:
    """A key, or a text as a value, that has another name since.

    ``place`` is the mapping that has the key, or the value itself; ``kind`` the kind of file, as the schemas have it.
    """

    kind: str
    what: Literal["key", "value"]
    place: tuple[str, ...]
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Migration:
    """The step from format ``to`` - 1 to format ``to``, in which an old name is refused: it has no other meaning."""

    to: int
    renames: tuple[Rename, ...]


def key_of_settings(old: str, new: str) -> tuple[Rename, ...]:
    """Return the renames of a setting, wherever settings are written."""
    return tuple(Rename(kind, "key", place, old, new) for kind, place in SETTINGS)


def paths_at(data: Any, place: tuple[str, ...], above: tuple[Key, ...] = ()) -> Iterator[tuple[Key, ...]]:
    """Yield the path of everything that ``data`` has at a place."""
    if not place:
        yield above
        return
    key, rest = place[0], place[1:]
    if isinstance(data, Mapping):
        for name in data if key == ANY else (key,):
            if name in data:
                yield from paths_at(data[name], rest, (*above, name))
    elif isinstance(data, list) and key == ANY:
        for index, item in enumerate(data):
            yield from paths_at(item, rest, (*above, index))
