"""Alert rules, judged by Prometheus' own tool: each is raised by the series that should raise it, and by no other."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.features.alerts.build import RUNBOOK, team_rules, tier_rules, used_limits
from aerofleet.features.alerts.table import ALERTS
from aerofleet.files.cluster.alerts import AlertSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.resolve import resolve_cell
from tests.fleet.project import EXAMPLE, ROOT, with_settings

CASES = yaml.safe_load((ROOT / "tests/cases/alerts/cases.yaml").read_text())
GOLD = {
    "aerofleet_cell": "local",
    "aerofleet_team": "checkout",
    "aerofleet_cluster": "cart",
    "aerofleet_tier": "gold@1",
}
OTHER_TIER = {**GOLD, "aerofleet_tier": "silver@1"}
MINUTES = {alert.name: alert.minutes for alert in ALERTS}
SETTLED_MINUTES = 7
"""After which an expression over the last five minutes is what its series are."""

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)"
)


def with_thresholds(cell: Cell, thresholds: Mapping[str, float]) -> Cell:
    def changed(cluster: Cluster) -> Cluster:
        return replace(cluster, tier=replace(cluster.tier, alert_thresholds=thresholds))

    teams = tuple(replace(team, clusters=tuple(changed(cluster) for cluster in team.clusters)) for team in cell.teams)
    return replace(cell, teams=teams)


@pytest.fixture(scope="module")
def local() -> Cell:
    cell = resolve_cell(EXAMPLE, "local").cell
    assert cell is not None
    return cell


@pytest.fixture(scope="module")
def groups(local: Cell) -> list[dict[str, Any]]:
    """The rules of tier gold, with every threshold given, and the sizes that all teams want."""
    thresholds = {case["setting"]: case["threshold"] for case in CASES if "setting" in case}
    tiers = tier_rules(with_thresholds(local, thresholds))
    gold = [rule for rule in tiers if rule["metadata"]["name"] == "aerospike-gold-1"]
    sizes = [rule for team in local.teams for rule in team_rules(local, team)]
    return [group for rule in (*sizes, *gold) for group in rule["spec"]["groups"]]


def written(labels: Mapping[str, str]) -> str:
    return ",".join(f"{name}='{value}'" for name, value in labels.items())


def probe(case: dict[str, Any], series: dict[str, str], labels: Mapping[str, str], *, raised: bool) -> dict[str, Any]:
    """A promtool test: the alert fires after its time and not before, with the labels that reach people"""
    alert, minutes = case["alert"], MINUTES[case["alert"]]
    mine = written({name: value for name, value in GOLD.items() if name != "aerofleet_tier"})
    count = f"count(ALERTS{{alertname='{alert}',alertstate='firing',{mine}}})"
    at = {minutes - 1: False} if minutes > 1 else {}
    at[minutes + SETTLED_MINUTES] = raised
    return {
        "interval": "1m",
        "input_series": [
            {"series": name.replace("{l}", written(labels)), "values": values} for name, values in series.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"{count} > bool 0 or vector(0)",
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": "{}", "value": int(there)}],
            }
            for minute, there in at.items()
        ],
    }


@needs_promtool
def test_each_alert_is_raised_when_it_should_and_only_then(groups: list[dict[str, Any]], tmp_path: Path) -> None:
    tests = [
        test
        for case in CASES
        for test in (
            probe(case, case["raises"], GOLD, raised=True),
            probe(case, case["quiet"], GOLD, raised=False),
            # The cluster itself is of tier gold: series of another tier's clusters are no sign of it.
            *([probe(case, case["raises"], OTHER_TIER, raised=False)] if case["raises"] else []),
        )
    ]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups}))
    (tmp_path / "tests.yaml").write_text(
        yaml.safe_dump({"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": tests})
    )
    done = subprocess.run(
        ["promtool", "test", "rules", "tests.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_a_case() -> None:
    assert {alert.name for alert in ALERTS} == {case["alert"] for case in CASES}


def test_every_threshold_that_can_be_given_belongs_to_an_alert() -> None:
    can_be_given = {field.alias for field in AlertSettings.model_fields.values()}
    assert can_be_given == {alert.setting for alert in ALERTS} - {""}
    assert can_be_given == {case["setting"] for case in CASES if "setting" in case}


def test_a_threshold_that_a_tier_does_not_give_makes_no_alert(local: Cell) -> None:
    rules = tier_rules(with_thresholds(local, {"dataUsedPct": 50}))
    assert rules
    for rule in rules:
        named = {alert["alert"] for alert in rule["spec"]["groups"][0]["rules"]}
        assert "AerospikeDataUsed" in named
        assert named == {alert.name for alert in ALERTS if alert.setting in ("", "dataUsedPct")}


def test_each_cluster_says_how_many_nodes_it_shall_have(local: Cell) -> None:
    recorded = {
        (rule["labels"]["aerofleet_team"], rule["labels"]["aerofleet_cluster"]): rule["expr"]
        for team in local.teams
        for manifest in team_rules(local, team)
        for rule in manifest["spec"]["groups"][0]["rules"]
    }
    assert recorded == {(cluster.team, cluster.name): f"vector({cluster.size})" for cluster in local.clusters}


def test_a_cluster_without_an_exporter_is_not_watched(local: Cell) -> None:
    teams = tuple(
        replace(team, clusters=tuple(with_settings(cluster, exporter=None) for cluster in team.clusters))
        for team in local.teams
    )
    assert not tier_rules(replace(local, teams=teams))
    assert not [rule for team in teams for rule in team_rules(local, team)]


def test_people_are_warned_before_the_writes_stop(local: Cell) -> None:
    for cluster in local.clusters:
        for namespace in cluster.settings.namespaces:
            stop = namespace.storage_config["stop-writes-used-pct"]
            assert cluster.tier.alert_thresholds["dataUsedPct"] < stop, cluster.name


def test_every_alert_has_its_place_in_the_runbook(local: Cell) -> None:
    sections = re.findall(r"^## (\w+)$", (ROOT / RUNBOOK).read_text(), re.MULTILINE)
    assert sections == [alert.name for alert in ALERTS]
    anchors = {f"{RUNBOOK}#{name.lower()}" for name in sections}
    rules = [rule for manifest in tier_rules(local) for rule in manifest["spec"]["groups"][0]["rules"]]
    assert rules
    assert {rule["annotations"]["runbook"] for rule in rules} <= anchors


@pytest.mark.parametrize(
    ("stop_writes", "limit"),
    [(None, "vector(50.0)"), (84, "vector(60.0)"), (0, "vector(71.4)"), ("lots", "vector(50.0)")],
)
def test_the_limit_of_data_follows_where_writes_stop(stop_writes: object, limit: str, local: Cell) -> None:
    """Two copies in three racks of two: the loss of a node gives its neighbours 1.4 times what they had. The limit 0
    is off; what is no number is refused by `check`, and does not end it.
    """
    cart = next(cluster for cluster in local.clusters if cluster.name == "cart")
    config = {} if stop_writes is None else {"stop-writes-used-pct": stop_writes}
    (namespace,) = cart.settings.namespaces
    tier = replace(cart.tier, alert_thresholds={"usedOfLimitPct": 85})
    other = namespace.model_copy(update={"storage_config": config})
    changed = with_settings(replace(cart, tier=tier), namespaces=(other,))
    assert next(used_limits(local, changed))["expr"] == limit
