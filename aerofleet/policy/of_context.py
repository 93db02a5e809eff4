"""Policies of the Kubernetes cluster of a cell: a cell with clusters stays where it is."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.findings import LocatedProblem
from aerofleet.policy.digest import context_digest
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.severity import Level
from aerofleet.units.amount import counted

RENAMED = "renamed-context"
"""The ``effect`` of an approval of another name of the same API server's context."""
SOURCE = "Platform rule: docs/how-to/waive-a-policy.md"


def _contexts(judged: JudgedChange) -> tuple[str, str] | None:
    """Return the old and the new context of a cell that has clusters before the change; None where it keeps it, and
    for a cell that is ephemeral before the change.
    """
    before, after = source_of(judged.change.base), source_of(judged.change.head)
    if not (before and before.cell and after and after.cell) or before.cell.file.ephemeral:
        return None
    contexts = before.cell.file.context, after.cell.file.context
    return contexts if contexts[0] != contexts[1] and judged.number_before else None


@policy("context-changed", kind="change", level=Level.FAILS, remedy="", source=SOURCE, waivable=False)
def context_changed(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """A cell with clusters never goes to another Kubernetes cluster: a new cell is made there, and its data is copied.
    Only a new name of the context of the same API server passes, with an approval that says so.
    """
    contexts, name = _contexts(judged), judged.change.name
    if contexts is None:
        return
    (old, new), digest = contexts, context_digest(name, *contexts)
    if judged.exceptions.approval(RENAMED, name, digest) is None:
        number = judged.number_before
        its = "its cluster" if number == 1 else f"any of its {counted(number, 'cluster')}"
        message = (
            f"{old} → {new}: if {new} is another API server, later changes would not find {its} there and would "
            f"make new ones without data; what runs in {old} would go on, and no change would reach it any more"
        )
        remedy = (
            f"`context: {old}`; for another Kubernetes cluster a new cell (`aerofleet init`), to which the data "
            f"is copied; only if both names are of the same API server, in stacks/{name}/approvals.yaml: "
            f"{{effect: {RENAMED}, subject: {name}, change: {digest}, reason: …, owner: …, expires: …}}"
        )
        yield LocatedProblem("context", message, remedy, judged.place("cell", "context"), judged.subject)


@policy("context-renamed", kind="change", level=Level.NOTED, remedy="", source=SOURCE)
def context_renamed(judged: JudgedChange) -> Iterator[LocatedProblem]:
    """An approval says that the new context of a cell is another name of the same API server."""
    contexts, name = _contexts(judged), judged.change.name
    digest = context_digest(name, *contexts) if contexts else ""
    entry = judged.exceptions.approval(RENAMED, name, digest) if contexts else None
    if contexts and entry is not None:
        message = f"{contexts[0]} → {contexts[1]}: another name of the same API server (approved {entry.by})"
        yield LocatedProblem("context", message, "", entry.location, judged.subject)


RULES = policies_in(globals())
