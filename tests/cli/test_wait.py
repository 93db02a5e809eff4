"""`aerofleet wait`: what it asks the nodes of a cluster with. The rest is asked of a real API server (tests/engine)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli.wait import own_access, report
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
