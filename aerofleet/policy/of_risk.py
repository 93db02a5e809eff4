"""Policies of what a change risks: ends of clusters, data, days, and several kinds of change at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from aerofleet.ako.config import section
from aerofleet.files.cell import FreezeWindow
from aerofleet.files.choices import ClusterState
from aerofleet.findings import Effect, LocatedProblem, Subject
from aerofleet.policy.digest import change_digest
from aerofleet.policy.judged_change import ClusterChange, JudgedChange, source_of
from aerofleet.policy.names import named
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.severity import Level

APPROVE = "Platform rule: docs/how-to/waive-a-policy.md"


@policy(
    "end-skipped",
    kind="change",
    remedy="its steps, each in a change of its own (docs/how-to/end-a-cluster.md)",
    source="Platform rule: docs/how-to/end-a-cluster.md",
)
def end_skipped(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """A cluster is deleted or replaced only when the definitions before the change have it as `unprotected`."""
    for cluster in judged.clusters:
        if cluster.before is not None and cluster.after is None and not _has_its_step(cluster):
            message = f"is deleted while still `{cluster.before.state.value}`; it must be `unprotected` first"
            place = judged.of_cluster(cluster.key, "state")
            yield LocatedProblem("state", message, "", place, cluster.subject)


@policy(
    "allocations-dropped",
    kind="change",
    level=Level.FAILS,
    remedy="the allocations as they were, until the cluster is `released` (docs/how-to/end-a-cluster.md)",
    source="Platform rule: docs/how-to/end-a-cluster.md",
)
def allocations_dropped(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """The allocations of a cluster stay until its last step, `released`: without them no check sees its end skipped."""
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    if not (before and before.cell and before.allocations and after and after.allocations):
        return
    kept = after.allocations.file.clusters
    for cluster in () if before.cell.file.ephemeral else judged.clusters:
        if cluster.before and not cluster.after and cluster.key in before.allocations.file.clusters.keys() - kept:
            state = cluster.before.state.value
            message = (
                f"its allocations are removed while it is still `{state}`: no check of the cell sees its end skipped"
            )
            place = judged.place("allocations", "clusters")
            yield LocatedProblem(f"clusters.{cluster.key}", message, "", place, cluster.subject)


@policy(
    "end-announced",
    kind="change",
    level=Level.ADVISED,
    remedy="an approval of the owners of its data",
    source="Platform rule: docs/how-to/end-a-cluster.md",
    asks="data",
)
def end_announced(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """A cluster becomes `unprotected`: the next change may delete it and its data, and needs no approval for that."""
    for cluster in judged.clusters:
        sides = cluster.before, cluster.after
        was, now = (side is not None and side.state is ClusterState.UNPROTECTED for side in sides)
        if now and not was and cluster.before is not None:
            message = (
                f"{cluster.before.state.value} → unprotected: the next change may delete it with its data, unapproved"
            )
            yield LocatedProblem("state", message, "", judged.of_cluster(cluster.key, "state"), cluster.subject)


def _has_its_step(cluster: ClusterChange) -> bool:
    return cluster.before is not None and cluster.before.state is ClusterState.UNPROTECTED


Risk = tuple[Subject, str, str, str]
"""(subject, digest of the change, first reason, what it is for a person)."""


def _risks(judged: JudgedChange) -> Iterator[Risk]:
    """Yield every change that puts data at risk, but the deletion of a cluster whose end was announced step by step."""
    for cluster in judged.clusters:
        if cluster.change.effect is Effect.DATA_AT_RISK and not (cluster.after is None and _has_its_step(cluster)):
            yield cluster.subject, change_digest(cluster.change, cluster.old, cluster.new), *_reason(cluster.change)
    for change, old, new in judged.objects():
        if change.effect is Effect.DATA_AT_RISK:
            yield change.subject, change_digest(change, old, new), *_reason(change)


def _reason(change: Any) -> tuple[str, str]:
    """Return (field, message) of the first reason that puts data at risk."""
    first = next(reason for reason in change.reasons if reason.effect is Effect.DATA_AT_RISK)
    return first.path, first.message


@policy(
    "risk-unapproved",
    kind="change",
    remedy="an approval in approvals.yaml, or no risk",
    source=APPROVE,
    waivable=False,
    asks="data",
)
def risk_unapproved(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """A change that puts data at risk has an approval, for this subject and exactly this change."""
    for subject, digest, path, reason in _risks(judged):
        if judged.exceptions.approval(str(Effect.DATA_AT_RISK), subject.name, digest) is None:
            remedy = (
                f"{_waivers_needed(judged, subject)}in stacks/{judged.change.name}/approvals.yaml: "
                f"{{effect: data-at-risk, subject: {subject.name}, change: {digest}, reason: …, owner: …, expires: …}}"
            )
            place = judged.of_cluster(subject.name) if subject.kind == "cluster" else None
            yield LocatedProblem(
                path, f"puts data at risk, and nobody has approved it: {reason}", remedy, place, subject
            )


def _waivers_needed(judged: JudgedChange, subject: Subject) -> str:
    """Return the entries of waivers.yaml without which the approval is not enough, and when they are written."""
    rules = dict.fromkeys(finding.rule for finding in judged.stopped if finding.subject == subject)
    entries = ", ".join(f"{{rule: {rule}, subject: {subject.name}, reason: …, owner: …, expires: …}}" for rule in rules)
    where = f"first, in a change of its own, in stacks/{judged.change.name}/waivers.yaml: {entries}; then "
    return where if entries else ""


@policy("risk-approved", kind="change", level=Level.NOTED, remedy="", source=APPROVE)
def risk_approved(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """Somebody has approved that this change puts data at risk."""
    for subject, digest, path, reason in _risks(judged):
        entry = judged.exceptions.approval(str(Effect.DATA_AT_RISK), subject.name, digest)
        if entry is not None:
            message = f"puts data at risk (approved {entry.by}): {reason}"
            yield LocatedProblem(path, message, "", entry.location, subject)


@policy(
    "freeze-window",
    kind="change",
    remedy="a day after it, or a waiver for this cell",
)
def freeze_window(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """Nothing changes in a cell on a day of a freeze window, neither of base nor of head."""
    changed = [
        change
        for change in (*judged.change.change.clusters, *judged.change.change.objects)
        if change.effect > Effect.NONE
    ]
    sides = [source_of(judged.change.base), source_of(judged.change.head)]
    windows = dict.fromkeys(
        window for source in sides if source and source.cell for window in source.cell.file.freeze_windows
    )
    for window in windows if changed else ():
        if is_open(window, judged.fleet.as_of):
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            what = f"{changed[0].subject}{more} change{'' if more else 's'} on {judged.fleet.as_of}"
            message = f"{what}, in the freeze window '{window.name}' from {window.start} to {window.end}"
            yield LocatedProblem("freezeWindows", message, "", judged.place("cell", "freezeWindows"), judged.subject)


def is_open(window: FreezeWindow, day: datetime.date) -> bool:
    """Return whether a part of ``day`` is in the window, in the zones in which its ends are written."""
    last = window.end - datetime.timedelta(microseconds=1)
    return window.start.date() <= day <= last.date()


@policy(
    "risks-mixed",
    kind="change",
    remedy="one of them in a change of its own, the others after it",
)
def risks_mixed(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """One change of a cell has one kind of risk. When a step of it goes wrong, nobody knows else what to take back."""
    kinds: dict[str, list[str]] = {}
    for cluster in judged.disturbed:
        kinds.setdefault(_kind(cluster), []).append(cluster.key)
    if _operator(judged):
        kinds[_operator(judged)] = []
    if len(kinds) > 1:
        listed = "; ".join(f"{kind}{f' ({named(keys)})' if keys else ''}" for kind, keys in sorted(kinds.items()))
        yield LocatedProblem("", f"changes at once {listed}", "", None, judged.subject)


def _kind(cluster: ClusterChange) -> str:
    """Return what the change of a disturbed cluster is, the gravest of several."""
    old, new = section(cluster.old, "spec"), section(cluster.new, "spec")
    racks = [[rack.get("id") for rack in section(spec, "rackConfig").get("racks", ())] for spec in (old, new)]
    if cluster.change.effect is Effect.DATA_AT_RISK:
        return "what puts data at risk"
    if old.get("image") != new.get("image"):
        return "the version of servers"
    if old.get("size") != new.get("size") or racks[0] != racks[1]:
        return "size and racks"
    return "settings"


def _operator(judged: JudgedChange) -> str:
    sides = [source_of(judged.change.base), source_of(judged.change.head)]
    versions = [source.cell.file.operator.version for source in sides if source and source.cell]
    return f"the operator ({versions[0]} → {versions[1]})" if len(versions) == 2 and versions[0] != versions[1] else ""


RULES = policies_in(globals())
