"""`aerofleet local up|down|status`: the embedded control plane."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE
from aerofleet.local.api_server import ApiServerError
from aerofleet.local.control_plane import ControlPlane, Status, died_report
from aerofleet.local.credentials import CONTEXT
from aerofleet.local.process import ProcessError
from aerofleet.local.state import default_state


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet local",
        description="A Kubernetes API server on this machine's loopback, to try the platform on. Nothing it accepts "
        "ever runs: there are no kubelets.",
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="up|down|status")
    verbs.add_parser("up", help="start it; no effect where it runs")
    verbs.add_parser("down", help="stop it and remove all its data")
    verbs.add_parser("status", help="which processes run, where, at which version; exit 1 if it is not healthy")
    options = parser.parse_args(argv)
    # Loaded here, so that --help works where the toolchain does not.
    from tools.toolchain.recipes import ToolchainError

    try:
        return {"up": up, "down": down, "status": status}[options.verb]()
    except (ToolchainError, ProcessError, ApiServerError) as error:
        sys.stderr.write(f"aerofleet local {options.verb}: {error}\n")
        return EXIT_FINDINGS


def up() -> int:
    from tools.toolchain.control_plane import prepare_control_plane
    from tools.toolchain.recipes import project_folder
    from tools.toolchain.store import locked

    root = project_folder()
    plane = ControlPlane(default_state())
    with locked(plane.state.lock, "another run is starting or stopping the control plane; waiting"):
        if plane.running():
            sys.stdout.write("the embedded control plane is up already\n")
        else:
            sys.stderr.write(died_report(plane.died()))
            plane.start(prepare_control_plane(), ako_definitions(root))
        plane.ensure_nodes(embedded_hosts(root))
        sys.stdout.write(describe(plane.status()))
    return EXIT_FINE


def embedded_hosts(root: Path) -> dict[str, list[dict[str, str]]]:
    """Name → taints, as a host is provisioned with them, of every host of the cells whose definitions name the embedded
    control plane; `check` tells of their mistakes."""
    from aerofleet.fleet.resolve import resolve_cell
    from aerofleet.settings.source import cells

    found: dict[str, list[dict[str, str]]] = {}
    for cell in (resolve_cell(root, name).cell for name in cells(root)):
        if cell and cell.context == CONTEXT:
            found |= {host.name: [] for host in cell.hosts}
            found |= {
                host.name: [taint.model_dump() for taint in pool.taints] for pool in cell.pools for host in pool.hosts
            }
    return found


def ako_definitions(root: Path) -> Path | None:
    """AKO's own definitions, where a checkout of them lies beside the project."""
    folder = root.parent / "shared/ako-crds"
    return folder if folder.is_dir() else None


def down() -> int:
    from tools.toolchain.store import locked

    plane = ControlPlane(default_state())
    with locked(plane.state.lock, "another run is starting or stopping the control plane; waiting"):
        there = plane.state.exists()
        plane.remove()
    sys.stdout.write("the embedded control plane and its data are gone\n" if there else "there is none\n")
    return EXIT_FINE


def status() -> int:
    plane = ControlPlane(default_state())
    if not plane.state.exists():
        sys.stdout.write("there is no embedded control plane; `aerofleet local up` starts one\n")
        return EXIT_FINDINGS
    seen = plane.status()
    sys.stdout.write(describe(seen))
    sys.stderr.write(died_report(plane.died()))
    return EXIT_FINE if seen.healthy else EXIT_FINDINGS


def describe(seen: Status) -> str:
    width = max(len(name) for name in seen.processes)
    lines = [
        f"  {name:<{width}}  {f'running, process {pid}' if pid else 'not running'}"
        for name, pid in seen.processes.items()
    ]
    if seen.version:
        lines.append(
            f"  Kubernetes {seen.version} on {seen.address}; it accepts objects, and nothing runs: no kubelets"
        )
    elif seen.address:
        lines.append(f"  the API server on {seen.address} runs and does not answer")
    if seen.permissive:
        lines.append(f"  definitions that accept anything: {', '.join(seen.permissive)}")
    return "\n".join(lines) + "\n"
