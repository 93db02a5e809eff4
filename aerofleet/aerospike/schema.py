"""Whether a configuration fits a server version's schema (draft-06), the way the operator's own library reads it.

The schema is the edition that operator releases embed, which for some versions is older than the server's own.
A bare text is read as a list of one, and fractions lose their fraction. For everything else that the library makes of
a configuration see `library`: it is asked only where the configuration does not fit as it is written, since whatever
fits as it is written is read as it is written. `schema_errors` has what is wrong, for the few that do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from math import isfinite
from typing import Any

from aerofleet.aerospike.library import read
from aerofleet.aerospike.parameters import (
    Node,
    data_version,
    embedded_root,
    nodes,
)

Check = Callable[[Any], bool]

_HOSTNAME = re.compile(
    r"(?=.{1,255}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def fits(config: Any, version: str) -> bool:
    """Return whether ``config`` has no error at ``version``. Raises KeyError for a version without data."""
    check = _root_check(data_version(version))
    if check(config):
        return True
    reading = read(config)
    return not reading.faults and check(reading.config)


@lru_cache(maxsize=32)
def _root_check(version: str) -> Check:
    """Return the check of a whole configuration of ``version``, one of the data's."""
    return check_of(embedded_root(version), is_root=True)


def lost_paths(config: Any, version: str) -> list[tuple[str | int, ...]]:
    """Return the paths that neither the schema nor the server ever sees. Raises KeyError for a version without data."""
    return [] if _root_check(data_version(version))(config) else read(config).lost


@lru_cache(maxsize=4096)
def check_of(index: int, is_root: bool = False) -> Check:
    """Return the check of the schema's node with this index."""
    node = nodes()[index]
    parts = []
    if node.get("type") == "object":
        parts.append(_object(node, is_root))
    elif "type" in node:
        parts.append(_TYPED[node["type"]](node))
    if "oneOf" in node:
        parts.append(_one_of([check_of(choice) for choice in node["oneOf"]]))
    if "anyOf" in node:
        parts.append(_any_of([check_of(choice) for choice in node["anyOf"]]))
    if "type" not in node and "required" in node:
        parts.append(_requires(tuple(node["required"])))
    if "type" not in node and "enum" in node:
        parts.append(_among(node["enum"]))
    if "not" in node:
        parts.append(_negated(check_of(node["not"])))
    return parts[0] if len(parts) == 1 else _all_of(parts)


def _object(node: Node, is_root: bool) -> Check:
    children = {name: check_of(child) for name, child in node.get("properties", {}).items()}
    if "files" in children:
        children["files"] = _all_of([_is_not_empty, children["files"]])
    required = tuple(node.get("required", ()))
    closed = node.get("closed", False)

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return False
        for key, item in value.items():
            child = children.get(key)
            if child is None:
                if closed:
                    return False
                continue
            if not item and not is_root and type(item) is dict:
                return False
            if not child(str(item).lower() if key == "tls-authenticate-client" and type(item) is bool else item):
                return False
        return all(key in value for key in required)

    return check


def _is_not_empty(value: Any) -> bool:
    return bool(value != [])


def _array(node: Node) -> Check:
    item_check = check_of(node["items"])
    of_texts = nodes()[node["items"]].get("type") == "string"

    def texts(value: Any) -> bool:
        if type(value) is str:
            return item_check(value)
        return type(value) is list and all(map(item_check, value))

    def sections(value: Any) -> bool:
        if type(value) is not list or not value or not all(map(item_check, value)):
            return False
        names = [item.get("name") for item in value]
        return all(type(name) is str for name in names) and len(set(names)) == len(names)

    return texts if of_texts else sections


def _number(node: Node) -> Check:
    minimum = node.get("minimum", float("-inf"))
    maximum = node.get("maximum", float("inf"))
    enum = node.get("enum")

    def check(value: Any) -> bool:
        kind = type(value)
        if kind is not int:
            if kind is not float or not isfinite(value):
                return False
            value = int(value)
        return minimum <= value <= maximum and (enum is None or value in enum)

    return check


def _text(node: Node) -> Check:
    enum = frozenset(node["enum"]) if "enum" in node else None
    hostname = node.get("format") == "hostname"

    def check(value: Any) -> bool:
        if type(value) is not str or (enum is not None and value not in enum):
            return False
        return not hostname or _HOSTNAME.fullmatch(value) is not None

    return check


def _boolean(_node: Node) -> Check:
    return lambda value: type(value) is bool


_TYPED: dict[str, Callable[[Node], Check]] = {
    "array": _array,
    "integer": _number,
    "number": _number,
    "string": _text,
    "boolean": _boolean,
}


def _requires(keys: tuple[str, ...]) -> Check:
    return lambda value: all(key in value for key in keys)


def _among(values: list[Any]) -> Check:
    return lambda value: any(type(value) is type(choice) and value == choice for choice in values)


def _one_of(checks: list[Check]) -> Check:
    return lambda value: sum(check(value) for check in checks) == 1


def _any_of(checks: list[Check]) -> Check:
    return lambda value: any(check(value) for check in checks)


def _all_of(checks: list[Check]) -> Check:
    return lambda value: all(check(value) for check in checks)


def _negated(check: Check) -> Check:
    return lambda value: not check(value)
