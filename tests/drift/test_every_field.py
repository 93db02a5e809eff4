"""A change of any value of any object of a cell is drift, named with its path; so is its removal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aerofleet.drift.compare import is_empty, is_named
from aerofleet.drift.objects import Owned, differences_of
from aerofleet.drift.path import ABSENT, Entry, Path, with_value
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.units.object_identity import kind_of, label_of
from tests.drift.live_objects import clean
from tests.fleet.project import SHOP

Object = dict[str, Any]
IDENTITY = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}
OTHER = {str: "planted", int: 7919, bool: None}


def objects() -> list[Object]:
    cell = resolve_cell(SHOP, "here").cell
    assert cell is not None
    return [dict(one) for one in render_cell(cell).objects()]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield (path, value) of every single value that is not empty; the names of entries are their identity."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        named = is_named(value)
        for place, inner in enumerate(value):
            step = Entry(inner["name"]) if named else place
            yield from ((at, one) for at, one in leaves(inner, (*path, step)) if not (named and at[-1] == "name"))
    elif not is_empty(value, path) and path not in IDENTITY:
        yield path, value


@pytest.mark.parametrize("rendered", objects(), ids=label_of)
def test_every_value(rendered: Object) -> None:
    owned, live = Owned(rendered, "here", "4.5.0"), clean(rendered)
    missed = []
    for path, value in leaves(rendered):
        other = not value if isinstance(value, bool) else OTHER[type(value)]
        for planted in (other, ABSENT):
            found = [one.path for one in differences_of(owned, with_value(live, path, planted))]
            if not any(at[: len(path)] == path or path[: len(at)] == at for at in found):
                missed.append((path, planted))
    assert [one for one in missed if not is_default(rendered, *one)] == []


def is_default(rendered: Object, path: Path, planted: Any) -> bool:
    """Return whether the operator fills in what was taken away: the cluster is the same without it."""
    return kind_of(rendered) == "AerospikeCluster" and planted is ABSENT and path[-1] in DEFAULTED


DEFAULTED = frozenset({"maxUnavailable", "initMethod", "cleanupThreads", "protocol"})
"""Fields whose rendered value is the operator's default."""
