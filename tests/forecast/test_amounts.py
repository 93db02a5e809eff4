"""Bytes and seconds of each step, on cases with arithmetic that a reader can follow, and laws of both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.ako.cluster import cluster_of
from aerofleet.files.measured import Measured
from aerofleet.forecast.build import forecast_of
from aerofleet.forecast.model import Forecast, ForecastStep, Load, NamespaceData
from aerofleet.forecast.rates import DEFAULT_RATES, FIGURES, Rates
from aerofleet.forecast.shares import gained, shares
from aerofleet.forecast.span import Span
from aerofleet.forecast.text import step_lines
from tests.ako.specimen import cluster
from tests.ako.test_rollout_steps import cases as rollout_cases
from tests.ako.test_rollout_steps import facts_of, status_of

Json = dict[str, Any]
FILE = Path(__file__).parents[1] / "cases" / "forecast" / "amounts.yaml"
RATES = DEFAULT_RATES.measured(
    {
        "stop_seconds": 10,
        "start_seconds": 20,
        "image_seconds": 30,
        "server_seconds": 5,
        "quick_restart_records_per_second": 100_000_000,
        "index_records_per_second": 1_000_000,
        "device_bytes_per_second": 1_000_000_000,
        "migrated_record_microseconds": 49,
        "migrated_partitions_per_second": 100,
        "unchanged_record_speedup": 10,
        "network_bytes_per_second": 10_000_000_000,
        "balanced_percent": 100,
        "requeue_seconds": 0,
        "quiesce_seconds": 10,
        "live_seconds": 2,
        "claim_seconds": 1,
    }
)


def cases() -> list[Any]:
    return [pytest.param(case, id=str(number)) for number, case in enumerate(yaml.safe_load(FILE.read_text()), 1)]


def forecast(case: Json) -> Forecast:
    old = None if case.get("old", "") is None else cluster_of(cluster(case["base"], case.get("was", {})))
    new = cluster_of(cluster(case["base"], case.get("was", {}), case["to"]))
    load = {name: NamespaceData(*figures) for name, figures in case["load"].items()} if "load" in case else None
    return forecast_of(old, new, load=load, rates=RATES.measured(case.get("rates", {})))


def forecast_of_case(case: Json, load: Load | None) -> Forecast:
    base, was = case["base"], case.get("was", {})
    old = None if case.get("old", "") is None else cluster(base, was)
    new = None if case["to"] is None else cluster_of(cluster(base, was, case["to"]))
    status = status_of(case, old) if old else None
    return forecast_of(cluster_of(old) if old else None, new, status=status, facts=facts_of(case), load=load)


def lines(case: Json, steps: tuple[ForecastStep, ...]) -> Iterator[str]:
    name = cluster(case["base"])["metadata"]["name"] + "-"
    for step in steps[: case.get("only")]:
        pods = " ".join(pod.removeprefix(name) for pod in step.pods)
        parts = [*map(text, (step.moved_bytes, step.seconds, step.moving_seconds))]
        if step.seconds is None:
            parts.append(f"at least {step.least_seconds}")
        yield f"{step.kind} {pods}".rstrip() + f": {', '.join(parts)}"


def text(span: Span | None) -> str:
    if span is None:
        return "unknown"
    return f"{span.low:,}" if span.low == span.high else f"{span.low:,}-{span.high:,}"


@pytest.mark.parametrize("case", cases())
def test_amounts(case: Json) -> None:
    assert list(lines(case, forecast(case).steps)) == case["steps"]


def test_a_figure_has_a_source_and_can_be_measured() -> None:
    names = {field.name for field in fields(Rates)}
    assert names == FIGURES.keys() == Measured.model_fields.keys()
    assert Measured(stopSeconds=3).figures() == {"stop_seconds": 3}


def test_an_assumption_names_the_figure_of_the_cell() -> None:
    case = {"base": "memory", "to": {"spec.aerospikeConfig.service.proto-fd-max": 30000}}
    assumed = forecast(case).assumptions
    assert [(one.name, one.value, one.source, one.override) for one in assumed] == [
        ("live_seconds", Span(2, 2), "the cell's own figure", "cell.yaml: measured.liveSeconds")
    ]


def test_data_that_moves_after_completed_is_named() -> None:
    case = {"base": "memory", "to": {"spec.size": 9}, "load": {"cache": [300_000_000, 1000, 0]}}
    assert list(step_lines(forecast(case)))[1:2] == [
        "the operator reports Completed before the data is at rest: it moves for another 56 min"
    ]
    strong = {"base": "strong", "to": {"spec.podSpec.tolerations": [{"key": "db", "operator": "Exists"}]}}
    assert forecast({**strong, "load": {"ledger": [1000, 1000, 0]}}).moving_after_completed == Span(0, 0)


LAYOUTS = st.lists(st.integers(1, 5), min_size=1, max_size=5).map(lambda counts: tuple(enumerate(counts, 1)))


@given(layout=LAYOUTS, factor=st.integers(1, 5))
def test_the_nodes_have_every_copy(layout: tuple[tuple[int, int], ...], factor: int) -> None:
    found = shares(layout, factor)
    nodes = sum(count for _, count in layout)
    assert all(0 < found[rack] <= 1 for rack, _ in layout)
    assert sum(found[rack] * count for rack, count in layout) == pytest.approx(min(factor, nodes))


@given(layout=LAYOUTS, factor=st.integers(1, 5))
def test_nothing_moves_without_a_change(layout: tuple[tuple[int, int], ...], factor: int) -> None:
    assert gained(layout, layout, factor) == pytest.approx(0)


@settings(max_examples=30)
@given(records=st.integers(1, 10**10), more=st.integers(0, 10**10), size=st.integers(7, 12))
def test_more_data_never_takes_less(records: int, more: int, size: int) -> None:
    few, many = (
        forecast({"base": "memory", "to": {"spec.size": size}, "load": {"cache": [count, 1000, 10]}})
        for count in (records, records + more)
    )
    assert few.seconds and many.seconds and few.moved_bytes and many.moved_bytes
    assert few.seconds.low <= many.seconds.low and few.seconds.high <= many.seconds.high
    assert few.moved_bytes.high <= many.moved_bytes.high


@pytest.mark.parametrize("case", [case for case in rollout_cases() if not case.values[0].get("edits")])
def test_no_range_is_the_wrong_way_round(case: Json) -> None:
    resource = cluster(case["base"], case.get("was", {}))
    names = [one["name"] for one in resource["spec"]["aerospikeConfig"]["namespaces"]]
    known = forecast_of_case(case, {name: NamespaceData(10**8, 1000, 1000) for name in names})
    unknown = forecast_of_case(case, None)
    for step, other in zip(known.steps, unknown.steps, strict=True):
        for span in (step.moved_bytes, step.seconds, step.moving_seconds):
            assert span is None or 0 <= span.low <= span.high
        assert step.seconds is None or (other.least_seconds or 0) <= step.seconds.low
        assert step.repeats == (step.least_seconds is None)
