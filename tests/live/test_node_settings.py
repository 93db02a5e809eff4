"""The settings of running servers, asked with the real client library."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.drift.cell import Definitions, LiveObjects
from aerofleet.drift.node_settings import Section, sections_of
from aerofleet.findings import Finding
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.live.database_health import Access, UnansweredError
from aerofleet.live.drift import drift_of_nodes, rolled_out
from aerofleet.live.node_settings import command_of, settings_of_nodes
from aerofleet.manifests import render_cell
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import key_of
from tests.drift.live_objects import clean
from tests.fleet.project import SHOP
from tests.live.info_server import InfoServer, info_server

NODE = "BB9000000000001"
SERVICE, NETWORK = "get-config:context=service", "get-config:context=network"
NAMESPACE = "get-config:context=namespace;namespace=session"
ANSWERS = {
    SERVICE: "proto-fd-max=15000;migrate-threads=1;service-threads=40;node-id=BB9000000000001",
    NETWORK: "service.port=3000;heartbeat.interval=150;fabric.port=3001",
    NAMESPACE: "replication-factor=2;default-ttl=0;storage-engine=memory;storage-engine.defrag-lwm-pct=50",
}


def one_node_cluster() -> dict[str, Any]:
    """Return `session` with one node, as it is on the API server."""
    cell = resolve_cell(SHOP, "here").cell
    assert cell is not None
    objects = render_cell(cell).objects()
    made = copy.deepcopy(next(one for one in objects if is_cluster(one) and one["metadata"]["name"] == "session"))
    made["spec"] |= {"size": 1, "rackConfig": {}}
    made["spec"]["aerospikeConfig"] = {
        "service": {"proto-fd-max": 15000},
        "network": {"service": {"port": 3000}, "heartbeat": {"port": 3002}, "fabric": {"port": 3001}},
        "namespaces": [{"name": "session", "storage-engine": {"type": "memory", "data-size": 1073741824}}],
    }
    return clean(made)


def served(live: dict[str, Any], server: InfoServer) -> dict[str, Any]:
    """Return the cluster, whose pod announces the server."""
    (pod,) = live["status"]["pods"].values()
    pod |= {"podIP": "127.0.0.1", "podPort": server.port}
    pod["aerospike"] = {"nodeID": NODE.lower(), "rackID": 0, "accessEndpoints": [f"127.0.0.1:{server.port}"]}
    return live


def drift(live: dict[str, Any]) -> list[Finding]:
    definitions = Definitions("here", "4.5.0", [("here", live)], "here", {"shop": "here"})
    return list(drift_of_nodes(definitions, LiveObjects({key_of(live): live}, {}, rolled_out([live])), Access()))


def test_a_node_with_its_settings_has_no_drift() -> None:
    with info_server(NODE, ANSWERS) as server:
        assert drift(served(one_node_cluster(), server)) == []
        assert {SERVICE, NETWORK, NAMESPACE} <= set(server.asked)


def test_a_setting_of_a_node_is_found() -> None:
    changed = {**ANSWERS, NAMESPACE: ANSWERS[NAMESPACE].replace("defrag-lwm-pct=50", "defrag-lwm-pct=75")}
    with info_server(NODE, changed) as server:
        (finding,) = drift(served(one_node_cluster(), server))
    assert finding.rule == "drift-live-setting"
    assert finding.path == "spec.aerospikeConfig.namespaces[session].storage-engine.defrag-lwm-pct"
    assert "is 75 at the node session-0-0, and 50 by the default of its version" in finding.message


def test_a_node_that_can_not_be_reached_is_unknown() -> None:
    with info_server(NODE, ANSWERS) as server:
        live = served(one_node_cluster(), server)
    (finding,) = drift(live)
    assert (finding.rule, finding.severity) == ("drift-unknown", "warning")
    assert "no seed answered" in finding.message


def test_a_node_that_refuses_is_unknown() -> None:
    with info_server(NODE, {**ANSWERS, NETWORK: "ERROR:4:bad"}) as server:
        (finding,) = drift(served(one_node_cluster(), server))
    assert finding.rule == "drift-unknown"
    assert "a node did not answer get-config:context=network: bad" in finding.message


def test_a_node_that_is_missing_is_unknown() -> None:
    live = one_node_cluster()
    with info_server(NODE, ANSWERS) as server:
        served(live, server)
        live["status"]["pods"]["session-0-1"] = {"aerospike": {"nodeID": "BB9000000000002"}}
        with pytest.raises(UnansweredError, match="1 of 2 nodes answer: session-0-1"):
            settings_of_nodes(live, cluster_of(live), Access())


def test_a_cluster_without_pods_has_nobody_to_ask() -> None:
    live = one_node_cluster()
    live["status"]["pods"] = {}
    assert drift(live) == []


def test_a_roll_out_under_way_is_not_compared() -> None:
    live = one_node_cluster()
    live["status"]["phase"] = "InProgress"
    (finding,) = drift(live)
    assert "the roll-out is not over" in finding.message


def test_servers_before_7_2_name_a_namespace_by_its_id() -> None:
    assert command_of(Section("namespace", "cart"), "7.1.0.4").endswith("context=namespace;id=cart")
    assert command_of(Section("namespace", "cart"), "7.2.0.1").endswith("context=namespace;namespace=cart")
    assert command_of(Section("set", "cart", "items"), "8.1.1.1") == "sets/cart/items"


def test_a_set_that_a_node_does_not_know_is_no_drift() -> None:
    live = one_node_cluster()
    for part in (live["spec"], live["status"]):
        part["aerospikeConfig"]["namespaces"][0]["sets"] = [{"name": "carts", "stop-writes-count": 5}]
    with info_server(NODE, {**ANSWERS, "sets/session/carts": "ERROR:4:no set"}) as server:
        assert drift(served(live, server)) == []


def test_sets_of_the_configuration_are_asked_for() -> None:
    live = one_node_cluster()
    live["spec"]["aerospikeConfig"]["namespaces"][0]["sets"] = [{"name": "carts", "stop-writes-count": 5}]
    assert Section("set", "session", "carts") in sections_of(cluster_of(live))
    shown = "ns=session:set=carts:objects=3:stop-writes-count=9:disable-eviction=false:enable-index=false;"
    with info_server(NODE, {**ANSWERS, "sets/session/carts": shown}) as server:
        live = served(live, server)
        live["status"]["aerospikeConfig"] = live["spec"]["aerospikeConfig"]
        live["status"]["rackConfig"] = live["spec"]["rackConfig"]
        (finding,) = drift(live)
    assert finding.path == "spec.aerospikeConfig.namespaces[session].sets[carts].stop-writes-count"
    assert "set-config:context=namespace;namespace=session;set=carts;stop-writes-count=5" in finding.remedy
