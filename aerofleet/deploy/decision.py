"""Decide whether a stack may be deployed. Pure: what is live, rendered and reviewed in, a decision out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aerofleet.analysis.change import ChangeAnalysis, ObjectChange
from aerofleet.findings import Effect, Finding, Subject, declared, rules_in
from aerofleet.review.differences import differences
from aerofleet.review.exit_code import FAILING
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.cluster_key import cluster_key
from aerofleet.units.field_path import dotted
from aerofleet.units.object_identity import Key, label_of, owner_of
from aerofleet.units.same_value import is_same

Object = Mapping[str, Any]
SOURCE = "Platform rule: docs/how-to/deploy-a-change.md"

NOT_REVIEWED = declared(
    "deploy-not-reviewed",
    "What this machine renders is not what the main branch published for the same commit.",
    scope="change",
    severity="error",
    remedy="install the packages that the commit pins, and deploy from a clean clone of it",
    source=SOURCE,
)
EFFECT_WORSE = declared(
    "deploy-effect-worse",
    "What becomes of a running cluster is worse than any review since the last completed deployment says.",
    scope="change",
    severity="error",
    source=SOURCE,
)
CHANGE_REFUSED = declared(
    "deploy-refused",
    "The operator does not do the change, and it was merged although its review says so.",
    scope="change",
    severity="error",
    remedy="a new change that takes the way which the review names",
    source=SOURCE,
)
CLUSTER_GONE = declared(
    "deploy-cluster-gone",
    "A cluster is in the state of the stack, and not on the API server: a deployment would make an empty one.",
    scope="change",
    severity="error",
    remedy="find out who deleted it, and where its data is, before anything makes it anew",
    source=SOURCE,
)
RULES = rules_in(globals())
SHORT = 12
"""Hexadecimal digits of a commit in a message."""


@dataclass(frozen=True, slots=True)
class ReviewedMerge:
    """The review of one commit of the main branch. ``clusters``: NAMESPACE/NAME → effect; ``others``: label → effect;
    both only for what the commit changes.
    """

    commit: str
    clusters: Mapping[str, Effect]
    others: Mapping[str, Effect]


@dataclass(frozen=True, slots=True)
class StackSides:
    """The objects of one stack. ``applied``: as the engine sent them last; ``rendered``: by this machine now;
    ``published``: what the main branch published for the commit.
    """

    stack: str
    applied: Mapping[Key, Object]
    rendered: Mapping[Key, Object]
    published: Mapping[Key, Object]


@dataclass(frozen=True, slots=True)
class LiveChange:
    """What becomes of what runs. ``change``: of the clusters as the API server has them, and of the other objects as
    the engine sent them last. ``present``: NAMESPACE/NAME of the clusters that the API server has. ``owners``: label of
    an object that is made for a cluster → NAMESPACE/NAME of that cluster: a review has both in one entry.
    """

    change: ChangeAnalysis
    present: frozenset[str]
    owners: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One object of a stack that changes. ``name``: NAMESPACE/NAME of a cluster, the label of any other object."""

    stack: str
    name: str
    effect: Effect
    why: str
    is_cluster: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """``stops``: why nothing may be sent; empty if it may. ``notes``: what a person should know all the same.
    ``changes``: what the deployment does to the running clusters and to other objects.
    """

    stops: tuple[Finding, ...]
    notes: tuple[Finding, ...]
    changes: tuple[PlannedChange, ...]

    @property
    def may(self) -> bool:
        """Return whether the deployment may go on."""
        return not self.stops

    @property
    def by_stack(self) -> dict[str, tuple[PlannedChange, ...]]:
        """Return stack → its changes."""
        stacks = dict.fromkeys(one.stack for one in self.changes)
        return {stack: tuple(one for one in self.changes if one.stack == stack) for stack in stacks}


def together(decisions: Iterable[Decision]) -> Decision:
    """Return one decision of several: it stops where one of them does."""
    listed = list(decisions)
    return Decision(
        tuple(dict.fromkeys(one for decision in listed for one in decision.stops)),
        tuple(dict.fromkeys(one for decision in listed for one in decision.notes)),
        tuple(one for decision in listed for one in decision.changes),
    )


def may_deploy(
    live: LiveChange, sides: StackSides, reviews: Sequence[ReviewedMerge] | None, rules: Sequence[Finding]
) -> Decision:
    """Return whether a stack may be deployed.

    ``reviews``: of all commits since the last completed deployment, or since the first that was begun, the oldest
    first; None where nothing was begun before, so that everything is new. ``rules``: the findings of the rules of a
    change, waivers and approvals applied.
    """
    stops = [
        *_not_reviewed(sides),
        *_gone(sides, live.present),
        *_worse(live, reviews),
        *(finding for finding in rules if finding.severity in FAILING),
    ]
    notes = [finding for finding in rules if finding.severity not in FAILING]
    changed = (one for one in (*live.change.clusters, *live.change.objects) if one.effect > Effect.NONE)
    planned = tuple(
        PlannedChange(sides.stack, one.subject.name, one.effect, _why(one), one.subject.kind == "cluster")
        for one in changed
    )
    return Decision(tuple(stops), tuple(notes), planned)


def _why(change: ObjectChange) -> str:
    reason = next((one for one in change.reasons if one.effect == change.effect), None)
    return ": ".join(filter(None, (reason.path, reason.message))) if reason else ""


def _not_reviewed(sides: StackSides) -> Iterator[Finding]:
    """Yield each object that this machine renders otherwise than the main branch has published it."""
    for key in dict.fromkeys((*sides.rendered, *sides.published)):
        one, other = sides.rendered.get(key), sides.published.get(key)
        if is_same(one, other):
            continue
        if one is None or other is None:
            where = "this machine does not render it" if one is None else "only this machine renders it"
            yield NOT_REVIEWED.finding("", f"{where}, in stack {sides.stack}", subject=_subject(one or other or {}))
            continue
        first = next(differences(other, one))
        message = f"{first.old!r} was published, and this machine renders {first.new!r}"
        yield NOT_REVIEWED.finding(dotted(first.path), message, subject=_subject(one))


def _gone(sides: StackSides, present: frozenset[str]) -> Iterator[Finding]:
    """Yield each cluster that the engine believes to be there, and the API server does not have."""
    for key, made in sides.applied.items():
        if is_cluster(made) and key in sides.rendered and f"{key[2]}/{key[3]}" not in present:
            message = f"stack {sides.stack} has deployed it, and the API server does not have it"
            yield CLUSTER_GONE.finding("", message, subject=_subject(made))


def _worse(live: LiveChange, reviews: Sequence[ReviewedMerge] | None) -> Iterator[Finding]:
    for change in live.change.clusters:
        name = change.subject.name
        yield from _worse_than(change, {one.commit: one.clusters.get(name) for one in reviews or ()}, reviews is None)
    for change in live.change.objects:
        name, owner = change.subject.name, live.owners.get(change.subject.name, "")
        of_each = {one.commit: one.others.get(name, one.clusters.get(owner)) for one in reviews or ()}
        yield from _worse_than(change, of_each, reviews is None)


def _worse_than(change: ObjectChange, reviews: Mapping[str, Effect | None], is_first: bool) -> Iterator[Finding]:
    """Yield a finding where no review has the effect. ``reviews``: commit → effect of the object there, if it has one.
    ``is_first``: nothing was deployed before, so that the last review is of everything.
    """
    known = {commit[:SHORT]: effect for commit, effect in reviews.items() if effect is not None}
    if not is_first and change.effect > max(known.values(), default=Effect.NONE):
        commits = " and ".join(f"{effect} in {commit}" for commit, effect in known.items())
        said = f"the reviews since the last deployment say {commits}" if known else "no change of it was reviewed"
        together = "together, and on what runs now," if len(known) > 1 else "on what runs now"
        message = f"{said}; {together} it is {change.effect}: {_why(change)}"
        yield EFFECT_WORSE.finding("", message, _way_out(list(known)), subject=change.subject)
    elif change.effect == Effect.REFUSED:
        yield CHANGE_REFUSED.finding("", f"the operator refuses it: {_why(change)}", subject=change.subject)


def _way_out(commits: Sequence[str]) -> str:
    if len(commits) > 1:
        return f"one after the other: check out {commits[0]}, deploy it, and then deploy this commit"
    return "wait until its roll-out is over; if it is, take back what was changed on the API server (`aerofleet wait`)"


def _subject(made: Object) -> Subject:
    if is_cluster(made):
        return Subject("cluster", cluster_key(*owner_of(made)))
    return Subject("object", label_of(made))
