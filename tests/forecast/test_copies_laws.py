"""What holds for the copies of every cluster and every change."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.rollout.acts import Repeat, Rollout, Step
from aerofleet.ako.rollout.forecast import rollout_between
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.rollout.reconcile import LaterEdit
from aerofleet.ako.status import finished_status, patched_status
from aerofleet.forecast.build import forecast_of
from aerofleet.forecast.copies.course import copies_of
from aerofleet.forecast.copies.partitions import Partitions, Placement
from aerofleet.forecast.model import Forecast, NamespaceCopies
from tests.ako.specimen import cluster, edited
from tests.ako.test_laws import PLACES, bases, json_values, put
from tests.forecast.random_changes import random_change

Json = dict[str, Any]
Worst = tuple[int, ...]
numbers = st.integers(0, 1 << 32)
few = settings(max_examples=50)
FACTOR = "spec.aerospikeConfig.namespaces[0].replication-factor"
REBUILD: Json = {"spec.podSpec.tolerations": [{"key": "db", "operator": "Exists"}]}
QUICK: Json = {"spec.aerospikeConfig.service.node-id-interface": "eth1"}
LATE = 60
"""More passes than a roll-out has: the edit comes when it has finished."""


def forecast(old: Json, new: Json, facts: Facts | None = None, phase: str = "Completed") -> Forecast:
    before = cluster_of(old)
    status = finished_status(before)
    status.phase = phase
    return forecast_of(before, cluster_of(new), status=status, facts=facts or Facts())


def worst_of(found: Iterable[NamespaceCopies]) -> Worst:
    """Return the worst of each figure, the more the better; of no figures, more than any."""
    every = [(one.copies, one.after_host_loss, one.after_rack_loss, -one.unavailable) for one in found]
    return tuple(min(column) for column in zip(*every, strict=True)) or (9, 9, 9, 0)


def worst(found: Forecast) -> Worst:
    return worst_of(copies for step in found.steps for copies in step.copies)


def is_no_better(one: Worst, other: Worst) -> bool:
    return all(first <= second for first, second in zip(one, other, strict=True))


@few
@given(numbers)
def test_a_change_of_nothing_has_no_step(number: int) -> None:
    old = random_change(Random(number)).old
    found = forecast(old, old)
    assert found.steps == ()
    assert found.lowest is None


@few
@given(numbers)
def test_a_loss_leaves_no_more_than_there_was(number: int) -> None:
    change = random_change(Random(number))
    for step in forecast(change.old, change.new, Facts(nodes=change.hosts)).steps:
        for copies in step.copies:
            assert copies.copies >= copies.after_host_loss >= 0
            assert copies.copies >= copies.after_rack_loss >= 0
            if change.hosts is None:  # A host is in one rack.
                assert copies.after_host_loss >= copies.after_rack_loss


@few
@given(st.integers(1, 3), st.integers(0, 3), st.integers(4, 9), st.sampled_from([REBUILD, QUICK]))
def test_more_copies_are_never_worse(factor: int, batch: int, size: int, change: Json) -> None:
    was: Json = {"spec.size": size, "spec.enableDynamicConfigUpdate": False}
    if batch:
        was["spec.rackConfig.rollingUpdateBatchSize"] = batch
    fewer, more = (
        forecast(cluster("memory", was, {FACTOR: number}), cluster("memory", was, {FACTOR: number}, change))
        for number in (factor, factor + 1)
    )
    assume(fewer.outcome == more.outcome == "completed")
    assert is_no_better(worst(fewer), worst(more))


@few
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.data())
def test_more_racks_are_never_worse(racks: int, halves: int, factor: int, data: st.DataObject) -> None:
    """The same nodes on racks, and on twice as many: pods of one small rack are out, and another one is lost."""
    small = [((1 << halves) - 1) << halves * place for place in range(2 * racks)]
    large = [small[2 * place] | small[2 * place + 1] for place in range(racks)]
    out = data.draw(st.sampled_from(small)) & data.draw(st.integers(0, (1 << 2 * racks * halves) - 1))
    found = []
    for places in (large, small):
        partitions = Partitions(Placement(factor, tuple(places)), sum(small))
        partitions.leave(out)
        found.append((partitions.copies(), partitions.after_node_loss(), partitions.after_loss(places)))
    assert is_no_better(*found)


@few
@given(numbers, st.sampled_from([REBUILD, QUICK]), st.sampled_from([-1, 1]))
def test_two_changes_one_after_the_other_are_never_milder_than_their_parts(
    number: int, change: Json, more: int
) -> None:
    old = random_change(Random(number)).old
    new = edited(old, change)
    last = edited(new, {"spec.size": max(1, old["spec"]["size"] + more)})
    first, second, third = cluster_of(old), cluster_of(new), cluster_of(last)
    one, other = (
        rollout_between(before, after, finished_status(before)) for before, after in ((first, second), (second, third))
    )
    both = rollout_between(first, second, finished_status(first), edits=[LaterEdit(third, LATE)])
    assume(one.outcome == other.outcome == both.outcome == "completed")
    found = worst_of(after(copies_of(first, third, both), both))
    assert is_no_better(found, worst_of(after(copies_of(first, second, one), one)))
    assert is_no_better(found, worst_of(after(copies_of(second, third, other), other)))


def after(copies: Any, rollout: Rollout) -> Iterator[NamespaceCopies]:
    for step in acts(rollout):
        yield from copies.after(step)


def acts(rollout: Rollout) -> Iterator[Step]:
    for step in rollout.steps:
        yield from step.steps if isinstance(step, Repeat) else (step,)


@few
@given(numbers)
def test_what_is_not_known_is_taken_for_the_worst(number: int) -> None:
    """Hosts, a roll-out that is under way, racks: the forecast with the fact is never worse than without."""
    change = random_change(Random(number))
    shared = ({"spec.podSpec.multiPodPerHost": True},)
    old, new = edited(change.old, *shared), edited(change.new, *shared)
    hosts = {pod: f"{pod.split('-')[1]}-{number % 3}" for pod in pods(new) | pods(old)}
    known, unknown = forecast(old, new, Facts(nodes=hosts)), forecast(old, new)
    assume(known.steps and len(known.steps) == len(unknown.steps))
    assert any("taken to be on one host" in text for text in unknown.unknown)
    assert is_no_better(worst(unknown), worst(known))
    under_way = forecast(old, new, phase="InProgress")
    assert is_no_better(worst(under_way), worst(unknown))
    if under_way.steps and worst(unknown)[0] > 1:
        assert any("taken to be missing" in text for text in under_way.unknown)


@given(bases, st.data())
@settings(max_examples=150, deadline=None)
def test_any_junk_in_a_cluster_has_a_forecast(base: str, data: st.DataObject) -> None:
    good = cluster(base)
    junk = put(good, data.draw(st.sampled_from(PLACES[base])), data.draw(json_values))
    clusters = cluster_of(copy.deepcopy(good)), cluster_of(copy.deepcopy(junk))
    for before, second in (clusters, clusters[::-1]):
        assert forecast_of(before, second).json()
        assert forecast_of(before, None).json()
    status = patched_status(finished_status(clusters[0]), {"spec": junk, "pods": junk, "rackConfig": junk}, clusters[0])
    assert forecast_of(clusters[0], clusters[0], status=status).json()


def pods(resource: Json) -> set[str]:
    return set(finished_status(cluster_of(resource)).pods)
