"""The steps of a change as text: what `aerofleet diff --format steps` prints."""

from __future__ import annotations

from aerofleet.analysis.change import analyse_change
from aerofleet.analysis.formats.steps import as_steps
from tests.ako.specimen import cluster


def test_each_cluster_has_its_steps() -> None:
    old = cluster("device", {"spec.size": 2})
    new = cluster("device", {"spec.size": 2}, {"spec.podSpec.tolerations": [{"key": "db", "operator": "Exists"}]})
    printed = as_steps(analyse_change([old], [new]))
    assert [line.partition(";")[0] for line in printed.splitlines()] == [
        "shop/orders: 2 pods in 2 steps, never below 1 copy, at least 2.5 min",
        "  step 1: rack 0: orders-0-1 is rebuilt",
        "  step 2: rack 0: orders-0-0 is rebuilt",
    ]


def test_a_change_without_a_step_says_so() -> None:
    assert as_steps(analyse_change([cluster("device")], [cluster("device")])) == "shop/orders: no step\n"
    assert as_steps(analyse_change([], [])) == "no cluster has a step\n"
