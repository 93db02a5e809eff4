"""Each rule of preflight, with a server that breaks it and one that does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.findings import Finding
from aerofleet.findings.catalogue import rules
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.live.preflight import OPERATOR_VERSION, preflight
from aerofleet.manifests import render_cell
from tests.fleet.project import CASES, SHOP, change, copy_of

ALL = yaml.safe_load((CASES / "preflight" / "cases.yaml").read_text())
Object = dict[str, Any]


@dataclass
class CompleteServer:
    """A server with all that the cell needs, except for the changes of a case (tests/cases/preflight/cases.yaml)."""

    cell: Cell
    version_: str = "1.35.4"
    nodes: Mapping[str, Object | None] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    release: str = ""
    owned: Object | None = None

    def version(self) -> str:
        return self.version_

    def serves(self, api_version: str, kind: str) -> bool:
        return kind not in self.unknown

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Object | None:
        annotations = {OPERATOR_VERSION: self.release} if self.release else {}
        return None if name in self.absent else {"metadata": {"name": name, "annotations": annotations}}

    def labels(self, api_version: str, kind: str, namespace: str) -> dict[str, Mapping[str, str]]:
        if kind in ("Secret", "ConfigMap"):
            references = (reference for cluster in self.cell.clusters for reference in cluster.secrets)
            extra = (volume for cluster in self.cell.clusters for volume in cluster.settings.extra_volumes)
            mounted = (volume.secret if kind == "Secret" else volume.config_map for volume in extra)
            names = {*(reference.name for reference in references), *filter(None, mounted)}
            return {name: {} for name in names if name not in self.absent}
        if self.owned is None or kind != self.owned["kind"]:
            return {}
        objects = (manifest for manifest in render_cell(self.cell).objects() if manifest["kind"] == kind)
        name = next(manifest["metadata"]["name"] for manifest in objects)
        return {name: self.owned["labels"]}

    def list(self, api_version: str, kind: str) -> tuple[tuple[Object, ...], str]:
        registered = {
            host.name: {
                "metadata": {"name": host.name, "labels": {"kubernetes.io/hostname": host.name}},
                "spec": {"taints": [taint.model_dump(mode="json") for taint in pool.taints]},
            }
            for pool in self.cell.pools
            for host in pool.hosts
        }
        patched: dict[str, Object | None] = {**registered}
        for name, patch in self.nodes.items():
            patched[name] = None if patch is None else merged(registered.get(name, {"metadata": {"name": name}}), patch)
        return tuple(node for node in patched.values() if node is not None), "1"


def merged(node: Object, patch: Object) -> Object:
    """Return the Node with the patch's keys in its metadata, spec and status; other keys of a patch are a mistake."""
    sections = ("metadata", "spec", "status")
    assert patch.keys() <= set(sections), f"a patch of a Node has {', '.join(sections)}, this one {sorted(patch)}"
    return {section: {**node.get(section, {}), **patch.get(section, {})} for section in sections}


def is_expected(finding: Finding, expected: Mapping[str, Any]) -> bool:
    kind, name = expected["subject"]
    assert finding.subject is not None
    return (
        (finding.rule, finding.severity, finding.path)
        == (expected["rule"], expected["severity"], expected.get("path", ""))
        and finding.subject.kind == kind
        and finding.subject.name.startswith(name)
        and finding.message.startswith(expected["message"])
        and finding.remedy != ""
    )


@pytest.mark.parametrize("case", [pytest.param(case, id=case["about"]) for case in ALL])
def test_preflight(case: dict[str, Any], tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    if "file" in case:
        change(root, case)
    cell = resolve_cell(root, "here").cell
    assert cell is not None
    server = {("version_" if key == "version" else key): value for key, value in case.get("server", {}).items()}
    findings = preflight(cell, render_cell(cell), CompleteServer(cell, **server))
    assert [finding.rule for finding in findings] == [expected["rule"] for expected in case.get("expect", ())]
    for finding, expected in zip(findings, case.get("expect", ()), strict=True):
        assert is_expected(finding, expected), finding


def test_every_rule_of_preflight_has_a_case() -> None:
    broken = {expected["rule"] for case in ALL for expected in case.get("expect", ())}
    wanted = {rule.id for rule in rules("live") if rule.id.startswith("preflight-")}
    assert sorted(wanted - broken) == [], "write a case in tests/cases/preflight/cases.yaml"
    assert sorted(broken - wanted) == [], "tests/cases/preflight/cases.yaml has cases of rules that preflight has not"
