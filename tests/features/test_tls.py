"""Plain ports and TLS of a cluster: alone, and side by side on the way from one to the other.

`python -m tests.features.test_tls` writes the golden file anew.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.analysis.cell import CellAnalysis, analyse_cell
from aerofleet.analysis.change import ObjectChange, analyse_change
from aerofleet.features.tls.rules import RULES
from aerofleet.files.choices import NetworkProfile
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.inventory import endpoints
from aerofleet.fleet.network_profiles import PROFILES
from aerofleet.live.database_health import Access
from aerofleet.live.wait import own_access, seeds
from tests.fleet.project import CASES, change
from tests.manifests.golden import Plain, golden_project
from tests.manifests.test_golden import differences

FOLDER = CASES / "tls"
GOLDEN = FOLDER / "golden" / "both.yaml"
SECURITY = {"plain": "{tls: false}", "both": "{tls: true, plainPorts: true}", "tls": "{tls: true}"}
"""The three states of a cluster."""
WITHOUT_ADMIN_PORT, WITH_ADMIN_PORT = "older", "stable"
"""Channels of the golden cell."""
OF_PORTS = {"tls-goes", "plain-text-goes", "policy-closes-early", "load-balancer-changes", "admin-port-goes"}
PATH: list[dict[str, Any]] = yaml.safe_load((FOLDER / "path.yaml").read_text())
CHECKED: list[dict[str, Any]] = yaml.safe_load((FOLDER / "rules.yaml").read_text())
ALL_PROFILES = pytest.mark.parametrize("profile", list(NetworkProfile))
BOTH_SERVERS = pytest.mark.parametrize("channel", [WITHOUT_ADMIN_PORT, WITH_ADMIN_PORT])


@cache
def analysed(
    security: str, channel: str = WITH_ADMIN_PORT, profile: NetworkProfile = NetworkProfile.POD, further: str = ""
) -> CellAnalysis:
    """Analyse the golden cell with another `security` of shop/cart."""
    with tempfile.TemporaryDirectory() as folder:
        root = golden_project(Path(folder))
        stack = "stacks/golden"
        change(root, {"file": f"{stack}/cell.yaml", "replace": "network: pod", "by": f"network: {profile.value}"})
        tier, grants = "    tier: gold@1\n", "service.proto-fd-max, channel]"
        by = f"{tier}    channel: {channel}\n    security: {security}\n    {further}\n"
        change(root, {"file": f"{stack}/teams/shop.yaml", "replace": tier, "by": by})
        change(
            root, {"file": f"{stack}/tenants.yaml", "replace": grants, "by": f"security, network, service, {grants}"}
        )
        return analyse_cell(root, "golden")


def resolved(analysis: CellAnalysis) -> Cluster:
    assert analysis.resolution.cell is not None, analysis.findings
    return next(cluster for cluster in analysis.resolution.cell.clusters if cluster.key == "shop/cart")


def objects(analysis: CellAnalysis) -> list[dict[str, Any]]:
    assert analysis.rendered is not None, analysis.findings
    team = next(team for team in analysis.rendered.teams if team.name == "shop")
    return list(next(cluster.objects for cluster in team.clusters if cluster.name == "cart"))


def kind(analysis: CellAnalysis, name: str) -> dict[str, Any]:
    return next(manifest for manifest in objects(analysis) if manifest["kind"] == name)


def step(case: dict[str, Any], channel: str, profile: NetworkProfile) -> ObjectChange:
    """Return what the change from one state of the cluster to another does."""
    before, after = (objects(analysed(SECURITY[case[side]], channel, profile)) for side in ("from", "to"))
    (changed,) = analyse_change(before, after).clusters
    return changed


@ALL_PROFILES
@BOTH_SERVERS
@pytest.mark.parametrize("case", PATH, ids=lambda case: f"{case['from']} to {case['to']}")
def test_each_step_of_the_path_is_admitted_and_no_jump(
    case: dict[str, Any], channel: str, profile: NetworkProfile
) -> None:
    changed, has_admin = step(case, channel, profile), channel == WITH_ADMIN_PORT
    wanted = case.get("effect-with-admin", case["effect"]) if has_admin else case["effect"]
    assert str(changed.effect) == wanted, changed.reasons
    refusals = [reason for reason in changed.reasons if reason.severity == "error"]
    if "refused" in case:
        sections = ("service", "heartbeat", "fabric", *(("admin",) if has_admin else ()))
        paths = {f"spec.aerospikeConfig.network.{section}.{case['refused']}" for section in sections}
        assert {(reason.rule, reason.path) for reason in refusals} == {("port-frozen", path) for path in paths}
        assert all("`security: {tls: true, plainPorts: true}`" in reason.message for reason in refusals)
        return
    assert refusals == []
    hazards = {*case["hazards"], *case.get("hazards-with-balancer", ())}
    hazards |= set(case.get("hazards-with-admin", ())) if has_admin else set()
    hazards |= set(case.get("hazards-with-policies", ())) if PROFILES[profile].policies != "none" else set()
    assert {hazard.rule for hazard in changed.hazards} & OF_PORTS == hazards


@BOTH_SERVERS
@pytest.mark.parametrize("state", SECURITY)
def test_a_state_has_the_same_ports_from_wherever_it_is_reached(state: str, channel: str) -> None:
    """The operator never lets a port change, and a definition does not know its history."""
    network = kind(analysed(SECURITY[state], channel), "AerospikeCluster")["spec"]["aerospikeConfig"]["network"]
    found = {
        name: {key: port[key] for key in ("port", "tls-port") if key in port}
        for name, port in network.items()
        if name != "tls"
    }
    ports = resolved(analysed(SECURITY[state], channel)).ports
    plain = {"service": ports.service, "heartbeat": ports.heartbeat, "fabric": ports.fabric, "admin": ports.admin}
    tls = {
        "service": ports.tls_service,
        "heartbeat": ports.tls_heartbeat,
        "fabric": ports.tls_fabric,
        "admin": ports.admin,
    }
    has_admin = channel == WITH_ADMIN_PORT and state != "both"
    wanted = {
        name: {
            **({"port": plain[name]} if state != "tls" else {}),
            **({"tls-port": tls[name]} if state != "plain" else {}),
        }
        for name in ("service", "heartbeat", "fabric", *(("admin",) if has_admin else ()))
    }
    assert found == wanted


@pytest.mark.parametrize("case", CHECKED, ids=lambda case: case["about"])
def test_check_says_what_both_kinds_of_ports_mean(case: dict[str, Any]) -> None:
    analysis = analysed(case["security"], case["channel"], further=case.get("further", ""))
    rules = {rule.id for rule in RULES}
    found = [finding for finding in analysis.findings if finding.rule in rules]
    assert [(finding.rule, finding.path) for finding in found] == [(e["rule"], e["path"]) for e in case["expect"]]
    for finding, expected in zip(found, case["expect"], strict=True):
        assert expected["says"] in finding.message
        assert finding.location is not None
        assert finding.location.file == "stacks/golden/teams/shop.yaml"
    assert [finding for finding in analysis.findings if finding.severity == "error"] == []


def test_a_server_that_enforces_best_practices_does_not_start_without_its_admin_port() -> None:
    """`check` says it before the step is made."""
    both = SECURITY["both"]
    findings = analysed(both, further="service: {enforce-best-practices: true}").findings
    assert "best-practices-admin-port" in {finding.rule for finding in findings if finding.severity == "error"}


def test_clients_may_use_either_port_and_nodes_all_of_them() -> None:
    both = analysed(SECURITY["both"])
    ports = resolved(both).ports
    own, operator, clients, _prometheus = (
        {port["port"] for port in rule["ports"]} for rule in kind(both, "NetworkPolicy")["spec"]["ingress"]
    )
    assert operator == clients == {ports.service, ports.tls_service}
    assert own == clients | {ports.fabric, ports.tls_fabric, ports.heartbeat, ports.tls_heartbeat}


def test_the_exporter_uses_tls_so_that_the_next_step_leaves_its_container_alone() -> None:
    both, tls = (kind(analysed(SECURITY[state]), "AerospikeCluster")["spec"]["podSpec"] for state in ("both", "tls"))
    assert both == tls


def test_clients_outside_find_the_cluster_by_its_plain_port_until_the_last_step() -> None:
    balancers = [
        kind(analysed(SECURITY[state]), "AerospikeCluster")["spec"]["seedsFinderServices"]["loadBalancer"]
        for state in SECURITY
    ]
    port = resolved(analysed(SECURITY["both"])).ports.service
    assert [balancer.get("port") for balancer in balancers] == [None, port, None]
    assert [balancer.get("targetPort") for balancer in balancers] == [None, port, None]


def test_the_outputs_of_a_stack_have_both_endpoints() -> None:
    plain, both, tls = (endpoints(resolved(analysed(security))) for security in SECURITY.values())
    assert both == {**tls, "plainEndpoint": plain["endpoint"]}
    assert set(tls) == {"endpoint", "tlsName"}


def test_nodes_are_asked_by_tls_with_an_authority_and_by_the_plain_port_without() -> None:
    config = kind(analysed(SECURITY["both"]), "AerospikeCluster")["spec"]["aerospikeConfig"]
    pod = {"aerospike": {"accessEndpoints": ["192.0.2.7:3020"], "tlsAccessEndpoints": ["192.0.2.7:3023"]}}
    live = {"status": {"pods": {"cart-1-0": pod}}}
    secured, plain = (own_access(config, Access(ca_file=file)) for file in (Path("ca.pem"), None))
    assert (secured.tls_name, plain.tls_name) == (config["network"]["service"]["tls-name"], "")
    assert seeds(live, tls=secured.ca_file is not None) == [("192.0.2.7", 3023)]
    assert seeds(live, tls=plain.ca_file is not None) == [("192.0.2.7", 3020)]


def test_the_objects_are_the_golden_ones() -> None:
    found = list(differences(GOLDEN.read_text(), objects(analysed(SECURITY["both"]))))
    assert not found, "\n".join(found)


if __name__ == "__main__":
    GOLDEN.write_text(yaml.dump_all(objects(analysed(SECURITY["both"])), Dumper=Plain, sort_keys=False, width=120))
