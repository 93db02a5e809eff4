"""Derive `aerofleet/aerospike/data/parameters.json` from the server's public configuration schemas.

    python -m tools.derive.parameters FOLDER...
    python -m tools.derive.parameters --compare 8.1.2 8.2.0

A folder has a schema file for each server version (`8.1.2.json`); if several folders have a version, the last folder
counts. Versions that are in the table and in no folder stay unchanged, so the folder of one new version is enough.

The second form prints which parameters are new, gone or different from one version to another.

The table has facts only: types, defaults, bounds, choices and flags; descriptions are left out. Equal nodes are stored
once, so that all versions fit into one small file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

OLDEST = (4, 9, 0)
TARGET = Path(__file__).resolve().parents[2] / "aerofleet/aerospike/data/parameters.json"
KEPT = ("type", "default", "minimum", "maximum", "minItems", "enum", "format", "dynamic", "enterpriseOnly", "required")


EMBEDDED: Mapping[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "8.1.2": ("8.1.1", {"service": ("cgroup-mem-tracking",), "namespaces": ("tomb-raider-unmark-threads",)}),
}
"""Server versions for which operator releases embed an earlier edition of the schema than the newest edition: version →
(version whose schema the embedded edition repeats, context → parameters that the embedded edition adds).

Source: AKO 4.4.0 to 4.5.0 embed aerospike/schemas at 3a70d4b0 (April 2026). Later editions of 8.1.2 (4b878929 →
0c5c5340) add `mod-lua.allow-unsafe-lua` and correct six bounds, one choice and one required key.
"""


class Table:
    """The distinct nodes; a node refers to its children by their index."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.index: dict[str, int] = {}

    def add(self, schema: dict[str, Any]) -> int:
        """Add a node of a schema after its children; return its index."""
        node: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema and schema[key] is not False}
        if schema.get("default") is False:
            node["default"] = False
        if "properties" in schema:
            node["properties"] = {name: self.add(child) for name, child in schema["properties"].items()}
        if schema.get("additionalProperties") is False:
            node["closed"] = True
        if isinstance(schema.get("items"), dict):
            node["items"] = self.add(schema["items"])
        if "not" in schema:
            node["not"] = self.add(schema["not"])
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                node[choice] = [self.add(child) for child in schema[choice]]
        return self._index_of(node)

    def copy(self, nodes: list[dict[str, Any]], index: int) -> int:
        """Add a node of another table after its children; return its index."""
        node = dict(nodes[index])
        if "properties" in node:
            node["properties"] = {name: self.copy(nodes, child) for name, child in node["properties"].items()}
        for key in ("items", "not"):
            if key in node:
                node[key] = self.copy(nodes, node[key])
        for choice in ("oneOf", "anyOf"):
            if choice in node:
                node[choice] = [self.copy(nodes, child) for child in node[choice]]
        return self._index_of(node)

    def _index_of(self, node: dict[str, Any]) -> int:
        key = json.dumps(node, sort_keys=True)
        if key not in self.index:
            self.index[key] = len(self.nodes)
            self.nodes.append(node)
        return self.index[key]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def schemas_in(folders: Iterable[Path]) -> dict[str, Schema]:
    """Return version → schema of every version from OLDEST on, oldest first."""
    files = {path.stem: path for folder in folders for path in folder.glob("*.json") if numbers(path.stem) >= OLDEST}
    return {
        path.stem: json.loads(path.read_text()) for path in sorted(files.values(), key=lambda path: numbers(path.stem))
    }


def embedded_schemas(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return version → the edition that operator releases embed, for the versions in EMBEDDED whose two schemas are in
    ``schemas``: their own, and the one that the edition repeats.
    """
    editions = {}
    for version, (base, additions) in EMBEDDED.items():
        if version not in schemas or base not in schemas:
            continue
        editions[version] = deepcopy(schemas[base])
        for context, names in additions.items():
            newest = _parameters(schemas[version], context)
            _parameters(editions[version], context).update({name: newest[name] for name in names})
    return editions


def _parameters(schema: Schema, context: str) -> dict[str, Schema]:
    section = schema["properties"][context]
    parameters: dict[str, Schema] = section.get("items", section)["properties"]
    return parameters


def derive(known: dict[str, Any], *folders: Path) -> str:
    """Return the table as JSON, in which the number of a version is the index of its root node. ``known``: the table so
    far. Raises ValueError if the folders lack a schema that an embedded edition is made of.
    """
    table = Table()
    schemas = schemas_in(folders)
    versions = _roots(table, schemas, known, "versions")
    embedded = _roots(table, embedded_schemas(schemas), known, "embedded")
    if lacking := EMBEDDED.keys() - embedded.keys():
        needed = ", ".join(f"{version}.json and {EMBEDDED[version][0]}.json" for version in sorted(lacking))
        raise ValueError(f"the folders lack {needed}: the edition that operator releases embed is made of both files")
    nodes = ",\n".join(json.dumps(node, separators=(",", ":")) for node in table.nodes)
    return f'{{"versions":{json.dumps(versions)},\n"embedded":{json.dumps(embedded)},\n"nodes":[\n{nodes}\n]}}\n'


def _roots(table: Table, schemas: Mapping[str, Schema], known: dict[str, Any], kind: str) -> dict[str, int]:
    """Return version → index of its root, oldest first, from the schemas and else from the table so far."""
    return {
        version: table.add(schemas[version]) if version in schemas else table.copy(known["nodes"], known[kind][version])
        for version in sorted({*known[kind], *schemas}, key=numbers)
    }


def facts(table: dict[str, Any], version: str) -> dict[str, list[dict[str, Any]]]:
    """Return dotted name of every parameter of a version → its facts without children, an entry for each variant."""
    variants: dict[str, list[dict[str, Any]]] = {}

    def walk(index: int, name: str) -> None:
        node = table["nodes"][index]
        own = {key: value for key, value in node.items() if key in KEPT}
        if name and own and own not in variants.setdefault(name, []):
            variants[name].append(own)
        for key, child in node.get("properties", {}).items():
            walk(child, f"{name}.{key}".lstrip("."))
        for child in (*node.get("oneOf", ()), *node.get("anyOf", ()), *([node["items"]] if "items" in node else ())):
            walk(child, name)

    walk(table["versions"][version], "")
    return variants


def differences(table: dict[str, Any], older: str, newer: str) -> list[str]:
    """Return a line for every parameter that is new, gone or changed between two versions. Raises SystemExit if the
    table lacks a version.
    """
    for version in (older, newer):
        if version not in table["versions"]:
            raise SystemExit(f"the table has no version {version}; it has {', '.join(table['versions'])}")
    before, after = facts(table, older), facts(table, newer)
    lines = []
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            lines.append(f"{name}: new {_text(after[name])}")
        elif name not in after:
            lines.append(f"{name}: gone")
        elif len(before[name]) == len(after[name]) == 1:
            was, now = before[name][0], after[name][0]
            changed = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
            lines += [f"{name}: {key} {was.get(key, '-')} -> {now.get(key, '-')}" for key in changed]
        elif before[name] != after[name]:
            lines.append(f"{name}: {_text(before[name])} -> {_text(after[name])}")
    return lines


def _text(variants: list[dict[str, Any]]) -> str:
    return " or ".join(json.dumps(variant) for variant in variants)


def main() -> None:
    known = json.loads(TARGET.read_bytes()) if TARGET.is_file() else {"versions": {}, "embedded": {}, "nodes": []}
    if sys.argv[1] == "--compare":
        print("\n".join(differences(known, *sys.argv[2:4])))
        return
    folders = [Path(name) for name in sys.argv[1:]]
    if not schemas_in(folders):
        raise SystemExit(f"{', '.join(map(str, folders))}: no schema there, such as 8.2.0.json")
    TARGET.write_text(derive(known, *folders))


if __name__ == "__main__":
    main()
