"""`aerofleet env`: print shell exports for plain `pulumi`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli.printing import print_warning
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError
from aerofleet.local.environment import shell_exports
from aerofleet.local.state import ControlPlaneInUseError, State, default_state

UNCHANGED = "KUBECONFIG and the Pulumi backend are unchanged"


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet env",
        description='Print exports for a shell: eval "$(aerofleet env)". They put the engine on PATH. While the '
        "embedded control plane exists and has the stacks of this project, they also select its kubeconfig and its "
        "file backend.",
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    if not (options.root / "Pulumi.yaml").exists():
        raise MistakeError(f"{options.root.resolve()} has no Pulumi.yaml: call it in the project folder, or use --root")
    # Loaded here, so that --help works where the toolchain does not.
    from aerofleet.toolchain.engine import prepare_engine, stand_in_home

    folder = prepare_engine(options.root.resolve())
    sys.stdout.write(shell_exports(folder, embedded_state(options.root), stand_in_home(folder)))
    return ExitCode.FINE


def embedded_state(root: Path) -> State | None:
    """Return the state of the embedded control plane; None, with a warning, if this project has none."""
    state = default_state()
    if not state.exists():
        print_warning(f"aerofleet env: no embedded control plane; {UNCHANGED}")
        return None
    try:
        state.require(root)
    except ControlPlaneInUseError as error:
        print_warning(f"aerofleet env: {UNCHANGED}: {error}")
        return None
    return state
