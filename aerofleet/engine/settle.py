"""Settle what a crashed run left of a stack: unfinished files of the backend, a lock, open operations.

`recovery` decides, this module asks the engine and the API server and carries the decisions out. ``report`` receives
each line for a person as soon as it is known.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aerofleet.engine.file_backend import backend_folder, lock_files, unfinished
from aerofleet.engine.pulumi import Engine, lock_holder
from aerofleet.engine.recovery import (
    Holder,
    Lookup,
    Recovery,
    context_of,
    plan_recovery,
    recovered_state,
    resources_of,
    unread,
    with_lost_creates,
)
from aerofleet.findings.stop import MistakeError, StillRunningError
from aerofleet.fleet.stack_name import parse_stack_name, within_stack

if TYPE_CHECKING:
    from aerofleet.live.cluster_api import ClusterApi

Report = Callable[[str], None]


def recover(engine: Engine, stack: str, report: Report, *, dry_run: bool) -> bool:
    """Make a stack usable again; return False if an object of somebody else, or of another stack, prevents it.

    Raises MistakeError for an unknown stack, StillRunningError while a run has its lock, EngineError, and
    ClusterUnreachableError.
    """
    mend_backend(engine.root, report, dry_run=dry_run)
    stacks = engine.stacks()
    if stack not in stacks:
        known = ", ".join(stacks) or "none yet"
        raise MistakeError(f"no stack '{stack}' in this backend; there are: {known}")
    if refuse_while_running(engine, stack):
        report(f"  unlocked   {stack}  (the run that had its lock is over)")
    return settle(engine, stack, report, dry_run=dry_run)


def mend_backend(root: Path, report: Report, *, dry_run: bool) -> None:
    """Remove the unfinished files of a killed run from a file backend, which the engine can't open before.

    Raises StillRunningError if a run is at work in the backend: a file of its own may look the same for a moment.
    """
    backend = backend_folder(root, os.environ, Path.home())
    files = tuple(unfinished(backend)) if backend else ()
    if backend is None or not files:
        return
    holders = [holder for lock in lock_files(backend) if (holder := lock_holder(lock))]
    if holders:
        raise StillRunningError(
            f"{files[0]} is unfinished, and a run is still at work in this backend ({'; '.join(holders)}). Wait for it "
            "or end it, then run this again"
        )
    for file in files:
        report(f"  removed    {file}  (a run was killed while it wrote it; nothing needs it)")
        if not dry_run:
            file.unlink()


def refuse_while_running(engine: Engine, stack: str) -> int | None:
    """Return how many locks of the stack are of runs that are over; None if nobody can know who has its lock. Raises
    StillRunningError.
    """
    locks = engine.lock_holders(stack)
    holders = [holder for holder in locks or () if holder]
    if holders:
        raise StillRunningError(
            f"a run on {stack} is still going ({'; '.join(holders)}). Wait for it or end it; "
            f"if it is over for sure, `pulumi cancel {stack}` takes its lock away"
        )
    return None if locks is None else len(locks)


def settle(engine: Engine, stack: str, report: Report, *, dry_run: bool) -> bool:
    """Settle all open operations; return False if an object of somebody else, or of another stack, prevents it."""
    is_open, is_alone = False, True
    for state, recovery in open_work(engine, stack):
        if not is_open:
            report(f"{stack}: the last run was cut off")
        for line in described(recovery):
            report(line)
        is_open, is_alone = True, is_alone and not recovery.elsewhere
        if recovery.refused:
            return False
        if dry_run:
            return is_alone
        cancel(engine, stack, report)
        engine.import_state(stack, recovered_state(state, recovery))
        if recovery.adopt:
            engine.refresh(stack, [urn for urn, _ in recovery.adopt])
    if not is_open:
        if not dry_run:
            cancel(engine, stack, report)
        report(f"{stack}: nothing was left open")
    return is_alone


def cancel(engine: Engine, stack: str, report: Report) -> None:
    """Remove the lock of a dead run. The holder is asked for again: a run may have begun since, and would lose its own.

    If the backend does not show who holds a lock, it stays: the engine then refuses what needs it and names the
    holder, and a person decides.
    """
    if refuse_while_running(engine, stack) is not None:
        engine.cancel(stack)
        return
    report(
        f"{stack}: this backend does not show who has a lock, so none is removed; "
        f"if nothing runs for sure, `pulumi cancel {stack}` does it"
    )


def open_work(engine: Engine, stack: str) -> Iterator[tuple[dict[str, Any], Recovery]]:
    """Yield (state, decisions): first for the operations that the state itself lists as pending, then for objects that
    only the server knows. The second comes in rounds, because a preview stops at the first such object.
    """
    state = engine.export(stack)
    look_up, holder = looker(context_of(state)), other_holder(engine, stack)
    pending = plan_recovery(state, look_up, holder)
    pending = replace(pending, adopt=(*unread(state), *pending.adopt))
    if not pending.empty:
        yield state, pending
    while engine.last_update_failed(stack):
        state = with_lost_creates(engine.export(stack), engine.planned_creates(stack))
        # What is not on the server needs no settling: the next `up` makes it.
        lost = replace(plan_recovery(state, look_up, holder), forget=())
        if lost.empty:
            return
        yield state, lost
        if not lost.adopt:
            return


def other_holder(engine: Engine, stack: str) -> Holder:
    """Return a search through the states of the cell's other stacks, which are read only if it is called."""

    @cache
    def holders() -> dict[str, str]:
        cell = parse_stack_name(stack).cell
        others = [other for other in engine.stacks() if other != stack and parse_stack_name(other).cell == cell]
        return {within_stack(urn): other for other in others for urn in resources_of(engine.export(other))}

    return lambda urn: holders().get(within_stack(urn), "")


def looker(context: str) -> Lookup:
    """Return a look-up on the API server, which is asked only if an operation is open."""

    @cache
    def api() -> ClusterApi:
        from aerofleet.live.cluster_api import ClusterApi

        return ClusterApi(context)

    def look_up(api_version: str, kind: str, namespace: str, name: str) -> Mapping[str, Any] | None:
        return api().get(api_version, kind, namespace, name)

    return look_up


def described(recovery: Recovery) -> Iterator[str]:
    """Yield one line for each open operation."""
    yield from (f"  adopted    {name_of(urn)}  (it is on the server)" for urn, _ in recovery.adopt)
    yield from (f"  forgotten  {name_of(urn)}  (it never reached the server)" for urn in recovery.forget)
    yield from (f"  again      {name_of(urn)}  (the next `up` sends it again)" for urn in recovery.redo)
    for urn, stack in recovery.elsewhere:
        settled = f"{stack} has it; `aerofleet stacks move` settles where its team is"
        yield f"  elsewhere  {name_of(urn)}  ({settled})"
    yield from (f"  refused    {reason}" for reason in recovery.refused)


def name_of(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]
