"""Derive `aerofleet/aerospike/data/parameters.json` from the server's public configuration schemas.

    python -m tools.derive.parameters FOLDER...

A folder holds one schema file per server version (`8.1.2.json`); of a version in several folders the last one counts.
The table has facts only: types, defaults, bounds, choices and flags; descriptions are left out. Equal nodes are stored
once, so that twenty-odd versions fit into one small file.
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
"""Versions of which operator releases embed an earlier edition of the schema than the newest one: version → (version
whose schema it repeats, context → parameters that it adds).

Source: AKO 4.4.0 to 4.5.0 embed aerospike/schemas at 3a70d4b0 (April 2026). Later editions of 8.1.2 (4b878929 →
0c5c5340) add `mod-lua.allow-unsafe-lua` and correct six bounds, one choice and one required key.
"""


class Table:
    """Nodes by content; a child is referred to by its index."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.index: dict[str, int] = {}

    def add(self, schema: dict[str, Any]) -> int:
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
        key = json.dumps(node, sort_keys=True)
        if key not in self.index:
            self.index[key] = len(self.nodes)
            self.nodes.append(node)
        return self.index[key]


def version_of(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.stem.split("."))


def schemas_in(folders: Iterable[Path]) -> dict[str, Schema]:
    """Return version → schema of every version from OLDEST on, oldest first."""
    files = {path.stem: path for folder in folders for path in folder.glob("*.json") if version_of(path) >= OLDEST}
    return {path.stem: json.loads(path.read_text()) for path in sorted(files.values(), key=version_of)}


def embedded_schemas(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the editions that operator releases embed, of the versions for which that is not the newest one."""
    found = {}
    for version, (base, additions) in EMBEDDED.items():
        found[version] = deepcopy(schemas[base])
        for context, names in additions.items():
            newest = _parameters(schemas[version], context)
            _parameters(found[version], context).update({name: newest[name] for name in names})
    return found


def _parameters(schema: Schema, context: str) -> dict[str, Schema]:
    section = schema["properties"][context]
    found: dict[str, Schema] = section.get("items", section)["properties"]
    return found


def derive(*folders: Path) -> str:
    """Return the table as text; the number of a version is the index of its root node."""
    table = Table()
    schemas = schemas_in(folders)
    versions = {version: table.add(schema) for version, schema in schemas.items()}
    embedded = {version: table.add(schema) for version, schema in embedded_schemas(schemas).items()}
    nodes = ",\n".join(json.dumps(node, separators=(",", ":")) for node in table.nodes)
    return f'{{"versions":{json.dumps(versions)},\n"embedded":{json.dumps(embedded)},\n"nodes":[\n{nodes}\n]}}\n'


def main() -> None:
    TARGET.write_text(derive(*map(Path, sys.argv[1:])))


if __name__ == "__main__":
    main()
