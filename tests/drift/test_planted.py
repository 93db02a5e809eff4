"""Each planted kind of drift is found, named with its path, and nothing else; a clean cell has none."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
import yaml

from aerofleet.ako.cluster import cluster_of
from aerofleet.drift.cell import LiveObjects, cell_drift
from aerofleet.drift.node_settings import NodeSettings, Section, node_drift
from aerofleet.drift.path import Entry, Path
from aerofleet.findings import Finding
from aerofleet.findings.catalogue import rules
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import StackName
from aerofleet.live.drift import definitions_of, rolled_out
from aerofleet.manifests import render_cell
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import key_of, label_of, name_of
from tests.drift.live_objects import changed, clean, kept_by_operator, value_of
from tests.fleet.project import CASES, SHOP

ALL = yaml.safe_load((CASES / "drift" / "planted.yaml").read_text())
PLANTED_KINDS = 20
"""At least so many kinds of drift have a case."""


@cache
def cell() -> Cell:
    found = resolve_cell(SHOP, "here").cell
    assert found is not None
    return found


DEFINITIONS = definitions_of(cell(), render_cell(cell()), StackName("here"))


def path_of(written: list[Any]) -> Path:
    return tuple(Entry(step[1:-1]) if str(step).startswith("[") else step for step in written)


def findings_of(case: dict[str, Any]) -> list[Finding]:
    objects = {key_of(made): clean(made) for _, made in DEFINITIONS.objects}
    clusters = [one for one in objects.values() if is_cluster(one)]
    objects |= {key_of(one): one for cluster in clusters for one in kept_by_operator(cluster)}
    by_label = {label_of(one): key for key, one in objects.items()}
    for path, value in case.get("set", ()):
        key = by_label[case["object"]]
        objects[key] = changed(objects[key], path_of(path), value_of(value), case.get("by"))
    if "delete" in case:
        del objects[by_label[case["delete"]]]
    if "add" in case:
        objects[key_of(case["add"])] = case["add"]
    unread = {tuple(case["unread"]["kind"]): case["unread"]["reason"]} if "unread" in case else {}
    live = LiveObjects(objects, unread, rolled_out(objects.values()))
    return [*cell_drift(DEFINITIONS, live), *of_nodes(case, clusters)]


def of_nodes(case: dict[str, Any], clusters: list[dict[str, Any]]) -> list[Finding]:
    if "nodes" not in case:
        return []
    live = next(one for one in clusters if name_of(one) == case["cluster"])
    nodes = [
        NodeSettings(pod, int(pod.rsplit("-", 2)[1]), {section_of(name): answers for name, answers in sections.items()})
        for pod, sections in {**{pod: {} for pod in live["status"]["pods"]}, **case["nodes"]}.items()
    ]
    return node_drift(cluster_of(live), nodes)


def section_of(written: str) -> Section:
    return Section(*written.split())


@pytest.mark.parametrize("case", [pytest.param(case, id=case["about"]) for case in ALL])
def test_planted(case: dict[str, Any]) -> None:
    findings = findings_of(case)
    expected = case.get("expect", [])
    assert [(one.rule, one.severity, one.path) for one in findings] == [
        (one["rule"], one["severity"], one["path"]) for one in expected
    ], findings
    for finding, wanted in zip(findings, expected, strict=True):
        text = f"{finding.message}. {finding.remedy}"
        assert [part for part in wanted["has"] if part not in text] == [], text
        assert finding.remedy
        assert str(finding.subject)


def test_twenty_kinds_are_planted() -> None:
    kinds = {case["kind"] for case in ALL if case.get("expect")}
    assert len(kinds) >= PLANTED_KINDS


def test_every_rule_has_a_case() -> None:
    planted = {one["rule"] for case in ALL for one in case.get("expect", ())}
    assert planted == {rule.id for rule in rules("live") if rule.id.startswith("drift-")}


def test_no_message_has_a_secret() -> None:
    case = {
        "object": "AerospikeCluster aerospike-shop/cart",
        "set": [[["spec", "podSpec", "sidecars", "[exporter]", "env", "[AS_AUTH_PASSWORD]", "value"], "canary-7f3e"]],
        "by": {"manager": "kubectl-edit"},
    }
    (finding,) = findings_of(case)
    assert finding.path.endswith("env[AS_AUTH_PASSWORD].value")
    assert not re.search("canary", f"{finding.message} {finding.remedy}")
