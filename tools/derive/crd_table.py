"""Derive `aerofleet/ako/data/crd.json` from the operator's CustomResourceDefinitions of AerospikeCluster.

    python -m tools.derive.crd_table FOLDER
    python -m tools.derive.crd_table --compare 4.4 4.5

FOLDER has a folder for each operator release (``4.5.0/asdb.aerospike.com_aerospikeclusters.yaml``). Releases that are
in the table and not in FOLDER stay unchanged, so the folder of one new release is enough. A patch release replaces the
earlier patch release of its line. Folders whose name is not three numbers are ignored.

The second form prints how the fields differ between two lines of releases.

The table has facts only: types, bounds, choices, defaults, list keys, and where unknown fields are kept. Equal nodes
are stored once.
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
    """The distinct nodes; a node refers to its children by their index."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.index: dict[str, int] = {}

    def add(self, schema: dict[str, Any]) -> int:
        """Add a node of a definition after its children; return its index."""
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
        """Add a node of another table after its children; return its index."""
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
    """Return the schema of ``spec`` in version v1 of a CustomResourceDefinition."""
    versions = read(definition).data["spec"]["versions"]
    version = next(version for version in versions if version["name"] == "v1")
    spec: dict[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return spec


def definitions(folder: Path) -> dict[str, Path]:
    """Return line of releases (``4.5``) → the file of its newest patch release in ``folder``."""
    newest: dict[str, tuple[int, Path]] = {}
    for path in folder.iterdir():
        release = RELEASE.fullmatch(path.name)
        if release and (path / SOURCE).is_file():
            line, patch = release[1], int(release[2])
            newest[line] = max(newest.get(line, (patch, path / SOURCE)), (patch, path / SOURCE))
    return {line: path for line, (_, path) in newest.items()}


def derive(folder: Path, known: dict[str, Any]) -> str:
    """Return the table as JSON: ``releases`` (line → index of its spec) and ``nodes``. ``known``: the table so far."""
    paths = definitions(folder)
    table = Table()
    releases = {}
    for line in sorted({*known["releases"], *paths}, key=lambda line: [int(part) for part in line.split(".")]):
        releases[line] = (
            table.add(spec_of(paths[line])) if line in paths else table.copy(known["nodes"], known["releases"][line])
        )
    nodes = ",\n".join(json.dumps(node, separators=(",", ":")) for node in table.nodes)
    return f'{{"releases":{json.dumps(releases)},\n"nodes":[\n{nodes}\n]}}\n'


def fields(table: dict[str, Any], line: str) -> dict[str, dict[str, Any]]:
    """Return path of every field of a line's spec (``spec.size``; ``[]``: any entry) → its facts, without children."""
    facts: dict[str, dict[str, Any]] = {}

    def walk(index: int, path: str) -> None:
        node = table["nodes"][index]
        facts[path] = {key: value for key, value in node.items() if key not in ("properties", "items", "values")}
        for name, child in node.get("properties", {}).items():
            walk(child, f"{path}.{name}")
        for key in ("items", "values"):
            if key in node:
                walk(node[key], f"{path}[]")

    walk(table["releases"][line], "spec")
    return facts


def differences(table: dict[str, Any], older: str, newer: str) -> list[str]:
    """Return a line for every field that is new, gone or changed between two lines of releases, without the children
    of a new or removed field. Raises SystemExit if the table lacks a line.
    """
    for line in (older, newer):
        if line not in table["releases"]:
            raise SystemExit(f"the table has no line of releases {line}; it has {', '.join(table['releases'])}")
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
    folder = Path(sys.argv[1])
    if not folder.is_dir() or not definitions(folder):
        raise SystemExit(f"{folder} has no folder of a release, such as {folder}/4.5.0, with {SOURCE} in it")
    known = json.loads(TARGET.read_bytes()) if TARGET.is_file() else {"releases": {}, "nodes": []}
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(derive(folder, known))


if __name__ == "__main__":
    main()
