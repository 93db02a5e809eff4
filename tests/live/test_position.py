"""At which step is a roll-out? Statuses and pods as the server has them, and every step list walked through."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.forecast.model import Forecast, ForecastStep
from aerofleet.forecast.text import what_happens
from aerofleet.live.position import COMES, GOES, Position, entries_of, forecast_of_live, position_of
from tests.ako.test_rollout_steps import cases as rollout_cases
from tests.forecast import test_steps
from tests.live.test_rollout import merge

FILE = yaml.safe_load((Path(__file__).parents[1] / "cases/rollout/positions.yaml").read_text())
WALKED = [
    pytest.param(param.values[0], id=f"{name}-{param.id}")
    for name, params in (("forecast", test_steps.cases()), ("rollout", rollout_cases()))
    for param in params
    if param.values[0]["to"] is not None and not param.values[0].get("edits")
]


def pod_object(pod: dict[str, Any]) -> dict[str, Any]:
    """A Pod in short: ``name``, ``ready``, ``revision`` and ``going``."""
    metadata: dict[str, Any] = {"name": pod["name"], "namespace": "shop"}
    metadata["labels"] = {"aerospike.com/cr": "cart", "controller-revision-hash": pod.get("revision", "a")}
    if pod.get("going"):
        metadata["deletionTimestamp"] = "2026-11-29T10:00:00Z"
    ready = {"type": "Ready", "status": "True" if pod.get("ready", True) else "False"}
    return {"kind": "Pod", "metadata": metadata, "status": {"phase": "Running", "conditions": [ready]}}


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["about"])
def test_position(case: dict[str, Any]) -> None:
    live = merge(FILE["base"], case.get("live", {}))
    before = merge(FILE["base"], case["first"]) if "first" in case else None
    pods = [pod_object(pod) for pod in case.get("pods", ())]
    first = entries_of(before, [pod_object(pod) for pod in case.get("firstPods", ())]) if before else None
    found = position_of(forecast_of_live(live), live["spec"]["image"], entries_of(live, pods), first)
    assert str(found) == case["says"]


# --- every step list, walked through ------------------------------------------------------------------------------


class Walk:
    """A cluster that goes through the steps of a forecast."""

    def __init__(self, forecast: Forecast) -> None:
        self.forecast = forecast
        first = {pod: step for step in reversed(forecast.steps) for pod in step.pods}
        self.pods = {pod: "old" for pod, step in first.items() if step.kind not in COMES}
        self.away: set[str] = set()
        self.first = self.entries()

    def entries(self) -> dict[str, dict[str, Any]]:
        return {
            pod: {
                "image": spec,
                "aerospikeConfigHash": f"{pod.rpartition('-')[0]} {spec}",
                "serves": pod not in self.away,
            }
            for pod, spec in self.pods.items()
        }

    def begin(self, step: ForecastStep) -> None:
        self.away = {*step.pods} if step.kind != "live" else set()
        if step.kind in COMES:
            self.pods |= dict.fromkeys(step.pods, "new")
        if step.kind == "live" and len(step.pods) > 1:
            self.pods[step.pods[0]] = "new"

    def end(self, step: ForecastStep) -> None:
        self.away = set()
        for pod in step.pods:
            if step.kind in GOES:
                del self.pods[pod]
            else:
                self.pods[pod] = "new"

    def position(self, *, with_first: bool = True) -> Position:
        found = position_of(self.forecast, "new", self.entries(), self.first if with_first else None)
        assert found is not None
        return found


@pytest.mark.parametrize("case", WALKED)
def test_every_step_is_seen(case: dict[str, Any]) -> None:
    forecast = test_steps.forecast(case)
    changed = Counter(pod for step in forecast.steps for pod in step.pods)
    if forecast.outcome != "completed" or not forecast.steps or max(changed.values(), default=0) > 1:
        return
    walk = Walk(forecast)
    without_pods = 0
    for number, step in enumerate(forecast.steps, 1):
        before = walk.position()
        # Nothing shows that a step without pods is done, before the next one begins.
        assert before.step in range(number - without_pods, number + 1)
        assert walk.position(with_first=False).step <= before.step
        if not step.pods:
            without_pods += 1
            continue
        walk.begin(step)
        if step.kind != "live" or len(step.pods) > 1:
            assert (walk.position().step, walk.position().now) == (number, what_happens(step))
            assert walk.position(with_first=False).step <= number
            assert {*step.pods} & {*walk.position().pods_left}
        walk.end(step)
        without_pods = 0
    assert walk.position().pods_left == ()
    assert walk.position().step > len(forecast.steps) - without_pods
