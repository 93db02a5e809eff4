"""`aerofleet recover STACK`: make a stack usable again after a run that crashed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.stack.engine import Engine, EngineError
from aerofleet.stack.recovery import Recovery, context_of, pending_operations, plan_recovery


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
    state = engine.export(stack)
    if not pending_operations(state):
        if not dry_run:
            engine.cancel(stack)
        sys.stdout.write(f"{stack}: nothing was left open\n")
        return EXIT_FINE
    # Loaded here: most recoveries find nothing open and need no API server.
    from aerofleet.stack.cluster_api import ClusterApi, ClusterUnreachableError

    try:
        recovery = plan_recovery(state, ClusterApi(context_of(state)).get)
    except ClusterUnreachableError as error:
        sys.stderr.write(f"aerofleet recover: {error}\n")
        return EXIT_FINDINGS
    sys.stdout.write(describe(stack, recovery))
    if recovery.refused:
        return EXIT_FINDINGS
    if not dry_run:
        engine.cancel(stack)
        engine.refresh_pending(stack, recovery.adopt)
    return EXIT_FINE


def describe(stack: str, recovery: Recovery) -> str:
    """One line for each open operation."""
    lines = [f"{stack}: the last run was cut off"]
    lines += [f"  adopted    {urn.rsplit('::', 1)[-1]}  (it is on the server)" for urn, _ in recovery.adopt]
    lines += [f"  forgotten  {urn.rsplit('::', 1)[-1]}  (it never reached the server)" for urn in recovery.forget]
    lines += [f"  again      {urn.rsplit('::', 1)[-1]}  (the next `up` sends it again)" for urn in recovery.redo]
    lines += [f"  refused    {reason}" for reason in recovery.refused]
    return "\n".join(lines) + "\n"
