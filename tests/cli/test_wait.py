"""`aerofleet wait`: what it asks the nodes of a cluster with. The rest is asked of a real API server (tests/engine)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import wait as verb
from aerofleet.cli.wait import own_access, report, wait
from aerofleet.stack.cluster_api import ClusterUnreachableError
from aerofleet.stack.database_health import Access

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


def test_a_stack_without_clusters_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    report({}, "text")
    assert "no clusters in this stack" in capsys.readouterr().out


class RestartingServer:
    """Answers, is away for one request, answers again; the cluster is there from the second answer on."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        self.answers = list(answers)

    def list(self, *_kind: str) -> tuple[tuple[dict[str, Any], ...], str]:
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


def test_a_server_that_restarts_meanwhile_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "ASK_AGAIN_SECONDS", 0)
    assert watched(UNDER_WAY, None, GONE) == {("shop", "cart"): "wrong"}


def test_a_server_that_never_answered_is_told_at_once() -> None:
    with pytest.raises(ClusterUnreachableError):
        watched(None)
