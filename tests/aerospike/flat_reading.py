"""The management library's way with a configuration, step by step: typed values, flat keys, built up again. Written
apart from the product's short cut, to be compared with it.
"""

from __future__ import annotations

import re
from typing import Any

LISTS_OF_SECTIONS = ("namespace", "set", "tls", "logging", "dc", "datacenter", "file")
LISTS_OF_TEXTS = (
    "addresses", "access-addresses", "alternate-access-addresses", "tls-addresses", "tls-access-addresses",
    "tls-alternate-access-addresses", "tls-authenticate-client", "mesh-seed-address-ports", "multicast-groups",
    "tls-mesh-seed-address-ports", "node-address-ports", "devices", "files", "mounts", "feature-key-files",
    "ignore-bins", "ignore-sets", "ship-bins", "ship-sets", "role-query-patterns", "report-data-op",
    "report-data-op-role", "report-data-op-user",
)  # fmt: skip
Flat = dict[str, Any]


class LibraryRefusalError(Exception):
    """The library refuses or panics before the schema is asked."""


class Sections(list[Any]):
    """A list of maps."""


def as_the_schema_sees_it(config: dict[str, Any]) -> Any:
    return built_up(flat(typed_section(config)))


def is_list_of_sections(key: str) -> bool:
    name = key.rpartition(".")[2]
    return name in LISTS_OF_SECTIONS or name.removesuffix("s") in LISTS_OF_SECTIONS


def typed_section(section: dict[str, Any]) -> dict[str, Any]:
    # A storage engine that is null vanishes here; a rule of the operator's own refuses it later.
    found = {key: typed(key, value) for key, value in section.items() if (key, value) != ("storage-engine", None)}
    if not isinstance(found.get("storage-engine", {}), dict):
        raise LibraryRefusalError  # Not by the library, but by what follows it.
    return found


def typed(key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return typed_section(value)
    if isinstance(value, list):
        return typed_list(key, value)
    if isinstance(value, str) and key in LISTS_OF_TEXTS:
        return value if key == "tls-authenticate-client" and value in ("any", "false") else [value]
    if isinstance(value, bool) and key == "tls-authenticate-client":
        return ["true"] if value else "false"
    return int(value) if isinstance(value, float) else value


def typed_list(key: str, values: list[Any]) -> Any:
    if not values:
        return Sections() if is_list_of_sections(key) else [] if key in LISTS_OF_TEXTS else None
    if isinstance(values[0], str):
        if not all(isinstance(value, str) for value in values):
            raise LibraryRefusalError
        return values
    if isinstance(values[0], dict):
        maps = [isinstance(value, dict) for value in values]
        until = maps.index(False) if False in maps else len(values)
        return Sections([typed_section(value) for value in values[:until]] + [{}] * (len(values) - until))
    return None


def flat(section: dict[str, Any]) -> Flat:
    found: Flat = {}
    for key, value in section.items():
        if isinstance(value, Sections):
            below = flat_list(value)
        elif isinstance(value, dict) and value:
            below = flat(value)
        else:
            found[key] = value
            continue
        found |= {f"{key}.{rest}": item for rest, item in below.items()}
    return found


def flat_list(sections: Sections) -> Flat:
    found: Flat = {}
    for position, section in enumerate(sections):
        named = [section[key] for key in ("name", "type") if isinstance(section.get(key), str)]
        if not named:
            continue
        name = f"{{{named[0]}}}"
        if f"{name}.index" in found:
            raise LibraryRefusalError
        found |= {f"{name}.{rest}": item for rest, item in flat(section).items()}
        found[f"{name}.index"] = position
    return found


def built_up(flat_config: Flat) -> Any:
    root: dict[str, Any] = {}
    for key, value in sorted(flat_config.items()):
        *parents, last = re.findall(r"(?:\{[^}]*\}|[^.{])+", key)
        if value == {}:
            root[key] = {}
        elif parents:
            place = root
            for parent in parents:
                place = place.setdefault(parent, {})
            place[last] = value
        else:
            root[key] = value
    return with_lists(root)


def with_lists(section: dict[str, Any]) -> dict[str, Any]:
    return {key: listed(key, value) if isinstance(value, dict) else value for key, value in section.items()}


def listed(key: str, value: dict[str, Any]) -> Any:
    indexed = [item for item in value.values() if isinstance(item, dict) and type(item.get("index")) is int]
    if not indexed or not is_list_of_sections(key):
        return with_lists(value)
    if max(item["index"] for item in indexed) >= len(value):
        raise LibraryRefusalError
    found: list[Any] = [None] * len(value)
    for item in indexed:
        found[item["index"]] = {name: given for name, given in with_lists(item).items() if name != "index"}
    return found
