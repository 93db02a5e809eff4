"""What a cluster may ask for beyond its tier: it shows in its custom resource, and leaves no trace where it is not."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from aerofleet.ako.admission import admit_create
from aerofleet.features.secrets.build import cluster_secrets, team_secrets
from aerofleet.files.cell import SecretStore
from aerofleet.files.choices import NetworkProfile
from aerofleet.files.cluster.access import RoleSettings
from aerofleet.files.cluster.rollout import RestartSettings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.manifests.aerospike_cluster import aerospike_cluster
from aerofleet.manifests.cell import render_cluster, render_pool
from tests.fleet.project import SHOP, change, copy_of, with_settings
from tests.manifests.golden import resolved

ABSENT = object()


def cell() -> Cell:
    return resolved(NetworkProfile.POD)


def gold() -> Cluster:
    return next(cluster for cluster in cell().clusters if cluster.tier.name == "gold")


def at(value: Any, path: str) -> Any:
    """``podSpec.sidecars``; ABSENT where there is nothing."""
    return reduce(lambda inner, key: inner.get(key, ABSENT) if inner is not ABSENT else ABSENT, path.split("."), value)


def spec_of(cluster: Cluster) -> dict[str, Any]:
    built = aerospike_cluster(cell(), cluster)
    operations = built["spec"].pop("operations", None)  # refused for a cluster that is not there yet
    assert admit_create(built).allowed
    spec: dict[str, Any] = built["spec"]
    return {**spec, "operations": operations} if operations else spec


def test_a_cluster_is_paused_by_its_settings_or_an_upgrade() -> None:
    assert at(spec_of(gold()), "paused") is ABSENT
    assert at(spec_of(replace(gold(), paused=True)), "paused") is True


def test_a_long_reason_to_restart_is_still_an_id_that_the_operator_takes() -> None:
    ids = {
        spec_of(
            with_settings(gold(), restart=RestartSettings(how="warm", reason=f"passwords rotated, change {number}"))
        )["operations"][0]["id"]
        for number in range(2)
    }
    assert len(ids) == 2
    assert all(len(rack_id) <= 20 for rack_id in ids)


def test_a_rack_that_is_rebuilt_says_so() -> None:
    racks = tuple(replace(rack, revision="b") for rack in gold().racks)
    assert [rack["revision"] for rack in spec_of(replace(gold(), racks=racks))["rackConfig"]["racks"]] == ["b"] * 3
    assert not any("revision" in rack for rack in spec_of(gold())["rackConfig"]["racks"])


def test_a_role_has_quotas_where_they_are_given() -> None:
    few = RoleSettings(name="few", privileges=("read",), readQuota=10, writeQuota=20)
    roles = (few, RoleSettings(name="many", privileges=("read",)))
    cluster = replace(gold(), users=gold().users[:2])
    settings = {"roles": roles, "access_control_config": {"enable-quotas": True}}
    few, many = spec_of(with_settings(cluster, **settings))["aerospikeAccessControl"]["roles"]
    assert few == {"name": "few", "privileges": ["read"], "readQuota": 10, "writeQuota": 20}
    assert many == {"name": "many", "privileges": ["read"]}


def test_pods_stand_no_taint_where_there_is_none() -> None:
    assert "tolerations" not in spec_of(replace(gold(), tolerations=()))["podSpec"]


def test_pods_stay_on_the_hosts_of_their_pool() -> None:
    """By the label that the platform itself gives these hosts, whatever else the pool's hosts are labelled with."""
    labels = {pool.name: render_pool(cell(), pool).node_patches[0]["metadata"]["labels"] for pool in cell().pools}
    for cluster in cell().clusters:
        selector = spec_of(cluster)["podSpec"]["nodeSelector"]
        assert [pool for pool, of_host in labels.items() if selector.items() <= of_host.items()] == [
            cluster.settings.pool
        ]


def test_a_cluster_without_metrics_has_nothing_of_the_exporter() -> None:
    users = tuple(user for user in gold().users if user.name != "exporter")
    without = with_settings(replace(gold(), users=users), exporter=None)
    built = render_cluster(cell(), without).objects
    assert "PodMonitor" not in {manifest["kind"] for manifest in built}
    spec = built[0]["spec"]
    assert "sidecars" not in spec["podSpec"]
    assert "tls-authority" not in {volume["name"] for volume in spec["storage"]["volumes"]}
    policy = next(manifest for manifest in built if manifest["kind"] == "NetworkPolicy")
    ports = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
    assert gold().ports.exporter not in ports


def test_a_registry_that_asks_for_a_login_gets_one_without_a_restart(tmp_path: Path) -> None:
    """By the ServiceAccount of the pods: the custom resource stays as it is."""
    root = copy_of(SHOP, tmp_path)
    before = shop(root)
    change(
        root, {"file": "stacks/here/cell.yaml", "replace": "  channels:\n", "by": "  pullSecret: true\n  channels:\n"}
    )
    after = shop(root)
    new = [manifest for manifest in after if manifest not in before]
    assert sorted({manifest["kind"] for manifest in new}) == ["ExternalSecret", "ServiceAccount"]
    account, secret = (
        next(manifest for manifest in new if manifest["kind"] == kind) for kind in ("ServiceAccount", "ExternalSecret")
    )
    assert account["imagePullSecrets"] == [{"name": secret["metadata"]["name"]}]
    assert secret["spec"]["target"]["template"] == {"type": "kubernetes.io/dockerconfigjson"}
    assert secret["spec"]["data"] == [
        {
            "secretKey": ".dockerconfigjson",
            "remoteRef": {"key": "databases/platform/registry", "property": "dockerconfigjson"},
        }
    ]


def shop(root: Path) -> list[dict[str, Any]]:
    found = resolve_cell(root, "here")
    assert found.cell is not None, found.findings
    return list(render_cell(found.cell).objects())


def test_secrets_that_are_there_already_are_not_fetched() -> None:
    other = replace(cell(), secret_store=SecretStore(kind="existing"))
    assert not [secret for cluster in other.clusters for secret in cluster_secrets(other, cluster)]
    assert not [secret for team in other.teams for secret in team_secrets(other, team)]
