"""`aerofleet recover STACK`: make a stack usable again after a run that crashed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.stack.engine import Engine, EngineError
from aerofleet.stack.recovery import (
    Lookup,
    Recovery,
    context_of,
    pending_operations,
    plan_recovery,
    recovered_state,
    with_lost_creates,
)

if TYPE_CHECKING:
    from aerofleet.stack.cluster_api import ClusterApi


class RecoveryError(Exception):
    """Nothing can be settled now; the text says why."""


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
    if stack not in engine.stacks():
        sys.stdout.write(f"{stack}: no such stack yet, nothing to recover\n")
        return EXIT_FINE
    holders = engine.lock_holders(stack)
    if holders:
        pids = ", ".join(str(pid) for pid in holders)
        sys.stderr.write(
            f"aerofleet recover: a run on {stack} is still going (process {pids}); wait for it or end it\n"
        )
        return EXIT_MISTAKE
    opened = False
    try:
        for state, recovery in open_work(engine, stack):
            sys.stdout.write("" if opened else f"{stack}: the last run was cut off\n")
            sys.stdout.write(describe(recovery))
            opened = True
            if recovery.refused:
                return EXIT_FINDINGS
            if dry_run:
                return EXIT_FINE
            engine.cancel(stack)
            engine.import_state(stack, recovered_state(state, recovery))
            if recovery.adopt:
                engine.refresh(stack, [urn for urn, _ in recovery.adopt])
    except RecoveryError as error:
        sys.stderr.write(f"aerofleet recover: {error}\n")
        return EXIT_FINDINGS
    if not opened:
        if not dry_run:
            engine.cancel(stack)
        sys.stdout.write(f"{stack}: nothing was left open\n")
    return EXIT_FINE


def open_work(engine: Engine, stack: str) -> Iterator[tuple[dict[str, Any], Recovery]]:
    """What to settle, each time with the state it was found in: first what the state itself says is open, then what
    only the server knows of. The second comes in rounds, because a preview stops at the first such object."""
    state = engine.export(stack)
    look_up = looker(context_of(state))
    if pending_operations(state):
        yield state, plan_recovery(state, look_up)
    while engine.last_update_failed(stack):
        state = with_lost_creates(engine.export(stack), engine.planned_creates(stack))
        # What is not on the server needs no settling: the next `up` makes it.
        lost = replace(plan_recovery(state, look_up), forget=())
        if lost.empty:
            return
        yield state, lost


def looker(context: str) -> Lookup:
    """Looks objects up; most recoveries find nothing open, and then no API server has to answer."""

    @cache
    def api() -> ClusterApi:
        from aerofleet.stack.cluster_api import ClusterApi

        return ClusterApi(context)

    def look_up(api_version: str, kind: str, namespace: str, name: str) -> Mapping[str, Any] | None:
        from aerofleet.stack.cluster_api import ClusterUnreachableError

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
    lines += [f"  refused    {reason}" for reason in recovery.refused]
    return "".join(f"{line}\n" for line in lines)
