"""What is wrong with a configuration that does not fit its server version's schema, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
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
from aerofleet.aerospike.schema import check_of, fits
from aerofleet.units.amount import exact

_WORD = re.compile(r"[a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place that does not fit.

    ``path`` has keys and list indexes from the configuration's root; ``kind`` is one of unknown, type, bounds, enum,
    missing, choice, library.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str
    hint: str = ""


def schema_errors(config: Any, version: str) -> list[SchemaError]:
    """Return everything that is wrong with ``config`` at ``version``. Raises KeyError for a version without data."""
    if fits(config, version):
        return []
    short = data_version(version)
    reading = read(config)
    faults = [SchemaError(path, "library", message, hint) for path, message, hint in reading.faults]
    return [*faults, *_explain(reading.config, embedded_root(short), (), short)]


def _explain(value: Any, index: int, path: tuple[str | int, ...], version: str) -> Iterator[SchemaError]:
    node = nodes()[index]
    if check_of(index, is_root=not path)(value):
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
        wanted_text = " or ".join(dict.fromkeys(_described(nodes()[choice]) for choice in choices))
        yield SchemaError(path, "type", f"{_shown(value)} is not {wanted_text}", "write that")


def _meant(value: Any, choices: list[int]) -> int | None:
    """Return the alternative that a person meant: by the section's ``type``, else by the kind of value; else None."""
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
    met = [keys for keys in alternatives if all(key in value for key in keys)]
    text = " or ".join(" and ".join(key for key in keys if key != "type") for keys in alternatives)
    if not met:
        yield SchemaError(path, "missing", f"needs {text}", "add one of them")
    elif one and len(met) > 1:
        yield SchemaError(path, "choice", f"can have only one of {text}", "take the other away")


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
    """Return the section one level down or up that has a parameter of this name; empty where there is none."""
    context = dotted.rpartition(".")[0]
    below = [name for name in known if context and key in names_in(version, f"{context}.{name}")]
    above = context.rpartition(".")[0]
    if not below and above and key in names_in(version, above):
        return above
    return below[0] if below else ""


def _before_renaming(dotted: str, version: str) -> str:
    """Return a hint with the parameter that ``version`` has in place of a newer one; empty where it has none."""
    key = dotted.rpartition(".")[2]
    for old, new in RENAMED.items():
        if key in _WORD.findall(new) and _known(version, old):
            name = old.rpartition(".")[2]
            unit = unit_of(key)
            other_unit = f", which is not in {unit}" if unit and unit != unit_of(name) else ""
            return f"server {version} has {name} in its place{other_unit}"
    return ""


def _elsewhere(dotted: str) -> tuple[str, str] | None:
    """Return (new name, a text of the versions that have it) of a parameter that other versions know; else None."""
    having = [version for version in versions() if _known(version, dotted)]
    if not having:
        return None
    newest = parameter(having[-1], dotted)
    renamed = newest.renamed_to if newest is not None else ""
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
        bounds = [f"{limit} {exact(bound, unit)}" for limit, bound in limits if bound is not None]
        return SchemaError(path, "bounds", f"{exact(value, unit)} is out of bounds", " and ".join(bounds))
    if "not" in node and type(value) is str:
        hint = "write any or false in place of the list, or names in it"
        return SchemaError(path, "enum", f"{_shown(value)} is not a host name, as entries of the list are", hint)
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
    kinds = {
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
    return kinds.get(str(node.get("type")), "allowed")


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
