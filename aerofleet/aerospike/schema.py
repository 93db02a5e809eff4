"""Does a configuration fit a server version's schema (draft-06), the way the operator's own library reads it?

The schema is the edition that operator releases embed, which for some versions is older than the server's own.
A bare text is read as a list of one, and fractions lose their fraction. For everything else that the library makes of
a configuration see ``library``: it is asked only where the configuration doesn't fit as it is written, since whatever
fits as it is written is read as it is written. ``schema_errors`` says what is wrong, for the few that do not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from typing import Any

from aerofleet.aerospike.library import read
from aerofleet.aerospike.parameters import (
    RENAMED,
    Node,
    data_version,
    embedded_root,
    names_in,
    nodes,
    parameter,
    unit_of,
    versions,
)
from aerofleet.units.amount import exact

Check = Callable[[Any], bool]

_WORD = re.compile(r"[a-z0-9-]+")
_HOSTNAME = re.compile(
    r"(?=.{1,255}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


@dataclass(frozen=True, slots=True)
class SchemaError:
    """``path`` holds keys and list indexes from the configuration's root; ``kind`` is one of unknown, type, bounds,
    enum, missing, choice, library.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str
    hint: str = ""


def fits(config: Any, version: str) -> bool:
    """Whether ``config`` has no error at ``version``. Raises KeyError for a version older than the data."""
    check = _root_check(data_version(version))
    if check(config):
        return True
    reading = read(config)
    return not reading.faults and check(reading.config)


def schema_errors(config: Any, version: str) -> list[SchemaError]:
    """Everything wrong with ``config`` at ``version``. Raises KeyError for a version older than the data."""
    if fits(config, version):
        return []
    short = data_version(version)
    reading = read(config)
    faults = [SchemaError(path, "library", message, hint) for path, message, hint in reading.faults]
    return [*faults, *_explain(reading.config, embedded_root(short), (), short)]


def lost_paths(config: Any, version: str) -> list[tuple[str | int, ...]]:
    """Paths of what neither the schema nor the server ever sees. Raises KeyError for a version older than the data."""
    return [] if _root_check(data_version(version))(config) else read(config).lost


@lru_cache(maxsize=32)
def _root_check(version: str) -> Check:
    return _check(embedded_root(version), is_root=True)


@lru_cache(maxsize=4096)
def _check(index: int, is_root: bool = False) -> Check:
    node = nodes()[index]
    parts = []
    if node.get("type") == "object":
        parts.append(_object(node, is_root))
    elif "type" in node:
        parts.append(_TYPED[node["type"]](node))
    if "oneOf" in node:
        parts.append(_one_of([_check(choice) for choice in node["oneOf"]]))
    if "anyOf" in node:
        parts.append(_any_of([_check(choice) for choice in node["anyOf"]]))
    if "type" not in node and "required" in node:
        parts.append(_requires(tuple(node["required"])))
    if "type" not in node and "enum" in node:
        parts.append(_among(node["enum"]))
    if "not" in node:
        parts.append(_negated(_check(node["not"])))
    return parts[0] if len(parts) == 1 else _all_of(parts)


def _object(node: Node, is_root: bool) -> Check:
    children = {name: _check(child) for name, child in node.get("properties", {}).items()}
    if "files" in children:
        children["files"] = _all_of([_is_not_empty, children["files"]])
    required = tuple(node.get("required", ()))
    closed = node.get("closed", False)

    def check(value: Any) -> bool:
        if type(value) is not dict:
            return False
        for key, given in value.items():
            child = children.get(key)
            if child is None:
                if closed:
                    return False
                continue
            if not given and not is_root and type(given) is dict:
                return False
            if not child(str(given).lower() if key == "tls-authenticate-client" and type(given) is bool else given):
                return False
        return all(key in value for key in required)

    return check


def _is_not_empty(value: Any) -> bool:
    return bool(value != [])


def _array(node: Node) -> Check:
    item_check = _check(node["items"])
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


# --- the slow path: why not ---------------------------------------------------------------------------------------


def _explain(value: Any, index: int, path: tuple[str | int, ...], version: str) -> Iterator[SchemaError]:
    node = nodes()[index]
    if _check(index, is_root=not path)(value):
        return
    if "type" not in node and "enum" in node:
        yield _explain_leaf(value, {**node, "type": "string"}, path)
    elif "type" not in node:
        yield from _explain_choice(value, node, path, version)
    elif node["type"] == "object":
        yield from _explain_object(value, node, path, version)
    elif node["type"] == "array":
        yield from _explain_array(value, node, path, version)
    else:
        yield _explain_leaf(value, node, path)


def _explain_choice(value: Any, node: Node, path: tuple[str | int, ...], version: str) -> Iterator[SchemaError]:
    choices: list[int] = [*node.get("oneOf", ()), *node.get("anyOf", ())]
    wanted = _meant(value, choices)
    if wanted is not None:
        yield from _explain(value, wanted, path, version)
        return
    kinds = [kind for choice in choices for kind in _type_names(nodes()[choice])]
    if kinds and isinstance(value, dict):
        if "type" in value:
            message, hint = _not_one_of(value["type"], kinds), _closest(value["type"], kinds)
            yield SchemaError((*path, "type"), "choice", message, hint)
        else:
            yield SchemaError((*path, "type"), "missing", "type is missing", f"add type: one of {', '.join(kinds)}")
    else:
        words = " or ".join(dict.fromkeys(_described(nodes()[choice]) for choice in choices))
        yield SchemaError(path, "type", f"{_shown(value)} is not {words}", "write that")


def _meant(value: Any, choices: list[int]) -> int | None:
    """The alternative a person meant: by the section's ``type``, else by the kind of value."""
    for choice in choices:
        node = nodes()[choice]
        if isinstance(value, dict) and node.get("type") == "object" and value.get("type") in _type_names(node):
            return choice
        if isinstance(value, list) and node.get("type") == "array":
            return choice
    return None


def _type_names(node: Node) -> tuple[str, ...]:
    index = node.get("properties", {}).get("type")
    return tuple(nodes()[index].get("enum", ())) if index is not None else ()


def _explain_object(value: Any, node: Node, path: tuple[str | int, ...], version: str) -> Iterator[SchemaError]:
    if not isinstance(value, dict):
        yield SchemaError(path, "type", f"{_shown(value)} is not a section", _TYPE_HINTS["object"])
        return
    properties = node.get("properties", {})
    for key, item in value.items():
        if key not in properties:
            yield _unknown(key, tuple(properties), path, version)
        else:
            yield from _explain(item, properties[key], (*path, key), version)
    for key in node.get("required", ()):
        if key not in value:
            yield SchemaError((*path, key), "missing", f"{key} is missing", f"add {key}")
    for choice, one in (("oneOf", True), ("anyOf", False)):
        if choice in node:
            yield from _explain_alternatives(
                value, [nodes()[index]["required"] for index in node[choice]], path, one=one
            )


def _explain_alternatives(
    value: dict[str, Any], alternatives: list[list[str]], path: tuple[str | int, ...], *, one: bool
) -> Iterator[SchemaError]:
    met = [keys for keys in alternatives if _requires(tuple(keys))(value)]
    words = " or ".join(" and ".join(key for key in keys if key != "type") for keys in alternatives)
    if not met:
        yield SchemaError(path, "missing", f"needs {words}", "add one of them")
    elif one and len(met) > 1:
        yield SchemaError(path, "choice", f"can have only one of {words}", "take the other away")


def _unknown(key: Any, known: tuple[str, ...], path: tuple[str | int, ...], version: str) -> SchemaError:
    dotted = ".".join([*(str(part) for part in path if isinstance(part, str)), str(key)])
    if _known(version, dotted):
        message = f"server {version} has {key}, and no known operator release admits it there"
        return SchemaError((*path, str(key)), "unknown", message, "leave it out until an operator release admits it")
    other = _elsewhere(dotted)
    hint = "take it out"
    if other is not None and other[0]:
        hint = f"it became {other[0]}"
    elif other is not None and (before := _before_renaming(dotted, version)):
        hint = f"{before}; {other[1]}"
    elif place := _place_nearby(key, known, dotted, version):
        hint = f"it belongs in {place}"
    elif other is not None:
        hint = f"take it out: {other[1]}"
    elif close := get_close_matches(str(key), known, 1, 0.7):
        hint = f"did you mean {close[0]}?"
    return SchemaError((*path, str(key)), "unknown", f"{key} is no parameter of server {version}", hint)


def _place_nearby(key: str, known: tuple[str, ...], dotted: str, version: str) -> str:
    """The section one level down or up that has a parameter of this name; empty where there is none."""
    context = dotted.rpartition(".")[0]
    below = [name for name in known if context and key in names_in(version, f"{context}.{name}")]
    above = context.rpartition(".")[0]
    if not below and above and key in names_in(version, above):
        return above
    return below[0] if below else ""


def _before_renaming(dotted: str, version: str) -> str:
    """The parameter that ``version`` has in place of a newer one, as a hint; empty where it has none."""
    key = dotted.rpartition(".")[2]
    for old, new in RENAMED.items():
        if key in _WORD.findall(new) and _known(version, old):
            name = old.rpartition(".")[2]
            unit = unit_of(key)
            other_unit = f", which is not in {unit}" if unit and unit != unit_of(name) else ""
            return f"server {version} has {name} in its place{other_unit}"
    return ""


def _elsewhere(dotted: str) -> tuple[str, str] | None:
    """(new name, in words which versions have it) of a parameter that other versions know."""
    having = [version for version in versions() if _known(version, dotted)]
    if not having:
        return None
    found = parameter(having[-1], dotted)
    renamed = found.renamed_to if found is not None else ""
    if having[-1] == versions()[-1]:
        return renamed, f"servers from {having[0]} on have it"
    return renamed, f"servers {having[0]} to {having[-1]} have it"


def _known(version: str, dotted: str) -> bool:
    context, _, key = dotted.rpartition(".")
    return key in names_in(version, context)


def _explain_array(value: Any, node: Node, path: tuple[str | int, ...], version: str) -> Iterator[SchemaError]:
    of_texts = nodes()[node["items"]].get("type") == "string"
    values = [value] if of_texts and isinstance(value, str) else value
    if not isinstance(values, list):
        yield SchemaError(path, "type", f"{_shown(value)} is not a list", _TYPE_HINTS["array"])
        return
    for position, item in enumerate(values):
        yield from _explain(item, node["items"], (*path, position), version)


def _explain_leaf(value: Any, node: Node, path: tuple[str | int, ...]) -> SchemaError:
    if "enum" in node and (type(value) is str or node["type"] != "string"):
        allowed = [str(choice) for choice in node["enum"]]
        return SchemaError(path, "enum", _not_one_of(value, allowed), _closest(value, allowed))
    if node["type"] in ("integer", "number") and type(value) in (int, float):
        low, high = node.get("minimum"), node.get("maximum")
        unit = unit_of(str(path[-1])) if path else ""
        limits = (("at least", low), ("at most", high))
        bounds = [f"{words} {exact(bound, unit)}" for words, bound in limits if bound is not None]
        return SchemaError(path, "bounds", f"{exact(value, unit)} is out of bounds", " and ".join(bounds))
    if "not" in node and type(value) is str:
        hint = "write any or false in place of the list, or names in it"
        return SchemaError(path, "enum", f"{_shown(value)} is not a host name that can stand in a list", hint)
    return SchemaError(path, "type", f"{_shown(value)} is not {_described(node)}", _TYPE_HINTS[node["type"]])


_TYPE_HINTS = {
    "integer": "write a plain number: sizes in bytes, times in seconds, without quotes",
    "number": "write a plain number, without quotes",
    "string": "write a text, in quotes if it looks like something else",
    "boolean": "write true or false, without quotes",
    "array": "write a list: one line with - for each entry",
    "object": "write a map of parameters below it",
}


def _described(node: Node) -> str:
    words = {
        "integer": "a whole number",
        "string": "a text",
        "boolean": "true or false",
        "array": "a list",
        "object": "a section",
    }
    if "enum" in node:
        return "one of " + ", ".join(str(choice) for choice in node["enum"])
    if node.get("format") == "hostname":
        return "a host name"
    return words.get(str(node.get("type")), "allowed")


def _not_one_of(value: Any, allowed: Iterable[str]) -> str:
    return f"{_shown(value)} is not one of {', '.join(allowed)}"


def _closest(value: Any, allowed: list[str]) -> str:
    close = get_close_matches(str(value), allowed, 1, 0.6)
    return f"did you mean {close[0]}?" if close else "choose one of them"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    text = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
