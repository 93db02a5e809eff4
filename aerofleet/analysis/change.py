"""What a change of manifests does: to each AerospikeCluster, and to each object beside them.

Takes plain objects and knows nothing of files: rendered cells of two revisions, or the documents of two files.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from aerofleet.ako.change import change_between
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.failed_pods import failed_pods
from aerofleet.ako.hazards.beside import change_hazards_beside
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.reasons.identity import created_reason, deletion_reason, version_refusals
from aerofleet.ako.reasons.objects import object_reasons
from aerofleet.ako.restart import NEW, NO_RESTART, SCALED_DOWN
from aerofleet.ako.status import Status, finished_status, status_of
from aerofleet.analysis.cluster import Reading, judge_cluster
from aerofleet.analysis.step_reasons import with_step_reasons
from aerofleet.findings import Finding, Subject
from aerofleet.findings.effect import Effect, Reason, worst
from aerofleet.findings.selection import Selection
from aerofleet.units.object_identity import cluster_name, key_of, label_of
from aerofleet.units.same_value import is_same

if TYPE_CHECKING:
    from aerofleet.forecast.model import Forecast, Load
    from aerofleet.forecast.rates import Rates

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """What the change does to one object.

    ``pods``: kind of restart (`aerofleet.ako.restart`) → number of pods; empty for an object that is no cluster.
    ``blocks_hosts``: pods have to leave Kubernetes nodes that the change blocks. ``left_out``: id of a rule → number of
    its reasons and hazards that a selection leaves out; ``effect`` is the worst with them. ``make_forecast``: makes
    ``forecast`` when it is asked for the first time; effects alone need none.
    """

    subject: Subject
    effect: Effect
    reasons: tuple[Reason, ...]
    hazards: tuple[Finding, ...] = ()
    pods: Mapping[str, int] = field(default_factory=dict)
    blocks_hosts: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)
    make_forecast: Callable[[], Forecast] | None = field(default=None, repr=False, compare=False)

    @property
    def forecast(self) -> Forecast | None:
        """Return the steps of the roll-out; None for an object that is no cluster, and for a cluster that stays."""
        return self.make_forecast() if self.make_forecast else None

    def selected(self, selection: Selection) -> ObjectChange:
        """Return the same with the reasons and hazards of the selected rules only. The effect stays what it is."""
        left_out = Counter(
            finding.rule for finding in (*self.reasons, *self.hazards) if not selection.has(finding.rule)
        )
        if not left_out:
            return self
        reasons, hazards = selection.of_findings(self.reasons), selection.of_findings(self.hazards)
        return replace(self, reasons=tuple(reasons), hazards=tuple(hazards), left_out=dict(sorted(left_out.items())))


@dataclass(frozen=True, slots=True)
class ChangeAnalysis:
    """``clusters``: every cluster of either side, also those without any change. ``objects``: the others that come, go
    or change.
    """

    clusters: tuple[ObjectChange, ...]
    objects: tuple[ObjectChange, ...]

    @property
    def effect(self) -> Effect:
        """Return the worst effect of all."""
        return max((change.effect for change in (*self.clusters, *self.objects)), default=Effect.NONE)

    def selected(self, selection: Selection) -> ChangeAnalysis:
        """Return the same with the reasons and hazards of the selected rules only. No effect changes."""
        return ChangeAnalysis(
            tuple(change.selected(selection) for change in self.clusters),
            tuple(change.selected(selection) for change in self.objects),
        )


Known = Callable[[str], "tuple[Load | None, Rates]"]
"""NAMESPACE/NAME of a cluster → its data, where that is declared, and how fast its servers are. Asked by forecasts."""
Unplaced = Callable[[str, Cluster], frozenset[str]]
"""NAMESPACE/NAME of a cluster, and its new spec → its pods for which no host has room. Asked by forecasts."""


def analyse_change(  # noqa: PLR0913 - what is known besides the two sides
    old: Sequence[Object],
    new: Sequence[Object],
    operator: str = OPERATOR,
    *,
    by_name: bool = False,
    known: Known | None = None,
    unplaced: Unplaced | None = None,
) -> ChangeAnalysis:
    """Return what becomes of every cluster and object on the way from ``old`` to ``new``.

    ``operator``: the release that acts. The statuses and Pods in ``old`` say how far the last roll-out is; without them
    it counts as finished. Objects belong together by kind, namespace and name; a single cluster on each side belongs to
    the other, whatever they are called, unless ``by_name``: the objects of a whole cell are no renamed file and have
    no status, so a cluster that is equal on both sides stays as it is. ``known``: what definitions say of a cluster
    beside its manifest. ``unplaced``: which pods certainly stay Pending.
    """
    pods = [resource for resource in old if resource.get("kind") == "Pod"]
    before, after = (
        ObjectSet([resource for resource in side if resource.get("kind") != "Pod"], operator) for side in (old, new)
    )
    read = {id(written): cluster for side in (before, after) for written, cluster in side.read}
    clusters = []
    pairs = _by_name if by_name else _pairs
    for was, now in pairs(before.written, after.written):
        if now is None:
            change = _deletion(was or {}, read[id(was)], known)
        elif by_name and was is not None and is_same(was, now):
            change = _unchanged(Reading(read[id(was)], before), Reading(read[id(now)], after), now)
        elif was is None:
            change = _creation(now, read[id(now)], after, known, unplaced)
        else:
            status = _running(read[id(was)], was, pods)
            sides = Reading(read[id(was)], before), Reading(read[id(now)], after)
            change = _update(*sides, now, status, known, unplaced=unplaced)
        clusters.append(change)
    objects = [_object_change(*pair) for pair in _by_name(before.others, after.others)]
    return ChangeAnalysis(tuple(clusters), tuple(change for change in objects if change is not None))


Pair = tuple[Object | None, Object | None]


def _pairs(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Pair]:
    if len(old) == len(new) == 1:
        yield old[0], new[0]
    else:
        yield from _by_name(old, new)


def _by_name(old: Sequence[Object], new: Sequence[Object]) -> Iterator[Pair]:
    before, after = ({key_of(resource): resource for resource in objects} for objects in (old, new))
    for key in sorted(before.keys() | after.keys()):
        yield before.get(key), after.get(key)


def _object_change(old: Object | None, new: Object | None) -> ObjectChange | None:
    reasons = tuple(object_reasons(old, new))
    subject = Subject("object", label_of(new or old or {}))
    return ObjectChange(subject, worst(reasons), reasons) if reasons else None


def _update(  # noqa: PLR0913 - what is known besides the two sides
    old: Reading, new: Reading, written: Object, status: Status, known: Known | None, *, unplaced: Unplaced | None
) -> ObjectChange:
    change = with_step_reasons(change_between(old.cluster, new.cluster, written, status), status)
    beside = change_hazards_beside(old.cluster, new.cluster, old.objects, new.objects)
    return ObjectChange(
        _subject(written),
        change.effect,
        tuple(change.reasons),
        (*change.hazards, *beside),
        pods=dict(Counter(change.restarts.pods.values())),
        blocks_hosts=bool(change.restarts.blocked_hosts),
        make_forecast=_forecaster(old.cluster, new.cluster, known, status, unplaced),
    )


def _unchanged(old: Reading, new: Reading, written: Object) -> ObjectChange:
    """Return what a change of the other objects means for a cluster that stays as it is, and is rolled out."""
    beside = change_hazards_beside(old.cluster, new.cluster, old.objects, new.objects)
    return ObjectChange(_subject(written), Effect.NONE, (), tuple(beside), pods={NO_RESTART: new.cluster.size})


def _creation(
    written: Object, cluster: Cluster, objects: ObjectSet, known: Known | None, unplaced: Unplaced | None
) -> ObjectChange:
    findings = judge_cluster(Reading(cluster, objects))
    refused = map(Reason.refusal, findings.refusals or findings.starts)
    reasons = (*version_refusals(cluster), *refused) or (created_reason(),)
    return ObjectChange(
        _subject(written),
        worst(reasons),
        reasons,
        tuple(findings.hazards),
        {NEW: cluster.size},
        make_forecast=_forecaster(None, cluster, known, unplaced=unplaced),
    )


def _deletion(written: Object, cluster: Cluster, known: Known | None) -> ObjectChange:
    reasons = (deletion_reason(cluster),)
    return ObjectChange(
        _subject(written),
        worst(reasons),
        reasons,
        pods={SCALED_DOWN: cluster.size},
        make_forecast=_forecaster(cluster, None, known),
    )


def _forecaster(
    before: Cluster | None,
    after: Cluster | None,
    known: Known | None,
    status: Status | None = None,
    unplaced: Unplaced | None = None,
) -> Callable[[], Forecast]:
    @cache
    def make() -> Forecast:
        from aerofleet.ako.rollout.model import Facts
        from aerofleet.forecast.build import forecast_of
        from aerofleet.forecast.rates import DEFAULT_RATES

        cluster = after or before
        name = f"{cluster.namespace}/{cluster.name}" if cluster else ""
        load, rates = known(name) if known else (None, DEFAULT_RATES)
        facts = Facts(unplaced=unplaced(name, after)) if unplaced and after else Facts()
        return forecast_of(before, after, status=status, facts=facts, load=load, rates=rates)

    return make


def _subject(written: Object) -> Subject:
    return Subject("cluster", cluster_name(written))


def _running(cluster: Cluster, written: Object, pods: Sequence[Object]) -> Status:
    """Return the status that ``written`` has, with those of its ``pods`` that have failed; that of a finished roll-out
    where it has none.

    Pods are no part of a change: the operator makes them. They only say how the cluster is.
    """
    failed, status = failed_pods(pods, cluster.name, cluster.namespace), written.get("status")
    read = status_of(status, cluster) if isinstance(status, dict) and status else finished_status(cluster)
    return replace(read, failed=failed)
