"""Which pods have failed, how many the operator ignores, and how short a rack is while its revision is replaced."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.failed_pods import failed_pods, ignored_and_blocking
from aerofleet.ako.reasons.scale import revision_shortage
from tests.ako.specimen import cases, cluster


def pod(name: str, cluster: str = "cache", namespace: str = "shop", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, "labels": {"aerospike.com/cr": cluster}}
    return {"kind": "Pod", "metadata": metadata, "status": {"phase": "Failed"}, **more}


@pytest.mark.parametrize("case", cases("failed_pods"), ids=lambda case: case["why"])
def test_a_pod_has_failed_as_the_operator_sees_it(case: dict[str, Any]) -> None:
    found = pod("cache-1-0", status=case["status"])
    if case.get("deleted"):
        found["metadata"]["deletionTimestamp"] = "2026-11-28T00:00:00Z"
    assert failed_pods([found], "cache", "shop") == ({"cache-1-0"} if case["failed"] else set())


def test_only_pods_of_the_cluster_count() -> None:
    others = [pod("a-1-0", cluster="a"), pod("cache-1-1", namespace="b"), pod("cache-1-2", kind="Job")]
    assert failed_pods([pod("cache-1-0"), *others], "cache", "shop") == {"cache-1-0"}


@pytest.mark.parametrize(
    ("edit", "failed", "ignored"),
    [
        ({}, ["cache-1-0"], []),
        ({"spec.rackConfig.maxIgnorablePods": 1}, ["cache-1-0", "cache-1-1", "cache-3-0"], ["cache-1-0", "cache-3-0"]),
        ({"spec.rackConfig.maxIgnorablePods": "50%"}, ["cache-2-0"], ["cache-2-0"]),
        ({"spec.rackConfig.maxIgnorablePods": "40%"}, ["cache-2-0"], []),
        ({"spec.rackConfig.racks[1]": {"id": 4}}, ["cache-2-0", "cache-2-1"], ["cache-2-0", "cache-2-1"]),
        (
            {"spec.rackConfig.racks[1].forceBlockFromRoster": True},
            ["cache-2-0", "cache-2-1"],
            ["cache-2-0", "cache-2-1"],
        ),
        ({"spec.rackConfig.racks[1].revision": "v2"}, ["cache-2-0"], []),
    ],
)
def test_the_operator_ignores_as_many_as_it_is_allowed(
    edit: dict[str, Any], failed: list[str], ignored: list[str]
) -> None:
    found = ignored_and_blocking(frozenset(failed), cluster_of(cluster("memory", edit)))
    assert found == (ignored, [name for name in failed if name not in ignored])


@pytest.mark.parametrize(
    ("size", "edit", "short"),
    [
        (6, {}, 1),
        (9, {}, 0),
        (3, {}, 1),
        (6, {"spec.rackConfig.rollingUpdateBatchSize": 2}, 2),
        (9, {"spec.rackConfig.rollingUpdateBatchSize": 2}, 1),
        (9, {"spec.rackConfig.rollingUpdateBatchSize": "34%"}, 1),
        (9, {"spec.rackConfig.rollingUpdateBatchSize": "33%"}, 0),
    ],
)
def test_a_rack_is_short_while_its_revision_is_replaced(size: int, edit: dict[str, Any], short: int) -> None:
    old, new = (
        cluster_of(cluster("memory", changes))
        for changes in ({}, {"spec.size": size, "spec.rackConfig.racks[0].revision": "v2", **edit})
    )
    assert revision_shortage(old, new, new.racks[0]) == short
    assert revision_shortage(old, new, new.racks[1]) is None
