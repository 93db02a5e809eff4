"""Alert rules, judged by Prometheus' own tool: each is raised by the series that should raise it, and by no other."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.manifests.prometheus_rule import ALERTS, prometheus_rules
from aerofleet.model import resolve_cell

ROOT = Path(__file__).parents[2]
CASES = yaml.safe_load((ROOT / "tests/cases/alerts/cases.yaml").read_text())
LABELS = "aerofleet_cell='local',aerofleet_team='t',aerofleet_cluster='c',aerofleet_tier='gold@1'"
OTHER_TIER = LABELS.replace("gold@1", "silver@1")

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)"
)


@pytest.fixture(scope="module")
def groups() -> list[dict[str, Any]]:
    """The rules of tier gold, with every threshold given."""
    cell = resolve_cell(ROOT, "local").cell
    assert cell is not None
    thresholds = {case["setting"]: case["threshold"] for case in CASES if "setting" in case}
    teams = tuple(
        replace(
            team,
            clusters=tuple(
                replace(cluster, tier=replace(cluster.tier, alert_thresholds=thresholds)) for cluster in team.clusters
            ),
        )
        for team in cell.teams
    )
    rules = prometheus_rules(replace(cell, teams=teams))
    found: list[dict[str, Any]] = next(
        rule["spec"]["groups"] for rule in rules if rule["metadata"]["name"] == "aerospike-gold-1"
    )
    return found


def series(case: dict[str, Any], kind: str, labels: str) -> list[dict[str, str]]:
    return [{"series": name.replace("{l}", labels), "values": values} for name, values in case[kind].items()]


def probe(case: dict[str, Any], kind: str, labels: str, *, raised: bool) -> dict[str, Any]:
    """A promtool test: after a quarter of an hour and more, is the alert there?"""
    expression = f"count(ALERTS{{alertname='{case['alert']}',alertstate='firing'}}) > bool 0 or vector(0)"
    sample = {"labels": "{}", "value": 1 if raised else 0}
    return {
        "interval": "1m",
        "input_series": series(case, kind, labels),
        "promql_expr_test": [{"expr": expression, "eval_time": "19m", "exp_samples": [sample]}],
    }


@needs_promtool
def test_each_alert_is_raised_when_it_should_and_only_then(groups: list[dict[str, Any]], tmp_path: Path) -> None:
    tests = [
        each
        for case in CASES
        for each in (
            probe(case, "raises", LABELS, raised=True),
            probe(case, "quiet", LABELS, raised=False),
            probe(case, "raises", OTHER_TIER, raised=False),
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
    assert {alert.setting for alert in ALERTS} - {""} == {case["setting"] for case in CASES if "setting" in case}


def test_a_threshold_that_a_tier_does_not_give_makes_no_alert() -> None:
    cell = resolve_cell(ROOT, "local").cell
    assert cell is not None
    rules = {rule["metadata"]["name"]: rule["spec"]["groups"][0]["rules"] for rule in prometheus_rules(cell)}
    named = {name: {rule["alert"] for rule in found} for name, found in rules.items()}
    assert "AerospikeReadLatency" in named["aerospike-gold-1"]
    assert not any("AerospikeXdrLag" in found for found in named.values())
