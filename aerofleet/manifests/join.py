"""Join the parts that features make of one AerospikeCluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

JOINED_BY_NAME = ("aerospikeConfig.namespaces",)
"""Lists whose entries several features make together; every other list gets each feature's entries at its end."""


class PartsClashError(Exception):
    """Two features write the same field: a mistake of their builders, never of a person's definitions."""


def joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one mapping with all fields of ``parts``, which are not changed. Raises PartsClashError."""
    whole: dict[str, Any] = {}
    for part in parts:
        _add(whole, part, "")
    return whole


def _add(whole: dict[str, Any], part: Mapping[str, Any], path: str) -> None:
    for key, value in part.items():
        whole[key] = _value(whole[key], value, f"{path}.{key}" if path else key) if key in whole else value


def _value(before: Any, value: Any, path: str) -> Any:
    if isinstance(before, dict) and isinstance(value, dict):
        whole = before.copy()
        _add(whole, value, path)
        return whole
    if isinstance(before, list) and isinstance(value, list):
        return _by_name(before, value, path) if path in JOINED_BY_NAME else [*before, *value]
    if before != value:
        raise PartsClashError(f"two features write {path}: {before!r} and {value!r}")
    return before


def _by_name(before: list[dict[str, Any]], value: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    result = {entry["name"]: entry for entry in before}
    for entry in value:
        name = entry["name"]
        result[name] = _value(result[name], entry, f"{path}.{name}") if name in result else entry
    return list(result.values())
