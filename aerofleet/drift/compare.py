"""The fields in which a live object differs from the rendered one.

What the API server, its defaults and the operator add is no difference of a value that is rendered; whether a field
that only the live object has is drift, its owner decides (`aerofleet.drift.objects`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.drift.path import ABSENT, Entry, Path
from aerofleet.units.kubernetes_quantity import canonical, quantity

QUANTITIES = tuple(
    (name,)
    for name in ("limits", "requests", "hard", "max", "min", "default", "defaultRequest", "maxLimitRequestRatio")
)
"""Mappings of names to quantities: the API server writes ``4000m`` back as ``4``."""
CONFIGURATION = "aerospikeConfig"
"""Free-form: the API server keeps everything in it, and a flag can be true by default."""
NOT_FALSE = tuple(
    (name,)
    for name in (
        "allowPrivilegeEscalation",
        "automountServiceAccountToken",
        "enableServiceLinks",
        "hostUsers",
        "runAsNonRoot",
    )
)
"""Flags that are true by default, or that take over another one's value: false is no default of theirs."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``wanted``: the value of the definitions, ``found``: that of the API server; ABSENT where that side has none.

    ``is_order``: both are the names of the same list's entries, and only their order differs.
    """

    path: Path
    wanted: Any
    found: Any
    is_order: bool = False

    @property
    def is_added(self) -> bool:
        return self.wanted is ABSENT


def compared(wanted: Any, found: Any, path: Path = ()) -> Iterator[Difference]:
    """Yield every difference: mappings key by key, lists of named entries by name, other lists of one length entry by
    entry. An absent value is an empty one, because the API server drops empty values.
    """
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key in dict.fromkeys((*wanted, *found)):
            yield from _at(wanted.get(key, ABSENT), found.get(key, ABSENT), (*path, key))
    elif is_named(wanted) and is_named(found):
        yield from _named(wanted, found, path)
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from compared(one, other, (*path, index))
    elif not is_equal(wanted, found, path):
        yield Difference(path, wanted, found)


def _at(wanted: Any, found: Any, path: Path) -> Iterator[Difference]:
    if wanted is ABSENT or found is ABSENT:
        if not is_empty(wanted, path) or not is_empty(found, path):
            yield Difference(path, wanted, found)
    else:
        yield from compared(wanted, found, path)


def _named(wanted: list[Any], found: list[Any], path: Path) -> Iterator[Difference]:
    ours, theirs = ({entry["name"]: entry for entry in entries} for entries in (wanted, found))
    for name in dict.fromkeys((*ours, *theirs)):
        yield from _at(ours.get(name, ABSENT), theirs.get(name, ABSENT), (*path, Entry(name)))
    common = [name for name in theirs if name in ours]
    if common != [name for name in ours if name in theirs]:
        yield Difference(path, list(ours), list(theirs), is_order=True)


def is_named(value: Any) -> bool:
    """Return whether a value is a list whose entries have different names."""
    if not isinstance(value, list) or not value:
        return False
    names = [entry.get("name") if isinstance(entry, Mapping) else None for entry in value]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def is_equal(wanted: Any, found: Any, path: Path = ()) -> bool:
    """Return whether two values are the same to the API server. 1 and true are two values."""
    if is_empty(wanted, path) and is_empty(found, path):
        return True
    if wanted == found:
        return isinstance(wanted, bool) == isinstance(found, bool)
    return path[-2:-1] in QUANTITIES and _quantity(wanted) == _quantity(found) != ""


def _quantity(value: Any) -> str:
    """Return a quantity as Kubernetes writes it; empty for anything else, and for nothing."""
    return canonical(str(value)) if isinstance(value, str | int) and quantity(value) else ""


def is_empty(value: Any, path: Path) -> bool:
    """Return whether a value is absent or empty. 0 is not empty: in aerospikeConfig it is a setting like any other. A
    mapping of empty values only is empty: the operator writes such mappings. ``false`` is empty where that is the
    default.
    """
    if isinstance(value, Mapping):
        return all(is_empty(inner, (*path, key)) for key, inner in value.items())
    if value is False:
        return CONFIGURATION not in path and path[-1:] not in NOT_FALSE
    return value is ABSENT or value is None or value in ("", [])
