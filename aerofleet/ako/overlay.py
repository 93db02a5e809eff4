"""A rack's own configuration over the cluster's, as the operator merges them."""

from __future__ import annotations

from typing import Any


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Maps merge key by key, lists of named maps by name (the base's order first), other lists are replaced. A storage
    engine that changes between files and devices is replaced whole: the two can't stand side by side."""
    result = dict(base)
    for key, value in over.items():
        result[key] = _merged_value(key, base[key], value) if key in base else value
    return result


def _merged_value(key: str, base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        if key == "storage-engine" and _flips(base, over):
            return over
        return merged(base, over)
    if _named(base) and _named(over):
        return _merged_list(base, over)
    return over


def _flips(base: dict[str, Any], over: dict[str, Any]) -> bool:
    return ("files" in base and "devices" in over) or ("devices" in base and "files" in over)


def _named(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and "name" in item for item in value)


def _merged_list(base: list[Any], over: list[Any]) -> list[Any]:
    mine = {str(item["name"]): item for item in over}
    theirs = {str(item["name"]) for item in base}
    kept = [merged(item, mine[str(item["name"])]) if str(item["name"]) in mine else item for item in base]
    return kept + [item for item in over if str(item["name"]) not in theirs]
