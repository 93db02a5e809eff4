"""Try a project on the embedded control plane: apply every cell whose context it is, and end all of it again.

This is `aerofleet local up --apply` and `aerofleet local down --destroy`, which `make up` and `make down` call. Each
step is a verb of its own, too.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aerofleet.engine.end_cell import destroy_cell
from aerofleet.engine.pulumi import Engine, to_its_end
from aerofleet.engine.settle import mend_backend, recover
from aerofleet.findings.stop import FailureError, MistakeError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.fleet.stack_name import stack_names
from aerofleet.load.whole_file import write_whole
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import OVERRULING, embedded_variables, tool_variables
from aerofleet.local.project import embedded_cells
from aerofleet.local.state import State, default_state
from aerofleet.local.try_out_report import result
from aerofleet.local.up_and_down import bring_up, take_down
from aerofleet.settings.source import STACKS
from aerofleet.toolchain.control_plane import prepare_control_plane
from aerofleet.toolchain.engine import prepare_engine, remove_programs, stand_in_home
from aerofleet.toolchain.store import locked

BUSY = "another `aerofleet local up --apply` or `down --destroy` is running; waiting for its end"
SALT = "encryptionsalt:"
"""Key of a stack's configuration. It belongs to the passphrase of one control plane."""
Report = Callable[[str], None]


class TryOutError(FailureError):
    """A step failed, and its own output has the reason."""


class Parts:
    """The time of each part of a run, in seconds."""

    def __init__(self, report: Report) -> None:
        self.seconds: dict[str, float] = {}
        self._report = report

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        self._report(f"– {name}")
        started = time.monotonic()
        yield
        self.seconds[name] = time.monotonic() - started


def apply_project(
    root: Path,
    report: Report,
    warn: Report,
    before_seconds: float | None = None,
    definitions: Path | None = None,
) -> None:
    """Make the toolchain and the control plane; make, recover and apply the stacks of every embedded cell.

    ``before_seconds``: the time that the Python environment took. ``definitions``: see `bring_up`. Raises StopError;
    for a project without an embedded cell, or with mistakes in one, before anything is made.
    """
    root = root.resolve()
    cells = [resolved_cell(root, name) for name in embedded_cells(root)]
    if not cells:
        raise MistakeError(
            f"no cell under {root / STACKS} has the embedded control plane as its `context` in cell.yaml"
        )
    state, parts = default_state(), Parts(report)
    if before_seconds is not None:
        parts.seconds["Python environment"] = before_seconds
    with locked(state.run_lock, BUSY):
        with parts.part("toolchain"):
            bin_folder = prepare_engine(root)
            prepare_control_plane()
        with parts.part("embedded control plane"):
            bring_up(root, report, warn, definitions)
        use(bin_folder, state)
        changes = apply(Engine(root), cells, parts, report)
        with parts.part("random Secrets, because there is no secret store"):
            report(f"  {sum(map(make_random_secrets, cells))} made")
    report(result(ControlPlane(state).server(), changes, parts.seconds, [cell.name for cell in cells]))


def apply(engine: Engine, cells: list[Cell], parts: Parts, report: Report) -> Mapping[str, int]:
    """Make, recover and apply the stacks of the cells; return operation → number of resources."""
    changes = Counter[str]()
    stacks = [str(stack) for cell in cells for stack in stack_names(cell)]
    with parts.part("stack, and recovery of a run that was cut off"):
        mend_backend(engine.root, report, dry_run=False)
        for stack in stacks:
            select_stack(engine, stack)
            if not recover(engine, stack, report, dry_run=False):
                raise TryOutError(f"the last run of stack {stack} can't be recovered")
    with parts.part("pulumi up"):
        for stack in stacks:
            if pulumi(engine.root, "up", "--yes", "--skip-preview", "--stack", stack):
                raise TryOutError(f"`pulumi up` of stack {stack} failed")
            changes.update(last_changes(engine, stack))
        # Plain `pulumi` then works on the first one.
        engine.run("stack", "select", stacks[0])
    return changes


def use(bin_folder: Path, state: State) -> None:
    """Set the environment so that every `pulumi` from now on uses the embedded control plane."""
    os.environ.update({**tool_variables(bin_folder), **embedded_variables(state, stand_in_home(bin_folder))})
    for name in OVERRULING:
        os.environ.pop(name, None)


def end_project(root: Path, report: Report) -> None:
    """Destroy the stacks of the project, then remove the control plane with all its data. Raises StopError."""
    root, state = root.resolve(), default_state()
    with locked(state.run_lock, BUSY):
        if state.exists():
            state.require(root)
            destroy(root, state, report)
        take_down(root, report)
        for name in embedded_cells(root):
            for config in [root / STACKS / f"Pulumi.{name}.yaml", *(root / STACKS).glob(f"Pulumi.{name}.*.yaml")]:
                forget_salt(config)
        remove_programs(root)
    report("the programs stay in the cache for the next time")


def destroy(root: Path, state: State, report: Report) -> None:
    """Destroy the stacks of the ephemeral cells. What is left, goes with the control plane."""
    if not ControlPlane(state).running():
        report("the control plane does not run: its data and the state of the stacks go without `pulumi destroy`")
        return
    use(prepare_engine(root), state)
    try:
        mend_backend(root, report, dry_run=False)
        for name in embedded_cells(root):
            destroy_cell(Engine(root), resolved_cell(root, name), report, dry_run=False)
    except (FailureError, MistakeError) as error:
        report(f"{error}\nnot everything is destroyed; the control plane is removed with all that is left on it")


def select_stack(engine: Engine, stack: str) -> None:
    """Make the stack if it does not exist."""
    if stack not in engine.stacks():
        forget_salt(engine.root / STACKS / f"Pulumi.{stack}.yaml")
        engine.run("stack", "init", "--no-select", stack)


def forget_salt(config: Path) -> None:
    """Take the salt out of a stack's configuration, and remove a file without more: the passphrase went with the
    control plane.
    """
    if config.is_file():
        text = config.read_text(encoding="utf-8")
        kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(SALT))
        if not kept.strip():
            config.unlink()
        elif kept != text:
            write_whole(config, kept)


def pulumi(root: Path, *arguments: str) -> int:
    """Run the engine, with its output in ours; return its exit code."""
    return to_its_end(["pulumi", "--cwd", str(root), "--non-interactive", *arguments], capture=False).returncode


def last_changes(engine: Engine, stack: str) -> Mapping[str, int]:
    """Return operation → number of resources, of the stack's last update, in the engine's terms."""
    history = json.loads(engine.run("stack", "history", "--json", "--page-size", "1", "--stack", stack))
    return dict(history[0].get("resourceChanges") or {}) if history else {}


def make_random_secrets(cell: Cell) -> int:
    """Create the missing Secrets of the cell; return the number of new ones."""
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi
    from aerofleet.live.embedded_secrets import make_secrets

    return make_secrets(ClusterApi(cell.context), cell)
