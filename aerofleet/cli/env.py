"""`aerofleet env`: print shell exports for plain `pulumi`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from aerofleet.cli.printing import print_warning
from aerofleet.findings.exit_code import ExitCode
from aerofleet.local.environment import shell_exports
from aerofleet.local.state import default_state


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet env",
        description='Print exports for a shell: eval "$(aerofleet env)". They put the engine on PATH. While the '
        "embedded control plane exists, they also select its kubeconfig and its file backend.",
    )
    parser.parse_args(argv)
    # Loaded here, so that --help works where the toolchain does not.
    from tools.toolchain.engine import prepare_engine, stand_in_home

    folder, state = prepare_engine(), default_state()
    if not state.exists():
        print_warning("aerofleet env: no embedded control plane; KUBECONFIG and the Pulumi backend are unchanged")
    sys.stdout.write(shell_exports(folder, state, stand_in_home(folder)))
    return ExitCode.FINE
