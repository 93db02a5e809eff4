"""The steps that a reader counts, on cases judged by hand, and laws of the grouping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.rollout.acts import Edit, PhaseChange, Repeat, SetConfig, Wait
from aerofleet.forecast.build import forecast_of
from aerofleet.forecast.model import Forecast, ForecastStep
from tests.ako.specimen import cluster
from tests.ako.test_rollout_steps import cases as rollout_cases
from tests.ako.test_rollout_steps import facts_of, status_of

Json = dict[str, Any]
FILE = Path(__file__).parents[1] / "cases" / "forecast" / "steps.yaml"


def cases() -> list[Any]:
    return [pytest.param(case, id=str(number)) for number, case in enumerate(yaml.safe_load(FILE.read_text()), 1)]


def forecast(case: Json) -> Forecast:
    base, was = case["base"], case.get("was", {})
    old = None if case.get("old", "") is None else cluster(base, was)
    new = None if case["to"] is None else cluster(base, was, case["to"])
    return forecast_of(
        cluster_of(old) if old else None,
        cluster_of(new) if new else None,
        status=status_of(case, old) if old else None,
        facts=facts_of(case),
    )


def lines(case: Json, steps: tuple[ForecastStep, ...]) -> Iterator[str]:
    name = cluster(case["base"])["metadata"]["name"] + "-"
    for step in steps:
        pods, out, emptied = (
            " ".join(pod.removeprefix(name) for pod in some) for some in (step.pods, step.out, step.emptied)
        )
        head = f"{step.kind} {step.rack}".rstrip() + (f": {pods}" if pods else "")
        parts = [f"out {out}" if out else "", f"emptied {emptied}" if emptied else ""]
        parts.append(f"waits {' '.join(step.waits_for)}" if step.waits_for else "")
        yield ("again " if step.repeats else "") + ", ".join([head, *filter(None, parts)])


@pytest.mark.parametrize("case", cases())
def test_steps(case: Json) -> None:
    found = forecast(case)
    assert list(lines(case, found.steps)) == case["steps"]
    if "summary" in case:
        assert found.summary() == case["summary"]


@pytest.mark.parametrize("case", [case for case in rollout_cases() if not case.values[0].get("edits")])
def test_every_act_is_in_one_step(case: Json) -> None:
    found = forecast(case)
    every = [inner for step in found.rollout.steps for inner in (step.steps if isinstance(step, Repeat) else (step,))]
    grouped = [act for step in found.steps for act in step.acts]
    known = {id(act) for act in grouped}
    assert [id(act) for act in every if id(act) in known] == [id(act) for act in grouped]
    left = [act.act for act in every if id(act) not in known]
    assert all(isinstance(act, (Edit, PhaseChange, Wait, SetConfig)) for act in left)
