"""The changed lines of the definitions that a reader sees, with what they replace."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.findings import Location
from aerofleet.review.model import Cause, Review

MOST_CAUSES = 6
LAYERS = {"team": "", "cell": "", "allocations": "allocated", "code": "code"}
"""Layer of a cause → what a line says about it, where the name of the file does not."""


@dataclass(frozen=True, slots=True)
class CauseLine:
    """One changed line: ``where`` (``file:line``), ``path``, and the values. None: the side has no value.

    ``old_from`` and ``new_from``: the line of a tier or of the cell's defaults that has the value; empty for ``where``.
    ``is_repeated``: the line is shown above with its values.
    """

    where: str
    path: str
    old: str | None
    new: str | None
    old_from: str = ""
    new_from: str = ""
    is_repeated: bool = False

    @property
    def values(self) -> str:
        """Return ``24Gi (templates/tiers/silver.yaml:14) → 32Gi`` as plain text."""
        old, new = ("not set" if value is None else value for value in (self.old, self.new))
        return f"{old}{_after(self.old_from)} → {new}{_after(self.new_from)}"


def _after(place: str) -> str:
    return f" ({place})" if place else ""


def cause_lines(cause: Cause) -> Iterator[CauseLine]:
    """Yield a line for each value of a cause: a mapping that comes or goes has several. The name of an entry is in its
    path.
    """
    where, other = _where(cause), _line_of(cause.other_location)
    only = cause.new if cause.old is None else cause.old if cause.new is None else None
    if not (isinstance(only, Mapping) and only):
        old_from, new_from = (other, "") if cause.side == "head" else ("", other)
        yield CauseLine(where, cause.path, value_text(cause.old), value_text(cause.new), old_from, new_from)
        return
    for path, value in leaves(only, cause.path):
        if len(only) == 1 or path != f"{cause.path}.name":
            old, new = (None, value) if cause.old is None else (value, None)
            yield CauseLine(where, path, value_text(old), value_text(new))


def _where(cause: Cause) -> str:
    side = " (removed here)" if cause.side == "base" else ""
    return f"{_line_of(cause.location)}{side}" if cause.location else LAYERS.get(cause.layer, cause.layer)


def _line_of(place: Location | None) -> str:
    return f"{place.file}:{place.line}" if place else ""


def leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the path and value of each leaf of a mapping."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path, value


def value_text(value: Any) -> str | None:
    """Return a value as people write it in YAML, on one line: a text without quotes, ``[read, write]``; None for no
    value.
    """
    if value is None or isinstance(value, str):
        return value
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    return json.dumps(value, default=str, ensure_ascii=False)


def _line(cause: Cause) -> CauseLine:
    """Return a cause as one line, without the place of the other value: outside clusters there is none."""
    return CauseLine(_where(cause), cause.path, value_text(cause.old), value_text(cause.new))


def other_line_lines(review: Review) -> list[CauseLine]:
    """Return a line for each changed value that no cluster's change names."""
    return list(map(_line, review.other_lines))


@dataclass(frozen=True, slots=True)
class HostLines:
    """What becomes of hosts, of a pool or of a quota: the changed lines, then sentences."""

    name: str
    causes: tuple[CauseLine, ...]
    more_causes: int
    notes: tuple[str, ...]


def host_lines(review: Review) -> list[HostLines]:
    """Return what becomes of hosts, pools and quotas."""
    found = []
    for one in review.hosts:
        causes = list(map(_line, one.causes))
        found.append(
            HostLines(f"{one.cell}: {one.subject}", tuple(causes[:MOST_CAUSES]), len(causes[MOST_CAUSES:]), one.notes)
        )
    return found
