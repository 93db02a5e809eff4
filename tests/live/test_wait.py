"""Waiting for a roll-out without a server: access to nodes, lost connections, progress. The rest: tests/engine."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from aerofleet.live import wait as waiting
from aerofleet.live.cluster_api import ClusterUnreachableError
from aerofleet.live.database_health import Access
from aerofleet.live.rollout import Progress, Rollout
from aerofleet.live.wait import own_access, wait
from aerofleet.live.wait_report import ProgressWriter, as_text

GIVEN = Access("watcher", Path("password"), Path("ca.pem"))


@pytest.mark.parametrize(
    ("service", "sections", "asked"),
    [
        ({}, {}, Access()),
        ({}, {"security": {}}, Access("watcher", Path("password"))),
        ({"tls-name": "cart.shop"}, {}, Access(ca_file=Path("ca.pem"), tls_name="cart.shop")),
        (
            {"tls-name": "ledger.pay"},
            {"security": {}},
            Access("watcher", Path("password"), Path("ca.pem"), "ledger.pay"),
        ),
    ],
)
def test_each_cluster_is_asked_as_its_own_settings_say(
    service: dict[str, Any], sections: dict[str, Any], asked: Access
) -> None:
    assert own_access({"network": {"service": service}, **sections}, GIVEN) == asked


def test_without_a_certificate_the_plain_port_is_asked() -> None:
    assert own_access({"network": {"service": {"tls-name": "cart.shop"}}}, Access()) == Access()


def test_a_stack_without_clusters_is_named_as_such() -> None:
    assert "no clusters in this stack" in as_text({})


class RestartingServer:
    """Answers, is away for one request, answers again; the cluster is there from the second answer on. ``pods``: None
    where who asks may not see them.
    """

    def __init__(self, *answers: dict[str, Any] | None, pods: tuple[dict[str, Any], ...] | None = ()) -> None:
        self.answers = list(answers)
        self.pods = pods

    def list(self, *kind: str) -> tuple[tuple[dict[str, Any], ...], str]:
        if kind[1] == "Pod":
            if self.pods is None:
                raise ClusterUnreachableError("Forbidden")
            return self.pods, "1"
        answer = self.answers.pop(0)
        if answer is None:
            raise ClusterUnreachableError("connection refused")
        return (answer,), "1"

    def wait_for_change(self, *_kind: str, timeout_seconds: int) -> None: ...


UNDER_WAY = {"metadata": {"namespace": "shop", "name": "cart"}, "spec": {"size": 1}}
GONE = {"metadata": {"namespace": "shop", "name": "other"}}


def watched(*answers: dict[str, Any] | None) -> dict[tuple[str, str], str]:
    desired = {("shop", "cart"): {"metadata": UNDER_WAY["metadata"], "spec": {"size": 1}}}
    found = wait(RestartingServer(*answers), desired, 600, Access(), show=lambda verdicts: None)
    return {key: verdict.progress.value for key, verdict in found.items()}


def crashing(cluster: str) -> dict[str, Any]:
    metadata = {"name": f"{cluster}-1-0", "namespace": "shop", "labels": {"aerospike.com/cr": cluster}}
    status = {"containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}
    return {"kind": "Pod", "metadata": metadata, "status": status}


@pytest.mark.parametrize(
    ("pods", "progress", "reason"),
    [
        ((), "running", "phase not set"),
        ((crashing("other"),), "running", "phase not set"),
        ((crashing("cart"),), "stuck", "failed: cart-1-0 (CrashLoopBackOff); phase not set"),
        (None, "running", "phase not set"),
    ],
)
def test_a_pod_that_has_failed_is_named(pods: Any, progress: str, reason: str) -> None:
    desired = {("shop", "cart"): {"metadata": UNDER_WAY["metadata"], "spec": {"size": 1}}}
    server: Any = RestartingServer(UNDER_WAY, pods=pods)
    verdict = wait(server, desired, 0, Access(), show=lambda verdicts: None)["shop", "cart"]
    assert verdict.progress.value == progress
    assert verdict.reason.startswith(reason)


def test_a_server_that_restarts_meanwhile_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "ASK_AGAIN_SECONDS", 0)
    assert watched(UNDER_WAY, None, GONE) == {("shop", "cart"): "wrong"}


def test_a_server_that_never_answered_is_told_at_once() -> None:
    with pytest.raises(ClusterUnreachableError):
        watched(None)


RUNNING, DONE = Progress.RUNNING, Progress.DONE
CART, RATES = ("shop", "cart"), ("shop", "rates")


def test_a_line_tells_what_a_cluster_waits_for_and_another_one_each_change() -> None:
    stream = io.StringIO()
    show = ProgressWriter(stream)
    for cart, rates in (
        (Rollout(RUNNING, "phase InProgress, spec.image is not yet in the status"), Rollout(DONE, "2 pods")),
        (Rollout(RUNNING, "phase InProgress, spec.image is not yet in the status"), Rollout(DONE, "2 pods")),
        (Rollout(RUNNING, "17 partitions still migrate (seen by a)"), Rollout(DONE, "2 pods")),
        (Rollout(RUNNING, "9 partitions still migrate (seen by a)"), Rollout(DONE, "2 pods; paused")),
        (Rollout(DONE, "2 nodes agree"), Rollout(DONE, "2 pods; paused")),
    ):
        show({CART: cart, RATES: rates})
    assert stream.getvalue() == (
        "1 of 2 rolled out; shop/cart: running: phase InProgress, spec.image is not yet in the status\n"
        "1 of 2 rolled out; shop/cart: running: 17 partitions still migrate (seen by a)\n"
        "2 of 2 rolled out; shop/cart: done: 2 nodes agree\n"
    )
