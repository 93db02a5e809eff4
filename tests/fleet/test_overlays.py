"""Overlays that people write: every mistake at its line, every overlay listed, none ended unnoticed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.findings.catalogue import rule_of, rules
from tests.files.test_mistakes import matches, place_of
from tests.fleet.project import CASES, SHOP, change, copy_of

FOLDER = CASES / "overlays"
FILES = sorted(FOLDER.glob("*.yaml"))
ALL = [case for file in FILES for case in yaml.safe_load(file.read_text()) if "expect" in case]
BESIDE = {"size-short", *(rule.id for rule in rules("policy"))}
"""Rules that the specimen breaks without any overlay, and policies, which have cases of their own."""


@pytest.mark.parametrize("case", [pytest.param(case, id=case["about"]) for case in ALL])
def test_an_overlay_is_judged_at_its_lines(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, case)
    code = main(["check", "--root", str(root), "--format", "json"])
    text = capsys.readouterr().out
    assert "planted-canary" not in text
    findings = [found for found in json.loads(text)["findings"] if found["rule"] not in BESIDE]
    printed = "\n".join(
        f"{place_of(found)} {found['rule']} {found['path']} {found['message']} | {found['remedy']}"
        for found in findings
    )
    wanted = [
        f"{expected.get('file', case['file'])}:{expected['at']} {expected['rule']}" for expected in case["expect"]
    ]
    assert sorted(f"{place_of(found)} {found['rule']}" for found in findings) == sorted(wanted), printed
    for expected in case["expect"]:
        place = f"{expected.get('file', case['file'])}:{expected['at']}"
        assert any(place_of(found) == place and matches(found, expected) for found in findings), (
            f"{expected}\n{printed}"
        )
    severities = {found["severity"] for found in findings}
    assert code == (2 if "error" in severities else 1 if "severe" in severities else 0)


def test_explain_names_the_line_the_owner_and_the_value_below(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    for case in yaml.safe_load((FOLDER / "golden" / "definitions.yaml").read_text()):
        change(root, case)
    assert main(["explain", "shop/cart", "overlay.spec.podSpec.sidecars.audit.image", "--root", str(root)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        'overlay.spec.podSpec.sidecars.audit.image = "registry.here.example.net/audit:1.0.0"',
        "    stacks/here/cell.yaml:33:34  cell",
        "    overlay of @example/site: names of the site's own domain",
        '    over "registry.example.net/audit:1.0.0"  templates/tiers/secure.yaml:13:17  tier secure@1',
    ]
    assert main(["explain", "shop/cart", "overlay.spec.aerospikeConfig", "--root", str(root)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "overlay.spec.aerospikeConfig.service.proto-fd-max = 25000",
        "    templates/tiers/secure.yaml:28:23  tier secure@1",
        "    overlay of @example/databases: an audit of logins that no setting has",
        "    over 20000  templates/tiers/plain.yaml:32:9  built from `service.proto-fd-max`",
        "overlay.spec.aerospikeConfig.namespaces.cart.nsup-period = null",
        "    templates/tiers/secure.yaml:29:39  tier secure@1",
        "    overlay of @example/databases: an audit of logins that no setting has",
        "    over 120  templates/tiers/plain.yaml:26:18  built from `namespaces.cart.config.nsup-period`",
        "overlay.spec.aerospikeConfig.namespaces.cart.evict-tenths-pct = 10",
        "    templates/tiers/secure.yaml:29:58  tier secure@1",
        "    overlay of @example/databases: an audit of logins that no setting has",
    ]


def test_explain_does_not_show_a_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, next(case for case in ALL if case["about"] == "a secret as text"))
    assert main(["explain", "shop/cart", "--root", str(root)]) == 0
    shown = capsys.readouterr().out
    assert "planted-canary" not in shown
    assert 'AUDIT_TOKEN.value = "(a secret as text)"' in shown


ODD: list[Any] = [
    {"rackConfig": {"racks": True}},
    {"rackConfig": 5, "podSpec": [], "aerospikeConfig": "x"},
    {"podSpec": {"tolerations": {"key": "x"}, "sidecars": "{{ cluster }}"}},
    {"podSpec": {"sidecars": [{"name": "{{ cluster }}"}]}},
    {"podSpec": {"sidecars": [{"name": None}], "nodeSelector": {1: 2}}},
    {"storage": {"volumes": [{"name": "workdir", "source": {"persistentVolume": None}}]}},
    {"aerospikeConfig": {"namespaces": [{"name": "cart", "storage-engine": 5}], "network": [], "logging": [[]]}},
    {"size": {"a": 1}, "image": None, "storage": None},
    {"aerospikeAccessControl": {"users": {}, "roles": [None]}, "": ""},
]


@pytest.mark.parametrize("spec", ODD, ids=str)
def test_an_odd_overlay_has_findings_with_a_place(
    spec: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    tier = root / "templates" / "tiers" / "secure.yaml"
    overlay = {"overlay": {"owner": "@example/databases", "reason": "test", "spec": spec}}
    flow = yaml.safe_dump(overlay, default_flow_style=True, width=10_000).strip()[1:-1]
    tier.write_text(f"{tier.read_text()}      {flow}\n")
    assert main(["check", "--root", str(root), "--format", "json"]) in (0, 2)
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert all(found["location"] for found in findings), findings
    assert main(["explain", "shop/cart", "--root", str(root)]) in (0, 2)


def test_every_rule_of_overlays_has_a_case_that_breaks_it() -> None:
    broken = {expected["rule"] for case in ALL for expected in case["expect"]}
    assert {rule.id for rule in rules("cell") if rule.id.startswith("overlay-")} <= broken
    assert rule_of("overlay-protected").severity == "error"
