"""Configurations of every version, changed at random: judged here and by the real schemas, as the operator's library
asks them. Skipped where the schemas are not at hand.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft6Validator, FormatChecker

from aerofleet.aerospike.schema import fits
from aerofleet.aerospike.schema_errors import schema_errors
from aerofleet.ako.cluster import cluster_of
from tests.aerospike.flat_reading import LibraryRefusalError, as_the_schema_sees_it
from tests.ako.specimen import cluster
from tools.derive import parameters as derived

SHARED = Path(__file__).parents[3] / "shared"
FOLDERS = (SHARED / "aerospike-schemas", SHARED / "aerospike-schemas-new")
VERSIONS = (
    *("6.0.0", "6.1.0", "6.2.0", "6.3.0", "6.4.0", "7.0.0", "7.1.0", "7.2.0", "8.0.0", "8.1.0", "8.1.1", "8.1.2"),
    "8.2.0",
)
LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    3.5,
    "",
    "any",
    "4G",
    "memory",
    [],
    {},
    ["x"],
    [1],
    {"a": 1},
    [{}],
    [{"name": "z"}],
)
Keys = tuple[str | int, ...]

pytestmark = pytest.mark.skipif(not FOLDERS[0].is_dir(), reason="the public schemas are not beside the project")

formats = FormatChecker(formats=())


@formats.checks("hostname")
def is_host_name(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(rf"{LABEL}(\.{LABEL})*", value) is not None


@lru_cache(maxsize=1)
def embedded_schemas() -> dict[str, dict[str, Any]]:
    schemas = derived.schemas_in(FOLDERS)
    return schemas | derived.embedded_schemas(schemas)


def schema(version: str) -> dict[str, Any]:
    return embedded_schemas()[version]


@lru_cache(maxsize=16)
def parameters(version: str) -> dict[tuple[str, ...], list[dict[str, Any]]]:
    """Path of each parameter, names of entries left out → its definitions."""
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}

    def walk(node: dict[str, Any], path: tuple[str, ...]) -> None:
        found.setdefault(path, []).append(node)
        for key, child in node.get("properties", {}).items():
            walk(child, (*path, key))
        for child in (*node.get("oneOf", ()), *node.get("anyOf", ()), *([node["items"]] if "items" in node else ())):
            walk(child, path)

    walk(schema(version), ())
    return found


def places(value: Any, path: Keys = ()) -> Iterator[Keys]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def likely(node: dict[str, Any], chance: random.Random) -> Any:
    """A value near what the definition asks for."""
    if "enum" in node:
        return chance.choice([*node["enum"], "none of them"])
    if node.get("type") == "integer":
        low, high = node.get("minimum", 0), node.get("maximum", 1)
        return chance.choice([node.get("default", 1), low, high, low - 1, high + 1, 1.5])
    return chance.choice([True, False, "a", "x y", [], ["a", "b"], [{"name": "a"}], [{"name": "a"}, {"name": "a"}]])


def changed(config: dict[str, Any], version: str, chance: random.Random) -> dict[str, Any]:
    result = copy.deepcopy(config)
    for _ in range(chance.choice([1, 1, 2, 3])):
        *keys, last = chance.choice(list(places(result)))
        parent: Any = result
        for key in keys:
            parent = parent[key]
        context = tuple(key for key in keys if isinstance(key, str))
        below = [path for path in parameters(version) if path[:-1] == context and path]
        kind = chance.random()
        if kind < 0.15:
            del parent[last]
        elif kind < 0.4:
            parent[last] = copy.deepcopy(chance.choice(JUNK))
        elif kind < 0.5 and isinstance(parent[last], list) and parent[last]:
            parent[last].append(copy.deepcopy(chance.choice([parent[last][0], {}])))
        elif isinstance(parent, dict) and below:
            path = chance.choice(below)
            parent[path[-1]] = likely(chance.choice(parameters(version)[path]), chance)
    return result


def is_admitted(config: dict[str, Any], version: str) -> bool:
    namespaces = config.get("namespaces")
    names = [item.get("name") for item in namespaces if isinstance(item, dict)] if isinstance(namespaces, list) else []
    if not all(isinstance(name, str) for name in names):
        return False  # By what the operator does after the library.
    try:
        seen = as_the_schema_sees_it(config)
    except LibraryRefusalError:
        return False
    return bool(Draft6Validator(schema(version), format_checker=formats).is_valid(seen))


@pytest.mark.parametrize("version", VERSIONS)
def test_the_schema_is_read_as_the_operator_reads_it(version: str) -> None:
    chance = random.Random(version)
    configs = [
        rack.config
        for base in ("device", "memory", "files", "strong", "secure")
        for rack in cluster_of(cluster(base)).distinct_racks
    ]
    for _ in range(300):
        config = changed(chance.choice(configs), version, chance)
        assert fits(config, version) == is_admitted(config, version), json.dumps(config)
        assert fits(config, version) == (not schema_errors(config, version)), json.dumps(config)
