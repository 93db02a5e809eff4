"""`make up` and `make down`: from a fresh clone to a running `pulumi up` on the embedded control plane, and back.

Not verbs of `aerofleet`: they serve this project's own clone, and each step is a verb of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_INTERRUPTED, local, recover
from aerofleet.engine.pulumi import Engine, EngineError, to_its_end
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.local.api_server import ApiServerError
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import OVERRULING, embedded_variables, tool_variables
from aerofleet.local.inventory import held
from aerofleet.local.process import ProcessError
from aerofleet.local.state import State, default_state
from aerofleet.units.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE
from tools.toolchain.control_plane import prepare_control_plane
from tools.toolchain.engine import prepare_engine, stand_in_home
from tools.toolchain.recipes import ROOT, ToolchainError
from tools.toolchain.store import locked

STACK = "local"
TABLE_EDGES = 10
"""Columns that the table of three spends on space between its own."""
STACK_CONFIG = ROOT / f"stacks/Pulumi.{STACK}.yaml"
FAILURES = (ToolchainError, ProcessError, ApiServerError, EngineError, recover.StillRunningError)

NEXT = """\
What to try next:
  eval "$(.venv/bin/aerofleet env)"    then plain `pulumi preview`, `pulumi up`, `pulumi stack output`
  edit stacks/local/teams/*.yaml       and `pulumi preview --diff` shows exactly the path you changed
  make up                              again: nothing changes
  make down                            removes all of it: the cell is `ephemeral`, so nothing in it is protected
"""


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m aerofleet.cli.up", description="What `make up` and `make down` do."
    )
    parser.add_argument("verb", choices=("up", "down"))
    parser.add_argument("--started", type=float, help="when `make` began, in seconds since the epoch")
    options = parser.parse_args(argv)
    before_python = time.time() - options.started if options.started else None
    try:
        with locked(default_state().run_lock, "another `make up` or `make down` is going; waiting for its end"):
            return up(before_python) if options.verb == "up" else down()
    except FAILURES as error:
        sys.stderr.write(f"make {options.verb}: {error}\n")
        return EXIT_FINDINGS
    except KeyboardInterrupt:
        sys.stderr.write(f"\nmake {options.verb}: interrupted; `make {options.verb}` again goes on from there\n")
        return EXIT_INTERRUPTED


class Parts:
    """How long each part of a run took, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        sys.stdout.write(f"– {name}\n")
        sys.stdout.flush()
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started


def up(before_python: float | None) -> int:
    """``before_python`` is how long, in seconds, the Python environment took."""
    parts = Parts()
    if before_python is not None:
        parts.seconds["Python environment"] = before_python
    with parts.part("toolchain"):
        bin_folder = prepare_engine(ROOT)
        prepare_control_plane()
    with parts.part("embedded control plane"):
        local.up()
    state = default_state()
    use(bin_folder, state)
    engine = Engine(ROOT)
    with parts.part("stack, and recovery of a run that was cut off"):
        recover.mend_backend(ROOT, dry_run=False)
        select_stack(engine)
        code = recover.recover(engine, STACK, dry_run=False)
    if code != EXIT_FINE:
        return code
    with parts.part("pulumi up"):
        code = pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
        changes = last_changes(engine)
    if code != EXIT_FINE:
        return EXIT_FINDINGS
    with parts.part("random Secrets, for want of a secret store"):
        code = make_random_secrets()
    report(ControlPlane(state), changes, parts.seconds)
    return code


def use(bin_folder: Path, state: State) -> None:
    """Have every `pulumi` from here on mean the embedded control plane."""
    os.environ.update({**tool_variables(bin_folder), **embedded_variables(state, stand_in_home(bin_folder))})
    for name in OVERRULING:
        os.environ.pop(name, None)


def down() -> int:
    state = default_state()
    plane = ControlPlane(state)
    if not state.exists():
        sys.stdout.write("nothing is up\n")
    elif plane.running():
        use(prepare_engine(ROOT), state)
        recover.mend_backend(ROOT, dry_run=False)
        destroy(Engine(ROOT))
    else:
        sys.stdout.write("the control plane does not run: its data and the stack's state go without `pulumi destroy`\n")
    local.down()
    STACK_CONFIG.unlink(missing_ok=True)
    shutil.rmtree(ROOT / ".aerofleet", ignore_errors=True)
    sys.stdout.write("the programs stay in the cache for the next time\n")
    return EXIT_FINE


def destroy(engine: Engine) -> None:
    """An orderly end, as far as there is one to be had: what it leaves goes with the control plane."""
    if STACK not in engine.stacks():
        return
    sys.stdout.write(f"the cell '{STACK}' is ephemeral: nothing in it is protected, so `pulumi destroy` may end it\n")
    if pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK) != EXIT_FINE:
        sys.stdout.write("`pulumi destroy` failed; the control plane is removed with all that is left on it\n")


def select_stack(engine: Engine) -> None:
    """Make the stack where it is not there, and let plain `pulumi` mean it."""
    if STACK not in engine.stacks():
        # Left from a control plane that was removed: its salt belongs to a passphrase that is gone too.
        STACK_CONFIG.unlink(missing_ok=True)
    engine.run("stack", "select", "--create", STACK)


def pulumi(*arguments: str) -> int:
    """Run the engine with its output where ours goes; returns its exit code."""
    sys.stdout.flush()
    return to_its_end(["pulumi", "--cwd", str(ROOT), "--non-interactive", *arguments], capture=False).returncode


def last_changes(engine: Engine) -> Mapping[str, int]:
    """Operation → count of resources, of the stack's last update, in the engine's own words."""
    history = json.loads(engine.run("stack", "history", "--json", "--page-size", "1", "--stack", STACK))
    return dict(history[0].get("resourceChanges") or {}) if history else {}


def make_random_secrets() -> int:
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError
    from aerofleet.live.embedded_secrets import make_secrets

    cell = resolve_cell(ROOT, STACK).cell
    if cell is None:
        return EXIT_FINDINGS
    try:
        sys.stdout.write(f"  {make_secrets(ClusterApi(cell.context), cell)} made\n")
    except ClusterUnreachableError as error:
        sys.stderr.write(f"make up: {error}\n")
        return EXIT_FINDINGS
    return EXIT_FINE


def report(plane: ControlPlane, changes: Mapping[str, int], seconds: Mapping[str, float]) -> None:
    console = Console(highlight=False)
    kinds = sorted(held(plane.server(), MANAGED_BY_LABEL, MANAGED_BY_VALUE).items())
    objects = Table(title="The API server holds, of ours", title_justify="left", box=SIMPLE)
    objects.add_column("kind", no_wrap=True)
    objects.add_column("objects", justify="right", no_wrap=True)
    # Without its own limit the longest column would squeeze the two others out of a narrow terminal.
    taken = max((len(kind) for kind, _ in kinds), default=0) + len("objects") + TABLE_EDGES
    objects.add_column("names", no_wrap=True, overflow="ellipsis", max_width=max(console.width - taken, len("names")))
    for kind, names in kinds:
        objects.add_row(kind, str(len(names)), ", ".join(names))
    console.print(objects)
    console.print("Accepted, no pods: there are no kubelets and no operator behind this API server.\n")
    changed = {operation: count for operation, count in changes.items() if operation != "same"}
    if changed:
        console.print("Changed: " + ", ".join(f"{count} {operation}" for operation, count in sorted(changed.items())))
    else:
        console.print(f"Nothing changed: all {changes.get('same', 0)} resources are as the definitions say.")
    times = Table(title="Time", title_justify="left", box=SIMPLE)
    times.add_column("part")
    times.add_column("seconds", justify="right")
    for part, spent in {**seconds, "all": sum(seconds.values())}.items():
        times.add_row(part, f"{spent:.1f}")
    console.print(times)
    sys.stdout.write(NEXT)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
