"""Derive `aerofleet/ako/data/crd.json` from the operator's CustomResourceDefinition of AerospikeCluster.

    python -m tools.derive.crd_table FOLDER_OF_CRDS

Facts only: types, bounds, choices, defaults, list keys, where unknown fields are kept. Equal nodes are stored once.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml

TARGET = Path(__file__).resolve().parents[2] / "aerofleet/ako/data/crd.json"
SOURCE = "asdb.aerospike.com_aerospikeclusters.yaml"
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
        node: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
        node |= {short: schema[key] for key, short in RENAMED.items() if key in schema}
        if "properties" in schema:
            node["properties"] = {name: self.add(child) for name, child in schema["properties"].items()}
        if isinstance(schema.get("additionalProperties"), dict):
            node["values"] = self.add(schema["additionalProperties"])
        if isinstance(schema.get("items"), dict):
            node["items"] = self.add(schema["items"])
        key = json.dumps(node, sort_keys=True)
        if key not in self.index:
            self.index[key] = len(self.nodes)
            self.nodes.append(node)
        return self.index[key]


def derive(folder: Path) -> str:
    """The table as text: ``operator`` (the release the CRD says it is of), ``root`` (index), ``nodes``."""
    definition = yaml.load((folder / SOURCE).read_bytes(), Loader=yaml.CSafeLoader)
    version = next(version for version in definition["spec"]["versions"] if version["name"] == "v1")
    table = Table()
    root = table.add(version["schema"]["openAPIV3Schema"])
    rows = ",\n".join(json.dumps(node, separators=(",", ":")) for node in table.nodes)
    return f'{{"root":{root},\n"nodes":[\n{rows}\n]}}\n'


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(derive(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
