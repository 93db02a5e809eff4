"""From a fresh clone to a running `pulumi up` on the embedded control plane, and back: `make up` and `make down`.

Not verbs of `aerofleet`: they serve this project's own clone, and each step is a verb of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aerofleet.engine.pulumi import Engine, to_its_end
from aerofleet.engine.settle import mend_backend, recover
from aerofleet.findings.stop import FailureError
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import OVERRULING, embedded_variables, tool_variables
from aerofleet.local.state import State, default_state
from aerofleet.local.try_out_report import result
from aerofleet.local.up_and_down import bring_up, take_down
from tools.toolchain.control_plane import prepare_control_plane
from tools.toolchain.engine import prepare_engine, stand_in_home
from tools.toolchain.recipes import ROOT

STACK = "local"
STACK_CONFIG = ROOT / f"stacks/Pulumi.{STACK}.yaml"
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


def up(report: Report, warn: Report, before_python_seconds: float | None) -> None:
    """Make the toolchain, the control plane and the stack, recover it, and apply the example cell.

    ``before_python_seconds``: the time that the Python environment took. Raises StopError.
    """
    parts = Parts(report)
    if before_python_seconds is not None:
        parts.seconds["Python environment"] = before_python_seconds
    with parts.part("toolchain"):
        bin_folder = prepare_engine(ROOT)
        prepare_control_plane()
    with parts.part("embedded control plane"):
        bring_up(report, warn)
    state = default_state()
    use(bin_folder, state)
    engine = Engine(ROOT)
    with parts.part("stack, and recovery of a run that was cut off"):
        mend_backend(ROOT, report, dry_run=False)
        select_stack(engine)
        if not recover(engine, STACK, report, dry_run=False):
            raise TryOutError("the last run can't be recovered")
    with parts.part("pulumi up"):
        if pulumi("up", "--yes", "--skip-preview", "--stack", STACK):
            raise TryOutError("`pulumi up` failed")
        changes = last_changes(engine)
    with parts.part("random Secrets, because there is no secret store"):
        report(f"  {make_random_secrets()} made")
    report(result(ControlPlane(state).server(), changes, parts.seconds))


def use(bin_folder: Path, state: State) -> None:
    """Set the environment so that every `pulumi` from now on uses the embedded control plane."""
    os.environ.update({**tool_variables(bin_folder), **embedded_variables(state, stand_in_home(bin_folder))})
    for name in OVERRULING:
        os.environ.pop(name, None)


def down(report: Report) -> None:
    """Destroy the stack, then the control plane with all its data. Raises StopError."""
    state = default_state()
    if not state.exists():
        report("nothing is up")
    elif ControlPlane(state).running():
        use(prepare_engine(ROOT), state)
        mend_backend(ROOT, report, dry_run=False)
        destroy(Engine(ROOT), report)
    else:
        report("the control plane does not run: its data and the stack's state go without `pulumi destroy`")
    take_down(report)
    STACK_CONFIG.unlink(missing_ok=True)
    shutil.rmtree(ROOT / ".aerofleet", ignore_errors=True)
    report("the programs stay in the cache for the next time")


def destroy(engine: Engine, report: Report) -> None:
    """Destroy the stack if there is one. If that fails, its objects go with the control plane."""
    if STACK not in engine.stacks():
        return
    report(f"the cell '{STACK}' is ephemeral: nothing in it is protected, so `pulumi destroy` may end it")
    if pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK):
        report("`pulumi destroy` failed; the control plane is removed with all that is left on it")


def select_stack(engine: Engine) -> None:
    """Make the stack if it does not exist, and select it for plain `pulumi`."""
    if STACK not in engine.stacks():
        # Left from a control plane that was removed: its salt belongs to a passphrase that is gone too.
        STACK_CONFIG.unlink(missing_ok=True)
    engine.run("stack", "select", "--create", STACK)


def pulumi(*arguments: str) -> int:
    """Run the engine, with its output in ours; return its exit code."""
    return to_its_end(["pulumi", "--cwd", str(ROOT), "--non-interactive", *arguments], capture=False).returncode


def last_changes(engine: Engine) -> Mapping[str, int]:
    """Return operation → number of resources, of the stack's last update, in the engine's terms."""
    history = json.loads(engine.run("stack", "history", "--json", "--page-size", "1", "--stack", STACK))
    return dict(history[0].get("resourceChanges") or {}) if history else {}


def make_random_secrets() -> int:
    """Create the missing Secrets of the cell; return the number of new ones."""
    # Loaded here: the client takes KUBECONFIG from the environment when it is imported.
    from aerofleet.live.cluster_api import ClusterApi
    from aerofleet.live.embedded_secrets import make_secrets

    cell = resolved_cell(ROOT, STACK)
    return make_secrets(ClusterApi(cell.context), cell)
