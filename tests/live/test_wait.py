"""Waiting for a roll-out without a server: access to nodes, lost connections, progress. The rest: tests/engine."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.forecast.model import NamespaceData
from aerofleet.forecast.rates import DEFAULT_RATES
from aerofleet.live import wait as waiting
from aerofleet.live.cluster_api import ClusterUnreachableError
from aerofleet.live.database_health import Access
from aerofleet.live.rollout import Progress, Rollout
from aerofleet.live.wait import Positions, own_access, wait
from aerofleet.live.wait_report import ProgressWriter, as_json, as_text
from tests.live.test_rollout import merge

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


BASE = yaml.safe_load((Path(__file__).parents[1] / "cases/rollout/positions.yaml").read_text())["base"]


def test_progress_is_a_line_for_each_step() -> None:
    config = {"spec": {"aerospikeConfig": {"service": {"proto-fd-max": 20000}}}, "metadata": {"generation": 2}}
    changed = [{"cart-1-1": {"aerospikeConfigHash": "new1"}}, {"cart-1-0": {"aerospikeConfigHash": "new1"}}]
    answers = [merge(BASE, config)]
    for pods in (*changed, {}):
        answers.append(merge(answers[-1], {"status": {"pods": pods}}))
    stream = io.StringIO()
    with pytest.raises(IndexError):  # no more answers
        wait(RestartingServer(*answers), {("shop", "cart"): answers[0]}, 600, Access(), ProgressWriter(stream))
    reason = "phase InProgress, spec.aerospikeConfig is not yet in the status"
    waits = "the operator waits until no data moves and the nodes agree"
    assert stream.getvalue().splitlines() == [
        f"0 of 1 rolled out; shop/cart: running: {line}; {reason}"
        for line in (
            "step 1 of 4: not begun, as far as the pods show, then cart-1-1 restarts its server; 4 of 4 pods left",
            f"step 2 of 4: {waits}, then cart-1-0 restarts its server; 3 of 4 pods left",
            f"step 3 of 4: {waits}, then cart-2-1 restarts its server; 2 of 4 pods left",
        )
    ]


def test_with_the_declared_data_the_time_that_is_left_is_named() -> None:
    live = merge(BASE, {"spec": {"podSpec": {"tolerations": [{"key": "a"}]}}})
    load = {"cart": NamespaceData(1_000_000, 1_000)}
    running = Rollout(RUNNING, "phase InProgress")
    found = Positions(lambda name: (load if name == "shop/cart" else None, DEFAULT_RATES))
    position = found.added(CART, running, live, ()).position
    assert position is not None and position.seconds is not None and 0 < position.seconds.low < position.seconds.high
    assert " 4 of 4 pods left, " in str(position) and str(position).endswith("min")


def test_an_edit_on_the_way_is_another_roll_out() -> None:
    old = merge(BASE, {"spec": {"podSpec": {"tolerations": [{"key": "a"}]}}, "metadata": {"generation": 2}})
    new = merge(BASE, {"spec": {"size": 2}, "metadata": {"generation": 3}})
    positions, running = Positions(), Rollout(RUNNING, "phase InProgress")
    found = [positions.added(CART, running, live, ()).position for live in (old, new)]
    assert [(one.step, one.steps) for one in found if one] == [(1, 4), (1, 2)]


def test_a_roll_out_that_has_ended_has_no_position() -> None:
    done = Rollout(DONE, "2 pods match")
    assert Positions().added(CART, done, BASE, ()) is done
    assert Positions().added(CART, Rollout(RUNNING, "phase not set"), None, ()).position is None


def test_json_has_the_position() -> None:
    live = merge(BASE, {"spec": {"size": 2}})
    rollout = Positions().added(CART, Rollout(RUNNING, "phase InProgress"), live, ())
    (printed,) = json.loads(as_json({CART: rollout}))["clusters"]
    assert printed["position"] == {
        "step": 1,
        "steps": 2,
        "now": "not begun, as far as the pods show",
        "next": "cart-1-1 leaves for good",
        "podsLeft": ["cart-1-1", "cart-2-1"],
        "pods": 2,
        "seconds": None,
        "blocked": "",
    }


def test_no_line_has_control_characters() -> None:
    stream = io.StringIO()
    ProgressWriter(stream)({CART: Rollout(RUNNING, "a\x1b[31m\rb")})
    assert stream.getvalue() == "0 of 1 rolled out; shop/cart: running: a\\x1b[31m\\rb\n"
