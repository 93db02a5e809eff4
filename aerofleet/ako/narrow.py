"""The places where two values differ, for the message of a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from aerofleet.ako.config_file import is_same

LONGEST_VALUE = 60
"""Characters of a value in a message."""


class Difference(NamedTuple):
    """One place where two values differ; a value that is absent is None."""

    path: str
    before: Any
    after: Any


def narrow(path: str, before: Any, after: Any) -> Difference:
    """Return the smallest place that has the whole difference; a named entry is ``{name}`` in its path."""
    while True:
        parts = _parts(path, before, after)
        if len(parts) != 1:
            return Difference(path, before, after)
        path, before, after = parts[0]


def differences(path: str, before: Any, after: Any) -> Iterator[Difference]:
    """Yield every smallest place where the two differ."""
    parts = _parts(path, before, after)
    if not parts:
        yield Difference(path, before, after)
    for part in parts:
        yield from differences(*part)


def _parts(path: str, before: Any, after: Any) -> list[Difference]:
    """Return the places one level down that differ; none where the two can't be compared part by part."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [*before, *(key for key in after if key not in before)]
        pairs = [(f"{path}.{key}", before.get(key), after.get(key)) for key in keys]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [
            (f"{path}{_entry(place, new)}", old, new)
            for place, (old, new) in enumerate(zip(before, after, strict=True))
        ]
    elif _are_named(before) and _are_named(after):
        was, now = ({entry["name"]: entry for entry in side} for side in (before, after))
        names = [*was, *(name for name in now if name not in was)]
        pairs = [(f"{path}.{{{name}}}", was.get(name), now.get(name)) for name in names]
    else:
        return []
    return [Difference(*pair) for pair in pairs if not is_same(pair[1], pair[2])]


def _are_named(value: Any) -> bool:
    """Return whether the value is a list of maps with names that all differ."""
    names = (
        [entry.get("name") if isinstance(entry, dict) else None for entry in value] if isinstance(value, list) else []
    )
    return bool(names) and all(isinstance(name, str) for name in names) and len({*names}) == len(names)


def _entry(place: int, entry: Any) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    return f".{{{name}}}" if isinstance(name, str) else f"[{place}]"


def becomes(before: Any, after: Any) -> str:
    """Return ``old becomes new`` as a clause; a value that is absent is `nothing`.

    Long values that are cut to the same text are shown where they differ.
    """
    was, now = value(before), value(after)
    if was == now and not is_same(before, after):
        was, now = _text(before), _text(after)
        differ = (at for at, (old, new) in enumerate(zip(was, now, strict=False)) if old != new)
        start = max(next(differ, min(len(was), len(now))) - LONGEST_VALUE // 4, 0)
        was, now = (f"… {_cut(text[start:])}" for text in (was, now))
    return f"{was} becomes {now}"


def value(item: Any) -> str:
    """Return a value for a message: as YAML writes it in a line, cut in the middle where it is long."""
    if item is None:
        return "nothing"
    return _cut(_text(item))


def _text(item: Any) -> str:
    return item if isinstance(item, str) and item else json.dumps(item, ensure_ascii=False, sort_keys=False)


def _cut(text: str) -> str:
    if len(text) <= LONGEST_VALUE:
        return text
    return f"{text[: LONGEST_VALUE * 2 // 3]} … {text[-LONGEST_VALUE // 4 :]}"
