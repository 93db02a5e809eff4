"""`aerofleet env`: shell exports for plain `pulumi`."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping, Sequence

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE
from aerofleet.local.environment import OVERRULING, embedded_variables, tool_variables
from aerofleet.local.state import default_state


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet env",
        description='Exports for a shell: eval "$(aerofleet env)". They put the engine on PATH and, while the embedded '
        "control plane exists, choose its kubeconfig and its file backend; otherwise both stay as they are.",
    )
    parser.parse_args(argv)
    # Loaded here, so that --help works where the toolchain does not.
    from tools.toolchain.engine import prepare_engine, stand_in_home
    from tools.toolchain.recipes import ToolchainError

    try:
        folder = prepare_engine()
        variables = tool_variables(folder)
    except ToolchainError as error:
        sys.stderr.write(f"aerofleet env: {error}\n")
        return EXIT_FINDINGS
    state = default_state()
    taken_away: Sequence[str] = ()
    if state.exists():
        variables |= embedded_variables(state, stand_in_home(folder))
        taken_away = OVERRULING
    else:
        sys.stderr.write("aerofleet env: no embedded control plane; KUBECONFIG and the Pulumi backend stay yours\n")
    sys.stdout.write(exports(variables) + "".join(f"unset {name}\n" for name in taken_away))
    return EXIT_FINE


def exports(variables: Mapping[str, str]) -> str:
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
