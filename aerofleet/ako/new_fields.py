"""Fields that a release of the operator has and that no rule knows.

`aerofleet.ako.reasons.spec` has to list a field at the top of the spec (`LIVE_FIELDS`, `JUDGED_FIELDS`). A field below
a section that is judged part by part would pass for one that touches nothing, so this module yields every such field
that is newer than ``JUDGED_LINE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from aerofleet.ako.compatibility import line_of
from aerofleet.ako.config_file import is_same
from aerofleet.ako.crd import table
from aerofleet.units.field_path import ANY_ENTRY

JUDGED_LINE = "4.5"
"""The newest line of releases whose fields all have a rule. Raise it when those of a newer one have."""

Keys = tuple[str, ...]


def new_field_changes(
    old: dict[str, Any], new: dict[str, Any], operator: str, judged: str = JUDGED_LINE
) -> Iterator[str]:
    """Yield the paths of fields without a rule that differ between two specs; ``judged``: the newest line of releases
    whose fields all have a rule.
    """
    for keys in fields_without_rule(line_of(operator), judged):
        before, after = dict(_at(old, keys, "spec")), dict(_at(new, keys, "spec"))
        for path in sorted(before.keys() | after.keys()):
            if not is_same(before.get(path), after.get(path)):
                yield path


@lru_cache(maxsize=16)
def fields_without_rule(line: str, judged: str) -> tuple[Keys, ...]:
    """Return the fields below the top of the spec that ``line`` has and ``judged`` lacks; of a section that is new
    itself only the section. None where ``line`` is the older one.
    """
    lines = list(table()["releases"])
    if lines.index(line) <= lines.index(judged):
        return ()
    return tuple(keys for keys in new_fields(judged, line) if len(keys) > 1)


def new_fields(older: str, newer: str) -> tuple[Keys, ...]:
    """Return the keys of each field of the spec that one line of releases has and another lacks (``[]``: any entry)."""
    nodes, releases = table()["nodes"], table()["releases"]
    return tuple(_new_below(nodes, releases[older], releases[newer], ()))


def _new_below(nodes: list[dict[str, Any]], older: int, newer: int, keys: Keys) -> Iterator[Keys]:
    if older == newer:
        return
    was, now = nodes[older], nodes[newer]
    before = was.get("properties", {})
    for name, child in now.get("properties", {}).items():
        if name in before:
            yield from _new_below(nodes, before[name], child, (*keys, name))
        else:
            yield (*keys, name)
    for kind in ("items", "values"):
        if kind in was and kind in now:
            yield from _new_below(nodes, was[kind], now[kind], (*keys, ANY_ENTRY))


def _at(value: Any, keys: Keys, path: str) -> Iterator[tuple[str, Any]]:
    """Every value that ``keys`` lead to, with its path."""
    if not keys:
        yield path, value
    elif keys[0] == ANY_ENTRY and isinstance(value, list):
        for position, item in enumerate(value):
            yield from _at(item, keys[1:], f"{path}[{position}]")
    elif keys[0] == ANY_ENTRY and isinstance(value, dict):
        for key, item in value.items():
            yield from _at(item, keys[1:], f"{path}.{key}")
    elif isinstance(value, dict) and keys[0] in value:
        yield from _at(value[keys[0]], keys[1:], f"{path}.{keys[0]}")
