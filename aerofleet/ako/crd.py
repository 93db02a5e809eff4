"""The AerospikeCluster as the API server and the operator's decoder read it: unknown fields pruned, defaults filled
in, types and bounds checked.

The table (`data/crd.json`) has the spec of every known operator release, derived from its CustomResourceDefinition
by `tools/derive/crd_table.py`; equal parts are stored, and their readers made, once for all releases.
Three things are done in one walk, because every one of them visits every field:

* pruning and defaulting (API server, before any webhook),
* decoding into the operator's own types (mutating webhook): a text where a number belongs stops everything there,
* the schema's bounds, choices and unique lists (API server, after the mutating webhook).

The mutating webhook writes back what it decoded, and takes nothing away that was written. So a required field that is
absent arrives at the schema as its zero value (a list as null, which the schema refuses), a zero that was written
stays there for the schema (``k8sNodeBlockList: []`` has too few entries), though the operator's code can't tell it
from absence, and a quantity arrives in its shortest form (``4000m`` as ``4``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aerofleet.ako.compatibility import OPERATOR, line_of
from aerofleet.units.field_path import dotted
from aerofleet.units.kubernetes_quantity import canonical

Node = dict[str, Any]
Path = tuple[Any, ...] | None
"""A linked path: (parent, key). Made into text only where there is something to report."""
Read = Callable[[Any, Path, "Reading"], Any]

_ABSENT = object()
_MISSING = "is missing or empty"
_A_MAP = "write a map: key: value, one line each"
_A_LIST = "write a list: one line with - for each entry"
_PLAIN = frozenset(
    [
        "cleanupThreads",
        "port",
        "targetPort",
        "hostPort",
        "hostNetwork",
        "readOnly",
        "stdin",
        "stdinOnce",
        "tty",
        "skipXdrDlogFileValidate",
    ]
)
"""Optional numbers and switches that the operator keeps by value: their zero counts as absence. All others are
pointers (``runAsUser: 0``, ``cascadeDelete: false``) and keep it."""
_TOP = frozenset(["apiVersion", "kind", "metadata", "spec", "status"])
_KEPT_EMPTY = frozenset(["initMethod", "wipeMethod"])
"""Optional texts that the operator keeps by pointer, and that have choices: an empty one is none of them."""
_UNSIGNED = frozenset(["readQuota", "writeQuota"])
"""Fields that the operator decodes into 32 bits without a sign, whatever format the definition names."""


@dataclass(frozen=True, slots=True)
class Problem:
    path: str
    message: str
    hint: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether the problem is a value that is missing or empty."""
        return self.message == _MISSING


@dataclass(slots=True)
class Reading:
    """The results of the walk besides the object itself. ``pruned``: path → the value that was dropped there."""

    pruned: dict[str, Any] = field(default_factory=dict)
    undecodable: list[Problem] = field(default_factory=list)
    invalid: list[Problem] = field(default_factory=list)
    hints: dict[str, str] = field(default_factory=dict)


def read(resource: dict[str, Any], operator: str = OPERATOR) -> tuple[dict[str, Any], Reading]:
    """Return a copy of an AerospikeCluster as the definition of this operator release prunes and defaults it, and the
    problems with it. Free-form parts (aerospikeConfig) are shared with ``resource``, not copied.
    """
    reading = Reading()
    for key in resource.keys() - _TOP:
        _prune(key, resource[key], _TOP, (None, reading))
    spec = resource.get("spec")
    copy = dict(resource)
    copy["spec"] = _spec_reader(line_of(operator))(spec if spec is not None else {}, (None, "spec"), reading)
    if not isinstance(copy["spec"], dict):
        copy["spec"] = {}
    return copy, reading


def path_text(path: Path) -> str:
    """Return the path of a walk, which is linked from its end: ``spec.storage.volumes[2].name``."""
    keys: list[str | int] = []
    while path is not None:
        path, key = path
        keys.append(key)
    return dotted(reversed(keys))


@lru_cache(maxsize=1)
def table() -> dict[str, Any]:
    """Return the table of definitions: ``nodes`` and, for every line of releases, the node of its spec."""
    definitions: dict[str, Any] = json.loads((files("aerofleet.ako") / "data/crd.json").read_bytes())
    return definitions


def field_names(path: str, operator: str = OPERATOR) -> tuple[str, ...]:
    """Return every field of the section at ``path`` (dots, no indexes) of the spec; empty where it is unknown."""
    nodes = table()["nodes"]
    node = nodes[_spec_node(line_of(operator))]
    for key in path.split(".") if path else ():
        child = node.get("properties", {}).get(key)
        if child is None:
            return ()
        node = nodes[child]
        while "items" in node:
            node = nodes[node["items"]]
    return tuple(node.get("properties", ()))


def _spec_node(line: str) -> int:
    index: int = table()["releases"][line]
    return index


@lru_cache(maxsize=16)
def _spec_reader(line: str) -> Read:
    return _reader(_spec_node(line))


@lru_cache(maxsize=1024)
def _reader(index: int) -> Read:
    node: Node = table()["nodes"][index]
    if node.get("open"):
        return _open
    if node.get("int_or_string"):
        return _quantity if "pattern" in node else _int_or_string
    return _READERS[node["type"]](node)


def _open(value: Any, path: Path, reading: Reading) -> Any:
    if not isinstance(value, dict):
        reading.undecodable.append(Problem(path_text(path), f"{_shown(value)} is not a map", _A_MAP))
        return {}
    return value


def _object(node: Node) -> Read:
    if "values" in node:
        return _map_of(_reader(node["values"]))
    nodes = table()["nodes"]
    properties = node.get("properties", {})
    children = {name: _unsigned if name in _UNSIGNED else _reader(index) for name, index in properties.items()}
    required = {name: _zero(nodes[properties[name]]) for name in node.get("required", ())}
    defaults = {name: nodes[index]["default"] for name, index in properties.items() if "default" in nodes[index]}
    dropped = {name: _dropped(name, nodes[index]) for name, index in properties.items() if name not in required}
    shape = frozenset(children)

    def read_object(value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is not dict:
            _undecodable(value, "a map", _A_MAP, path, reading)
            return {}
        decoded_fields: dict[str, Any] = {}
        for key, item in value.items():
            child = children.get(key)
            if child is None:
                _prune(key, item, shape, (path, reading))
            elif item is not None:
                decoded = child(item, (path, key), reading)
                zero = dropped.get(key)
                if type(decoded) is not type(zero) or decoded != zero:
                    decoded_fields[key] = decoded
        for key, default in defaults.items():
            if key not in decoded_fields and value.get(key) is None:
                decoded_fields[key] = dict(default) if type(default) is dict else default
        for key, zero in required.items():
            if key not in decoded_fields and zero is not _ABSENT:
                known = len(reading.invalid)
                decoded_fields[key] = children[key](zero, (path, key), reading)
                if type(zero) is list:
                    reading.invalid.append(Problem(path_text((path, key)), "is missing", "write [] if it has none"))
                elif type(zero) is int and len(reading.invalid) > known:
                    reading.invalid[known] = replace(reading.invalid[known], message="is missing")
        return decoded_fields

    return read_object


def _dropped(name: str, node: Node) -> Any:
    """Return the zero value of an optional field that counts as absence to the operator; None where it does not."""
    kept = name in _KEPT_EMPTY if node.get("type") == "string" else node.get("type") != "array" and name not in _PLAIN
    return None if kept else _zero(node)


def _prune(key: str, value: Any, known: frozenset[str], where: tuple[Path, Reading]) -> None:
    path, reading = where
    text = path_text((path, key))
    reading.pruned[text] = value
    if close := get_close_matches(str(key), known, 1, 0.7):
        reading.hints[text] = f"did you mean {close[0]}?"


def _undecodable(value: Any, wanted: str, hint: str, path: Path, reading: Reading) -> None:
    """Note a value of another type, which stops the operator's decoder; pruning emptied the maps in it before."""
    reading.undecodable.append(Problem(path_text(path), f"{_shown(value)} is not {wanted}", hint))
    _empty(value, path, reading)


def _empty(value: Any, path: Path, reading: Reading) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            reading.pruned[path_text((path, key))] = item
    for position, item in enumerate(value if isinstance(value, list) else ()):
        _empty(item, (path, position), reading)


def _map_of(child: Read) -> Read:
    def read_map(value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is not dict:
            _undecodable(value, "a map", _A_MAP, path, reading)
            return {}
        return {key: child(item, (path, key), reading) for key, item in value.items() if item is not None}

    return read_map


def _array(node: Node) -> Read:
    child = _reader(node["items"])
    zero = _zero(table()["nodes"][node["items"]])
    minimum, maximum = node.get("minItems", 0), node.get("maxItems")
    kind, keys = node.get("list_type"), tuple(node.get("list_keys", ()))

    def read_array(value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is not list:
            _undecodable(value, "a list", _A_LIST, path, reading)
            return []
        items = [
            child(zero if item is None else item, (path, position), reading) for position, item in enumerate(value)
        ]
        if len(items) < minimum or (maximum is not None and len(items) > maximum):
            bounds = f"at least {minimum}" if len(items) < minimum else f"at most {maximum}"
            reading.invalid.append(Problem(path_text(path), f"has {len(items)} entries", f"{bounds} are allowed here"))
        if kind in ("set", "map") and len(items) > 1:
            _unique(items, keys, path, reading)
        return items

    return read_array


def _unique(items: list[Any], keys: tuple[str, ...], path: Path, reading: Reading) -> None:
    seen = set()
    for position, item in enumerate(items):
        identity = tuple(str(item.get(key)) for key in keys) if keys else str(item)
        if identity in seen:
            shown = ", ".join(identity) if keys else identity
            reading.invalid.append(Problem(path_text((path, position)), f"{shown} is listed twice", "list it once"))
        seen.add(identity)


def _string(node: Node) -> Read:
    minimum, maximum = node.get("minLength", 0), node.get("maxLength")
    enum = frozenset(node["enum"]) if "enum" in node else None

    def read_string(value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is not str:
            _undecodable(value, "a text", "put it in quotes", path, reading)
            return ""
        if enum is not None and value not in enum:
            close = get_close_matches(value, enum, 1, 0.6)
            choices = ", ".join(node["enum"])
            hint = f"did you mean {close[0]}?" if close else "choose one of them"
            problem = (f"{value!r} is not one of {choices}", hint) if value else (_MISSING, f"one of {choices}")
            reading.invalid.append(Problem(path_text(path), *problem))
        elif len(value) < minimum:
            reading.invalid.append(Problem(path_text(path), _MISSING, "give it a value"))
        elif maximum is not None and len(value.encode()) > maximum:
            reading.invalid.append(
                Problem(path_text(path), f"is {len(value.encode())} bytes long", f"at most {maximum}")
            )
        return value

    return read_string


_RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


def _integer(node: Node) -> Read:
    return _whole_number(_RANGES[node.get("format", "int64")], node.get("minimum"), node.get("maximum"))


def _whole_number(representable: tuple[int, int], minimum: int | None, maximum: int | None) -> Read:
    low, high = representable

    def read_integer(value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is float and abs(value) < 2**63 and value.is_integer():
            value = int(value)
        if type(value) is not int or not low <= value <= high:
            _undecodable(value, "a whole number", "write it without quotes", path, reading)
            return 0
        if (minimum is not None and value < minimum) or (maximum is not None and value > maximum):
            bounds = [
                f"{limit} {bound}"
                for limit, bound in (("at least", minimum), ("at most", maximum))
                if bound is not None
            ]
            reading.invalid.append(Problem(path_text(path), f"{value} is out of bounds", " and ".join(bounds)))
        return value

    return read_integer


_unsigned = _whole_number((0, 2**32 - 1), None, None)


def _boolean(_node: Node) -> Read:
    def read_boolean(value: Any, path: Path, reading: Reading) -> Any:
        if type(value) is not bool:
            _undecodable(value, "true or false", "write it without quotes", path, reading)
            return False
        return value

    return read_boolean


def _int_or_string(value: Any, path: Path, reading: Reading) -> Any:
    if type(value) is float and abs(value) < 2**31 and value.is_integer():
        value = int(value)
    if type(value) is str or (type(value) is int and -(2**31) <= value < 2**31):
        return value
    _undecodable(value, "a whole number or a text", "such as 1 or 25%", path, reading)
    return 0


_QUANTITY = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")


def _quantity(value: Any, path: Path, reading: Reading) -> Any:
    if type(value) in (int, float) or (type(value) is str and _QUANTITY.fullmatch(value.strip())):
        return canonical(str(value).strip())
    hint = "write 500m, 2, 64Gi: a number and perhaps a unit"
    _undecodable(value, "a quantity", hint, path, reading)
    return 0


_READERS: dict[str, Callable[[Node], Read]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "boolean": _boolean,
}


def _zero(node: Node) -> Any:
    """Return the value that the operator's decoder gives an absent required field.

    A free-form field stays absent: it has a rule of its own.
    """
    if node.get("open"):
        return _ABSENT
    return {"object": {}, "string": "", "integer": 0, "boolean": False, "array": []}.get(node.get("type", ""), 0)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a map"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)[:60]
