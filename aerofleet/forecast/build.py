"""The forecast of a change of one cluster: the operator's acts, grouped into steps, with what is left at each."""

from __future__ import annotations

from dataclasses import replace

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.image import is_same_image
from aerofleet.ako.rollout.acts import Rollout
from aerofleet.ako.rollout.forecast import NOTHING_KNOWN, creation_of, deletion_of, rollout_between
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.status import Status, finished_status
from aerofleet.forecast.amounts import Amounts
from aerofleet.forecast.copies.course import copies_of
from aerofleet.forecast.grouping import Grouping
from aerofleet.forecast.model import Forecast, Load
from aerofleet.forecast.rates import DEFAULT_RATES, Rates


def forecast_of(  # noqa: PLR0913 - what is known besides the two clusters
    before: Cluster | None,
    after: Cluster | None,
    *,
    status: Status | None = None,
    facts: Facts = NOTHING_KNOWN,
    load: Load | None = None,
    rates: Rates = DEFAULT_RATES,
) -> Forecast:
    """Return the forecast of a change. No ``before``: the first creation; no ``after``: the deletion.

    ``status``: that of ``before``, where its roll-out is not finished, or pods have failed. ``facts``: what no file
    shows. ``load``: the data of each namespace; without it, bytes and the time of migrations are unknown.
    ``rates``: how fast servers, data and the operator are.
    """
    cluster = after or before
    if cluster is None:
        return Forecast((), Rollout((), "completed"))
    is_creation = before is None or (after is not None and _names(before) != _names(after))
    rollout = _rollout(before, after, status, facts)
    has_new_image = before is not None and after is not None and not is_same_image(before.image, after.image)
    copies = copies_of(before, after, rollout, status=status, facts=facts)
    steps = tuple(
        replace(step, copies=copies.during(step.acts))
        for step in Grouping(cluster.name, is_creation, has_new_image).steps(rollout)
    )
    rollout = replace(rollout, unknown=(*rollout.unknown, *copies.unknown))
    amounts = Amounts(cluster if is_creation or before is None else before, cluster, status, load, rates)
    steps = tuple(map(amounts.of, steps))
    return Forecast(steps, rollout, amounts.assumptions(), amounts.findings(steps))


def _rollout(before: Cluster | None, after: Cluster | None, status: Status | None, facts: Facts) -> Rollout:
    if after is None:
        assert before is not None  # noqa: S101 - forecast_of has one of them
        return deletion_of(before, facts)
    if before is None:
        return creation_of(after, facts)
    return rollout_between(before, after, status or finished_status(before), facts=facts)


def _names(cluster: Cluster) -> tuple[str, str]:
    return cluster.name, cluster.namespace
