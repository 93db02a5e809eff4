"""Clusters changed at random: what is dropped from them, compared with the real CustomResourceDefinition read step by
step. Skipped where the definition is not at hand.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.ako.crd import read
from tests.ako.specimen import cluster

DEFINITION = Path(__file__).parents[3] / "shared" / "ako-crds" / "asdb.aerospike.com_aerospikeclusters.yaml"
JUNK: tuple[Any, ...] = (
    None,
    True,
    0,
    3.5,
    "",
    "any",
    [],
    {},
    ["x"],
    {"a": 1},
    [{"b": 2}],
    {"name": "x", "c": {"d": 1}},
)
TOP = ("apiVersion", "kind", "metadata")
Keys = tuple[str | int, ...]

pytestmark = pytest.mark.skipif(not DEFINITION.is_file(), reason="the operator's definition is not beside the project")


@lru_cache(maxsize=1)
def definition() -> dict[str, Any]:
    versions = yaml.load(DEFINITION.read_bytes(), Loader=yaml.CSafeLoader)["spec"]["versions"]
    found: dict[str, Any] = versions[0]["schema"]["openAPIV3Schema"]
    return found


def unknown(value: Any, schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """Paths that the API server drops, as its documentation of structural schemas has it."""
    if schema.get("x-kubernetes-preserve-unknown-fields"):
        return
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from unknown(item, schema.get("items", {}), f"{path}[{position}]")
    for key, item in value.items() if isinstance(value, dict) else ():
        where = f"{path}.{key}" if path else key
        if key in schema.get("properties", {}):
            yield from unknown(item, schema["properties"][key], where)
        elif "additionalProperties" in schema:
            yield from unknown(item, schema["additionalProperties"], where)
        else:
            yield where


def places(value: Any, path: Keys = ()) -> Iterator[Keys]:
    items: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


def changed(resource: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    result = copy.deepcopy(resource)
    for _ in range(chance.choice([1, 2, 4])):
        *keys, last = chance.choice([place for place in places(result) if place[0] not in TOP])
        parent: Any = result
        for key in keys:
            parent = parent[key]
        if isinstance(parent, dict) and chance.random() < 0.5:
            last = chance.choice(["extra", "name", f"{last}s"])
        parent[last] = copy.deepcopy(chance.choice(JUNK))
    return result


def test_what_is_dropped_is_what_the_definition_does_not_have() -> None:
    chance = random.Random(1)
    for _ in range(400):
        resource = changed(cluster(chance.choice(["device", "memory", "files", "strong", "secure"])), chance)
        _, reading = read(resource)
        wanted = unknown({key: value for key, value in resource.items() if key not in TOP}, definition())
        assert sorted(reading.pruned) == sorted(wanted), json.dumps(resource)
