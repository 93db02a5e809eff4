"""Paths of fields: as keys, and dotted as people and rules write them (``spec.storage.volumes[2].name``)."""

from __future__ import annotations

import re
from collections.abc import Iterable

Key = str | int
ANY_ENTRY = "[]"
"""Stands for the index of every list entry in a parsed path."""
_KEY = re.compile(r"([^.\[\]]+)|\[(\d*)\]")


def dotted(path: Iterable[Key]) -> str:
    """Return the path as text: ``("racks", 1, "id")`` → ``racks[1].id``."""
    return "".join(f"[{key}]" if type(key) is int else f".{key}" for key in path).removeprefix(".")


def parsed(path: str) -> tuple[Key, ...]:
    """Return the keys of a dotted path: ``a.b[0].c[]`` → ``("a", "b", 0, "c", "[]")``."""
    return tuple(key or (int(index) if index else ANY_ENTRY) for key, index in _KEY.findall(path))
