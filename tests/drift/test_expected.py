"""What the operator's webhook fills in is no drift of the cluster that it completes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from aerofleet.ako.cluster import cluster_of
from aerofleet.drift.compare import compared
from aerofleet.drift.expected import completed
from tests.fleet.project import CASES

OPERATOR = "4.5.0"
CLUSTERS = sorted((CASES / "ako" / "clusters").glob("*.yaml"))


def differences(written: dict[str, Any], live: dict[str, Any]) -> list[str]:
    return [str(one.path) for one in compared(completed(written, OPERATOR), completed(live, OPERATOR))]


def of_spec(spec: dict[str, Any]) -> dict[str, Any]:
    head = {"apiVersion": "asdb.aerospike.com/v1", "kind": "AerospikeCluster"}
    return {**head, "metadata": {"name": "cart", "namespace": "shop"}, "spec": spec}


@pytest.mark.parametrize("path", CLUSTERS, ids=lambda path: path.stem)
def test_a_completed_cluster_is_the_written_one(path: Any) -> None:
    written = yaml.safe_load(path.read_text())
    live = {**written, "spec": copy.deepcopy(cluster_of(copy.deepcopy(written)).spec)}
    assert differences(written, live) == []


CONFIG = {
    "service": {},
    "network": {"service": {"port": 3000}, "heartbeat": {"port": 3002}, "fabric": {"port": 3001}},
    "namespaces": [{"name": "a", "storage-engine": {"type": "memory", "data-size": 1073741824}}],
}


def with_ldap(pattern: str) -> dict[str, Any]:
    ldap = {"user-dn-pattern": pattern}
    return of_spec({"size": 1, "aerospikeConfig": {**CONFIG, "security": {"ldap": ldap}}})


def test_the_escapes_of_the_webhook_are_no_difference() -> None:
    assert differences(with_ldap("uid=${un},ou=x"), with_ldap("uid=$${_DNE}{un},ou=x")) == []
    assert differences(with_ldap("uid=${un},ou=x"), with_ldap("uid=$${_DNE}{un},ou=y")) != []


def test_a_zero_that_the_server_drops_is_its_default() -> None:
    written = of_spec({"size": 1, "aerospikeConfig": CONFIG, "storage": {"cleanupThreads": 0}})
    live = of_spec({"size": 1, "aerospikeConfig": CONFIG, "storage": {"cleanupThreads": 1}})
    assert differences(written, live) == []


@pytest.mark.parametrize(
    ("wanted", "found", "is_same"),
    [
        ({"limits": {"cpu": "4000m"}}, {"limits": {"cpu": "4"}}, True),
        ({"limits": {"memory": "32768Mi"}}, {"limits": {"memory": "32Gi"}}, True),
        ({"limits": {"cpu": "4"}}, {"limits": {"cpu": "5"}}, False),
        ({"version": "1.0"}, {"version": "1"}, False),
        ({"paused": False}, {}, True),
        ({"automountServiceAccountToken": False}, {}, False),
        ({"aerospikeConfig": {"x": False}}, {"aerospikeConfig": {}}, False),
        ({"ingress": []}, {}, True),
        ({"ingress": [{}]}, {"ingress": []}, False),
        ({"port": 1}, {"port": True}, False),
        ({"list": [{"name": "a"}, {"name": "b"}]}, {"list": [{"name": "b"}, {"name": "a"}]}, False),
    ],
)
def test_what_the_api_server_writes_otherwise(wanted: Any, found: Any, is_same: bool) -> None:
    assert (not list(compared(wanted, found))) is is_same
