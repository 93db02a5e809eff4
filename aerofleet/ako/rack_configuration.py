"""Merges a rack's own configuration with the cluster's, as the operator does."""

from __future__ import annotations

from typing import Any


class RackMergeError(ValueError):
    """Two configurations that can't be merged; the operator refuses them, too. ``path`` is the place in either."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


def merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return ``base`` merged with ``over``. Raises RackMergeError for entries without a name.

    Maps merge key by key, and lists of named maps by name in the base's order; other lists are replaced. A storage
    engine that changes between files and devices is replaced as a whole: it can't have both.
    """
    result = dict(base)
    for key, value in over.items():
        try:
            result[key] = _merged_value(key, base[key], value) if key in base else value
        except RackMergeError as error:
            raise RackMergeError(str(error), (key, *error.path)) from None
    return result


def _merged_value(key: str, base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        if key == "storage-engine" and _flips(base, over):
            return over
        return merged(base, over)
    if isinstance(base, list) and isinstance(over, list) and not (_is_plain(base) and _is_plain(over)):
        return _merged_list(base, over)
    return over


def _flips(base: dict[str, Any], over: dict[str, Any]) -> bool:
    return ("files" in base and "devices" in over) or ("devices" in base and "files" in over)


def _is_plain(values: list[Any]) -> bool:
    return not any(value is None or isinstance(value, (dict, list)) for value in values)


def _merged_list(base: list[Any], over: list[Any]) -> list[Any]:
    kept = [_merged_entry(entry, over) for entry in base]
    names = [_name(entry) for entry in base]
    return kept + [entry for entry in over if not isinstance(entry, dict) or entry.get("name") not in names]


def _merged_entry(entry: Any, over: list[Any]) -> Any:
    """Return the base's entry merged with the first entry of its name; the operator reads no further one."""
    name = _name(entry)
    for position, other in enumerate(over):
        if _name(other) == name:
            try:
                return merged(entry, other)
            except RackMergeError as error:
                raise RackMergeError(str(error), (position, *error.path)) from None
    return entry


def _name(entry: Any) -> Any:
    if not isinstance(entry, dict) or "name" not in entry:
        raise RackMergeError("an entry without a name can't be merged with the cluster's list")
    return entry["name"]
