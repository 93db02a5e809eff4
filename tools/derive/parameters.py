"""Derive `aerofleet/aerospike/data/parameters.json` from the server's public configuration schemas.

    python -m tools.derive.parameters FOLDER_OF_SCHEMAS

Facts only: types, defaults, bounds, choices and flags; descriptions are left out. Equal nodes are stored once,
which is what makes twenty-odd versions fit into one small file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OLDEST = (4, 9, 0)
TARGET = Path(__file__).resolve().parents[2] / "aerofleet/aerospike/data/parameters.json"
KEPT = ("type", "default", "minimum", "maximum", "minItems", "enum", "format", "dynamic", "enterpriseOnly", "required")


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


def derive(folder: Path) -> str:
    """The table as text; a version's number is the index of its root node."""
    table = Table()
    files = sorted((path for path in folder.glob("*.json") if version_of(path) >= OLDEST), key=version_of)
    versions = {path.stem: table.add(json.loads(path.read_text())) for path in files}
    rows = ",\n".join(json.dumps(node, separators=(",", ":")) for node in table.nodes)
    return f'{{"versions":{json.dumps(versions)},\n"nodes":[\n{rows}\n]}}\n'


def main() -> None:
    TARGET.write_text(derive(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
