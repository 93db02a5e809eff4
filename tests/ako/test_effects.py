"""The effect table, line by line, both ways, on pairs judged by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from aerofleet.ako.change import change_of
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.status import finished_status
from aerofleet.findings.effect import Effect
from tests.ako.specimen import GONE, cases, cluster, edited

PAIRS = cases("effects")
Edit = dict[str, Any]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['effect']}: {pair['why']}")
def test_a_change_has_the_effect_judged_by_hand(pair: dict[str, Any]) -> None:
    was = pair.get("was", {})
    running = finished_status(cluster_of(cluster(pair["base"], pair["running"]))) if "running" in pair else None
    if "failed" in pair:
        running = replace(finished_status(cluster_of(cluster(pair["base"], was))), failed=frozenset(pair["failed"]))
    change = change_of(cluster(pair["base"], was), cluster(pair["base"], was, pair["to"]), status=running)
    reasons = [(str(reason.effect), reason.path, reason.message) for reason in change.reasons]
    assert str(change.effect) == pair["effect"], reasons
    assert bool(change.reasons) == (change.effect != Effect.NONE)
    assert change.effect == max((reason.effect for reason in change.reasons), default=Effect.NONE)


def test_every_effect_is_judged_often() -> None:
    counts = Counter(pair["effect"] for pair in PAIRS)
    assert len(PAIRS) >= 80
    assert min(counts[str(effect)] for effect in Effect) >= 10


@pytest.mark.parametrize(
    ("to", "named"),
    [
        ({"spec.brandNew": 1}, "spec.brandNew"),
        ({"spec.podSpec.priorityClassName": "high"}, "spec.podSpec.priorityClassName"),
        (
            {"spec.podSpec.sidecars": [{"name": "a", "image": "a:1", "imagePullPolicy": "Maybe"}]},
            "spec.podSpec.sidecars[0].imagePullPolicy",
        ),
        ({"spec.aerospikeConfig.service.made-up": 1}, "spec.aerospikeConfig.service.made-up"),
        ({"spec.storage.volumes[3].source.nfs": {"server": "a"}}, "spec.storage.volumes[3].source.nfs"),
    ],
)
def test_what_no_rule_knows_is_named_and_counts_as_data_at_risk(to: dict[str, Any], named: str) -> None:
    change = change_of(cluster("device"), cluster("device", to))
    unknown = [reason for reason in change.reasons if reason.rule.startswith("unknown")]
    assert [(reason.effect, reason.path) for reason in unknown] == [(Effect.DATA_AT_RISK, named)]


def test_a_parameter_that_the_new_server_lacks_has_no_default_to_go_back_to() -> None:
    image = "spec.image"
    path = "spec.aerospikeConfig.namespaces[0].evict-sys-memory-pct"
    written = cluster("device", {image: "aerospike-server-enterprise:7.0.0.26", path: 70})
    change = change_of(written, edited(written, {image: "aerospike-server-enterprise:7.1.0.23", path: GONE}))
    messages = [reason.message for reason in change.reasons if reason.path.endswith(".evict-sys-memory-pct")]
    assert messages == ["70 goes: the new server has no such parameter, needs a restart of the server"]


UNTABLED = {"spec.image": "aerospike-server-enterprise:99.0.0.0"}
"""A server version that the tables do not have."""


@pytest.mark.parametrize(
    ("was", "to", "named"),
    [
        ({}, {"spec.aerospikeConfig.service.brand-new": 1}, ["spec.aerospikeConfig.service.brand-new"]),
        ({}, {"spec.aerospikeConfig.service.auto-pin": "brand-new"}, ["spec.aerospikeConfig.service.auto-pin"]),
        ({"spec.aerospikeConfig.service.auto-pin": "brand-new"}, {"spec.aerospikeConfig.service.proto-fd-max": 9}, []),
        (
            {},
            {"spec.rackConfig.racks": [{"id": 1}], "spec.aerospikeConfig.service.brand-new": 1},
            ["spec.aerospikeConfig.service.brand-new"],
        ),
    ],
)
def test_what_a_server_without_data_may_know_is_named(was: Edit, to: Edit, named: list[str]) -> None:
    change = change_of(cluster("device", UNTABLED, was), cluster("device", UNTABLED, was, to))
    unknown = [reason for reason in change.reasons if reason.rule.startswith("unknown")]
    assert [(reason.effect, reason.path) for reason in unknown] == [(Effect.DATA_AT_RISK, path) for path in named]


@pytest.mark.parametrize(
    ("own", "to", "rule", "key"),
    [
        (
            [{"name": "b", "storage-engine": {"type": "device", "devices": ["/dev/spare"]}}],
            GONE,
            "namespace-removed",
            "{b}",
        ),
        (
            [{"name": "orders", "nsup-period": 60}],
            {"namespaces": [{"name": "orders", "nsup-period": 60, "storage-engine": {"evict-used-pct": 9}}]},
            "evicts",
            "{orders}.storage-engine.evict-used-pct",
        ),
    ],
)
def test_what_a_rack_says_itself_is_named_there(own: list[Any], to: Any, rule: str, key: str) -> None:
    was = {"spec.rackConfig.racks": [{"id": 1}, {"id": 2, "aerospikeConfig": {"namespaces": own}}]}
    edit = {"spec.rackConfig.racks[1].aerospikeConfig": to}
    change = change_of(cluster("device", was), cluster("device", was, edit))
    paths = [reason.path for reason in change.reasons if reason.rule == rule]
    assert paths == [f"spec.rackConfig.racks[1].aerospikeConfig.namespaces.{key}"]


def test_a_refusal_says_what_would_be_right() -> None:
    change = change_of(cluster("device"), cluster("device", {"spec.storage.volumes[2]": GONE}))
    refusals = [reason.message for reason in change.reasons if reason.effect == Effect.REFUSED]
    assert [message.partition(";")[0] for message in refusals] == ["persistent volume spare is removed"]
    assert "only a new `revision` of the rack in rackConfig takes it" in refusals[0]


def test_what_the_operator_writes_itself_is_not_told() -> None:
    plain_goes = {"spec.aerospikeConfig.network.service.port": GONE}
    change = change_of(cluster("secure"), cluster("secure", plain_goes))
    assert [reason.path for reason in change.reasons] == ["spec.aerospikeConfig.network.service.port"]
