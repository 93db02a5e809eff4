"""Policies of what protects a cell: a change that lowers it, so that later changes pass more easily, is approved."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.analysis.cell import CellAnalysis
from aerofleet.findings import LocatedProblem
from aerofleet.policy.digest import lowering_digest
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.policy.lowering import Lowering, lowerings
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.severity import Level

LOWERED = "lowered-protection"
"""The ``effect`` of an approval of it."""


def _lowerings(judged: JudgedChange) -> tuple[Lowering, ...]:
    """Return what the change lowers in a cell that has clusters before it."""
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    if before is None or after is None or not judged.number_before:
        return ()
    return lowerings(before, after, judged.fleet.as_of, judged.stopping)


def _message(found: tuple[Lowering, ...], judged: JudgedChange) -> str:
    clusters = judged.number_before
    texts = "; ".join(lowering.text for lowering in found)
    subject = "its cluster is" if clusters == 1 else f"its {clusters} clusters are"
    return f"{subject} protected less: {texts}"


@policy(
    "protection-lowered",
    kind="change",
    remedy="the value as it was, or an approval in approvals.yaml",
    waivable=False,
    asks="approvers",
)
def protection_lowered(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """A cell with clusters keeps its environment, its Kubernetes cluster, its limits, freeze windows and owners, or an
    approval names the cell and exactly this change: else the next change passes what nobody would approve today.
    """
    found = _lowerings(judged)
    digest = lowering_digest(judged.change.name, found)
    if found and judged.exceptions.approval(LOWERED, judged.change.name, digest) is None:
        remedy = (
            f"the value as it was, or in stacks/{judged.change.name}/approvals.yaml: "
            f"{{effect: {LOWERED}, subject: {judged.change.name}, change: {digest}, reason: …, owner: …, expires: …}}"
        )
        first = found[0]
        path, place = ".".join(map(str, first.path)), judged.place(first.file, *first.path)
        message = f"{_message(found, judged)}; nobody has approved it"
        yield LocatedProblem(path, message, remedy, place, judged.subject)


@policy("lowering-approved", kind="change", level=Level.NOTED, remedy="")
def lowering_approved(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """Somebody has approved that this change lowers the protection of the cell."""
    found = _lowerings(judged)
    digest = lowering_digest(judged.change.name, found)
    entry = judged.exceptions.approval(LOWERED, judged.change.name, digest) if found else None
    if entry is not None:
        message = f"{_message(found, judged)} (approved {entry.by})"
        yield LocatedProblem(".".join(map(str, found[0].path)), message, "", entry.location, judged.subject)


@policy(
    "secrets-shared",
    kind="change",
    level=Level.ADVISED,
    remedy="a path of its own: secretStore.pathPrefix",
    asks="security",
)
def secrets_shared(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """No two cells have one path in one store: a cluster of the same team and name has the same passwords in both."""
    before, after = (_secret_path(side) for side in (judged.change.base, judged.change.head))
    if after is None or after == before:
        return
    same = [cell.name for cell in judged.fleet.cells if cell.head and _secret_path(cell.head) == after]
    others = [name for name in same if name != judged.change.name]
    if others:
        store, prefix = after
        message = (
            f"has the path '{prefix}' in store {store}, as cell {', '.join(others)} has: if it is one store, clusters "
            "of the same team and name share passwords and certificates"
        )
        place = judged.place("cell", "secretStore", "pathPrefix")
        yield LocatedProblem("secretStore.pathPrefix", message, "", place, judged.subject)


def _secret_path(side: CellAnalysis | None) -> tuple[str, str] | None:
    """Return (store, path) of the secrets of a cell; None for one whose store is none that cells can share."""
    source = source_of(side)
    store = source.cell.file.secret_store if source and source.cell else None
    return (store.store, store.path_prefix) if store and store.kind == "external-secrets" else None


RULES = policies_in(globals())
