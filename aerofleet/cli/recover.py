"""`aerofleet recover STACK`: make a stack usable again after a run that crashed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE, EXIT_RUNNING
from aerofleet.engine.file_backend import backend_folder, lock_files, unfinished
from aerofleet.engine.pulumi import Engine, EngineError, lock_holder
from aerofleet.engine.recovery import (
    Holder,
    Lookup,
    Recovery,
    context_of,
    held,
    plan_recovery,
    recovered_state,
    unread,
    with_lost_creates,
)
from aerofleet.fleet.stack_name import parse_stack_name, within_stack

if TYPE_CHECKING:
    from aerofleet.live.cluster_api import ClusterApi


class RecoveryError(Exception):
    """Nothing can be settled now; the text says why."""


class StillRunningError(Exception):
    """A run on the stack is going, or may be; the text says who to ask."""


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet recover",
        description="After a crashed run: release the lock, adopt objects that were made, forget those that were not.",
    )
    parser.add_argument("stack", help="the stack, for instance local or prod.platform")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    options = parser.parse_args(argv)
    try:
        return recover(Engine(options.root.resolve()), options.stack, dry_run=options.dry_run)
    except EngineError as error:
        sys.stderr.write(f"aerofleet recover: {error}\n")
        return EXIT_FINDINGS


def recover(engine: Engine, stack: str, *, dry_run: bool) -> int:
    try:
        mend_backend(engine.root, dry_run=dry_run)
        stacks = engine.stacks()
        if stack not in stacks:
            known = ", ".join(stacks) or "none yet"
            sys.stderr.write(f"aerofleet recover: no stack '{stack}' in this backend; there are: {known}\n")
            return EXIT_MISTAKE
        refuse_while_running(engine, stack)
        settled = settle(engine, stack, dry_run=dry_run)
    except StillRunningError as error:
        sys.stderr.write(f"aerofleet recover: {error}\n")
        return EXIT_RUNNING
    except RecoveryError as error:
        sys.stderr.write(f"aerofleet recover: {error}\n")
        return EXIT_FINDINGS
    return EXIT_FINE if settled else EXIT_FINDINGS


def mend_backend(root: Path, *, dry_run: bool) -> None:
    """Remove what a killed run left unfinished in a file backend: the engine can't open it before.

    Raises StillRunningError where a run is at work in the backend: a file of its own may look the same for a moment.
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
        sys.stdout.write(f"  removed    {file}  (a run was killed while it wrote it; nothing needs it)\n")
        if not dry_run:
            file.unlink()


def refuse_while_running(engine: Engine, stack: str) -> bool:
    """True where no run holds the stack's lock for sure, False where that can't be known. Raises StillRunningError."""
    holders = engine.lock_holders(stack)
    if holders:
        raise StillRunningError(
            f"a run on {stack} is still going ({'; '.join(holders)}). Wait for it or end it; "
            f"if it is over for sure, `pulumi cancel {stack}` takes its lock away"
        )
    return holders is not None


def settle(engine: Engine, stack: str, *, dry_run: bool) -> bool:
    """Settle all that is open; False where an object of somebody else, or of another stack, stands in the way."""
    opened, alone = False, True
    for state, recovery in open_work(engine, stack):
        sys.stdout.write("" if opened else f"{stack}: the last run was cut off\n")
        sys.stdout.write(describe(recovery))
        opened, alone = True, alone and not recovery.elsewhere
        if recovery.refused:
            return False
        if dry_run:
            return alone
        cancel(engine, stack)
        engine.import_state(stack, recovered_state(state, recovery))
        if recovery.adopt:
            engine.refresh(stack, [urn for urn, _ in recovery.adopt])
    if not opened:
        if not dry_run:
            cancel(engine, stack)
        sys.stdout.write(f"{stack}: nothing was left open\n")
    return alone


def cancel(engine: Engine, stack: str) -> None:
    """Take a dead run's lock away. Asked again, because a run may have begun since: its lock would go too.

    Where nobody can see who holds a lock, it stays: the engine then refuses what needs it and names the holder, and a
    person decides.
    """
    if refuse_while_running(engine, stack):
        engine.cancel(stack)
        return
    sys.stdout.write(
        f"{stack}: this backend does not show who holds a lock, so none is taken away; "
        f"if nothing runs for sure, `pulumi cancel {stack}` does it\n"
    )


def open_work(engine: Engine, stack: str) -> Iterator[tuple[dict[str, Any], Recovery]]:
    """What to settle, each time with the state it was found in: first what the state itself says is open, then what
    only the server knows of. The second comes in rounds, because a preview stops at the first such object."""
    state = engine.export(stack)
    look_up, holder = looker(context_of(state)), other_holder(engine, stack)
    noted = plan_recovery(state, look_up, holder)
    noted = replace(noted, adopt=(*unread(state), *noted.adopt))
    if not noted.empty:
        yield state, noted
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
    """Asks the states of the cell's other stacks; most recoveries adopt nothing, and then none is read."""

    @cache
    def holders() -> dict[str, str]:
        cell = parse_stack_name(stack).cell
        others = [each for each in engine.stacks() if each != stack and parse_stack_name(each).cell == cell]
        return {within_stack(urn): other for other in others for urn in held(engine.export(other))}

    return lambda urn: holders().get(within_stack(urn), "")


def looker(context: str) -> Lookup:
    """Looks objects up; most recoveries find nothing open, and then no API server has to answer."""

    @cache
    def api() -> ClusterApi:
        from aerofleet.live.cluster_api import ClusterApi

        return ClusterApi(context)

    def look_up(api_version: str, kind: str, namespace: str, name: str) -> Mapping[str, Any] | None:
        from aerofleet.live.cluster_api import ClusterUnreachableError

        try:
            return api().get(api_version, kind, namespace, name)
        except ClusterUnreachableError as error:
            raise RecoveryError(str(error)) from None

    return look_up


def describe(recovery: Recovery) -> str:
    """One line for each open operation."""
    lines = [f"  adopted    {urn.rsplit('::', 1)[-1]}  (it is on the server)" for urn, _ in recovery.adopt]
    lines += [f"  forgotten  {urn.rsplit('::', 1)[-1]}  (it never reached the server)" for urn in recovery.forget]
    lines += [f"  again      {urn.rsplit('::', 1)[-1]}  (the next `up` sends it again)" for urn in recovery.redo]
    lines += [
        f"  elsewhere  {urn.rsplit('::', 1)[-1]}  ({stack} holds it; `aerofleet stacks move` settles where its team is)"
        for urn, stack in recovery.elsewhere
    ]
    lines += [f"  refused    {reason}" for reason in recovery.refused]
    return "".join(f"{line}\n" for line in lines)
