"""What is asked of the operator when a secret has changed, which it doesn't notice by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.ako.admission import admit_update
from aerofleet.ako.change import change_of
from aerofleet.findings.effect import Effect
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from tests.fleet.project import EXAMPLE, copy_of

Objects = list[dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_of(EXAMPLE, tmp_path)


def cart(root: Path, **settings: Any) -> Objects:
    """The objects of the example's gold cluster with these settings; the AerospikeCluster first."""
    path = root / "stacks" / "local" / "teams" / "checkout.yaml"
    data = yaml.safe_load(path.read_text())
    data["clusters"]["cart"].update(settings)
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    cell = resolve_cell(root, "local").cell
    assert cell is not None
    return next(
        list(cluster.objects) for team in render_cell(cell).teams for cluster in team.clusters if cluster.name == "cart"
    )


def secrets_of(cluster: dict[str, Any]) -> dict[str, str]:
    return {user["name"]: user["secretName"] for user in cluster["spec"]["aerospikeAccessControl"]["users"]}


def effect(old: dict[str, Any], new: dict[str, Any]) -> Effect:
    assert admit_update(old, new).allowed
    return change_of(old, new).effect


def test_another_generation_of_a_password_is_another_secret(root: Path) -> None:
    before, after = cart(root)[0], cart(root, passwords={"admin": 2, "cart-service": 3})[0]
    assert secrets_of(before) == {
        "admin": "cart.user.admin",
        "exporter": "cart.user.exporter",
        "cart-service": "cart.user.cart-service",
    }
    assert secrets_of(after) == {
        "admin": "cart.user.admin.2",
        "exporter": "cart.user.exporter",
        "cart-service": "cart.user.cart-service.3",
    }
    assert effect(before, after) is Effect.LIVE


def test_the_exporter_reads_its_password_at_start(root: Path) -> None:
    assert effect(cart(root)[0], cart(root, passwords={"exporter": 2})[0]) is Effect.ROLLING_RESTART


def test_a_reconcile_request_touches_no_pod(root: Path) -> None:
    before, after = cart(root)[0], cart(root, reconcileRequest="2026-11")[0]
    assert after["metadata"].pop("annotations") == {"aerofleet.io/reconcile-request": "2026-11"}
    assert after == before


@pytest.mark.parametrize(
    ("how", "kind", "expected"),
    [("warm", "WarmRestart", Effect.WARM_RESTART), ("pod", "PodRestart", Effect.ROLLING_RESTART)],
)
def test_a_restart_that_is_asked_for(how: str, kind: str, expected: Effect, root: Path) -> None:
    before, after = cart(root)[0], cart(root, restart={"how": how, "reason": "feature-key-2026-11"})[0]
    (operation,) = after["spec"]["operations"]
    assert operation["kind"] == kind
    assert len(operation["id"]) <= 20
    assert effect(before, after) is expected
    again = cart(root, restart={"how": how, "reason": "feature-key-2027-05"})[0]
    assert effect(after, again) is expected


def test_the_other_kind_of_restart_is_another_one(root: Path) -> None:
    """The operator refuses another kind under the id of a restart that it knows."""
    warm = cart(root, restart={"how": "warm", "reason": "key"})[0]
    assert effect(warm, cart(root, restart={"how": "pod", "reason": "key"})[0]) is Effect.ROLLING_RESTART
