"""Derive `aerofleet/ako/data/crd.json` from the operator's CustomResourceDefinitions of AerospikeCluster.

    python -m tools.derive.crd_table FOLDER
    python -m tools.derive.crd_table --compare 4.4 4.5

FOLDER has a folder for each operator release (``4.5.0/asdb.aerospike.com_aerospikeclusters.yaml``). Releases that the
table has and the folder lacks stay as they are, so the folder of one new release is enough. A patch release replaces
the earlier one of its line. Folders that are not named by three numbers are passed over.

The second form prints what the fields of one line of releases have and those of another have not.

Facts only: types, bounds, choices, defaults, list keys, where unknown fields are kept. Equal nodes are stored once.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from aerofleet.load import read

TARGET = Path(__file__).resolve().parents[2] / "aerofleet/ako/data/crd.json"
SOURCE = "asdb.aerospike.com_aerospikeclusters.yaml"
RELEASE = re.compile(r"(\d+\.\d+)\.(\d+)")
RENAMED = {
    "x-kubernetes-preserve-unknown-fields": "open",
    "x-kubernetes-int-or-string": "int_or_string",
    "x-kubernetes-list-type": "list_type",
    "x-kubernetes-list-map-keys": "list_keys",
}
KEPT = (
    "type", "format", "default", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "enum",
    "pattern", "required", "nullable",
)  # fmt: skip


class Table:
    """Nodes by content; a child is referred to by its index."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.index: dict[str, int] = {}

    def add(self, schema: dict[str, Any]) -> int:
        """The index of a node of a definition, its children added before it."""
        node: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
        node |= {short: schema[key] for key, short in RENAMED.items() if key in schema}
        if "properties" in schema:
            node["properties"] = {name: self.add(child) for name, child in schema["properties"].items()}
        if isinstance(schema.get("additionalProperties"), dict):
            node["values"] = self.add(schema["additionalProperties"])
        if isinstance(schema.get("items"), dict):
            node["items"] = self.add(schema["items"])
        return self._index_of(node)

    def copy(self, nodes: list[dict[str, Any]], index: int) -> int:
        """The index of a node of another table, its children added before it."""
        node = dict(nodes[index])
        if "properties" in node:
            node["properties"] = {name: self.copy(nodes, child) for name, child in node["properties"].items()}
        for key in ("values", "items"):
            if key in node:
                node[key] = self.copy(nodes, node[key])
        return self._index_of(node)

    def _index_of(self, node: dict[str, Any]) -> int:
        key = json.dumps(node, sort_keys=True)
        if key not in self.index:
            self.index[key] = len(self.nodes)
            self.nodes.append(node)
        return self.index[key]


def spec_of(definition: Path) -> dict[str, Any]:
    """The schema of ``spec`` in version v1 of a CustomResourceDefinition."""
    found = read(definition).data
    version = next(version for version in found["spec"]["versions"] if version["name"] == "v1")
    spec: dict[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return spec


def definitions(folder: Path) -> dict[str, Path]:
    """Line of releases (``4.5``) → the definition of its newest patch release in ``folder``."""
    found: dict[str, tuple[int, Path]] = {}
    for path in folder.iterdir():
        release = RELEASE.fullmatch(path.name)
        if release and (path / SOURCE).is_file():
            line, patch = release[1], int(release[2])
            found[line] = max(found.get(line, (patch, path / SOURCE)), (patch, path / SOURCE))
    return {line: path for line, (_, path) in found.items()}


def derive(folder: Path, known: dict[str, Any]) -> str:
    """The table as text: ``releases`` (line → index of its spec) and ``nodes``. ``known`` is the table so far."""
    new = definitions(folder)
    table = Table()
    releases = {}
    for line in sorted({*known["releases"], *new}, key=lambda line: [int(part) for part in line.split(".")]):
        releases[line] = (
            table.add(spec_of(new[line])) if line in new else table.copy(known["nodes"], known["releases"][line])
        )
    nodes = ",\n".join(json.dumps(node, separators=(",", ":")) for node in table.nodes)
    return f'{{"releases":{json.dumps(releases)},\n"nodes":[\n{nodes}\n]}}\n'


def fields(table: dict[str, Any], line: str) -> dict[str, dict[str, Any]]:
    """Path of every field of a line's spec (``spec.size``; ``[]``: any entry) → its facts, without its children."""
    found: dict[str, dict[str, Any]] = {}

    def walk(index: int, path: str) -> None:
        node = table["nodes"][index]
        found[path] = {key: value for key, value in node.items() if key not in ("properties", "items", "values")}
        for name, child in node.get("properties", {}).items():
            walk(child, f"{path}.{name}")
        for key in ("items", "values"):
            if key in node:
                walk(node[key], f"{path}[]")

    walk(table["releases"][line], "spec")
    return found


def differences(table: dict[str, Any], older: str, newer: str) -> list[str]:
    """What became of the fields from one line of releases to another, a line each; children of a new field are left
    out.
    """
    before, after = fields(table, older), fields(table, newer)
    lines = []
    for path in sorted(before.keys() | after.keys()):
        parent = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
        if path not in before and parent in before:
            lines.append(f"{path}: new")
        elif path not in after and parent in after:
            lines.append(f"{path}: gone")
        elif path in before and path in after:
            was, now = before[path], after[path]
            changed = [key for key in sorted(was.keys() | now.keys()) if was.get(key) != now.get(key)]
            lines += [f"{path}: {key} {was.get(key, '-')} -> {now.get(key, '-')}" for key in changed]
    return lines


def main() -> None:
    if sys.argv[1] == "--compare":
        print("\n".join(differences(json.loads(TARGET.read_bytes()), *sys.argv[2:4])))
        return
    known = json.loads(TARGET.read_bytes()) if TARGET.is_file() else {"releases": {}, "nodes": []}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(derive(Path(sys.argv[1]), known))


if __name__ == "__main__":
    main()
