"""Clusters for the tests, and small edits of them.

An edit is a map of paths to values: ``spec.storage.volumes[0].name: x`` sets, ``(gone)`` takes away, and an index one
past the end of a list appends.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CASES = Path(__file__).parents[1] / "cases" / "ako"
GONE = "(gone)"
_PART = re.compile(r"\[(\d+)\]|<([^>]*)>|([^.\[<]+)")


@lru_cache(maxsize=16)
def _read(name: str) -> Any:
    return yaml.safe_load((CASES / "clusters" / f"{name}.yaml").read_text())


def cases(name: str) -> Any:
    """The cases of a file under tests/cases/ako."""
    return yaml.safe_load((CASES / f"{name}.yaml").read_text())


def cluster(name: str, *edits: Mapping[str, Any]) -> dict[str, Any]:
    """A fresh copy of a cluster with the edits made one after the other. A key that holds dots is written ``<a.b>``."""
    return edited(_read(name), *edits)


def edited(resource: Mapping[str, Any], *edits: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a resource with the edits made one after the other."""
    found: dict[str, Any] = copy.deepcopy(dict(resource))
    for edit in edits:
        for path, value in edit.items():
            _set(found, [_key(match) for match in _PART.finditer(path)], copy.deepcopy(value))
    return found


def _key(match: re.Match[str]) -> str | int:
    index, quoted, plain = match.groups()
    return int(index) if index is not None else quoted if quoted is not None else plain


def _set(root: Any, keys: list[str | int], value: Any) -> None:
    *parents, last = keys
    for key in parents:
        root = root.setdefault(key, {}) if isinstance(root, dict) else root[key]
    if value == GONE:
        del root[last]
    elif isinstance(root, list) and last == len(root):
        root.append(value)
    else:
        root[last] = value
