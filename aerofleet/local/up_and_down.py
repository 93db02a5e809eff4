"""Bring the embedded control plane of this machine up and down, one run at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aerofleet.local.control_plane import ControlPlane, Status, died_report
from aerofleet.local.definitions import require_definitions
from aerofleet.local.project import embedded_hosts
from aerofleet.local.state import default_state
from aerofleet.toolchain.control_plane import prepare_control_plane
from aerofleet.toolchain.store import locked

Report = Callable[[str], None]
BUSY = "another run is starting or stopping the control plane; waiting"


def bring_up(root: Path, report: Report, warn: Report, definitions: Path | None = None) -> None:
    """Start the control plane with the hosts of the project in ``root``; only report if it runs already.

    ``definitions``: a folder with AKO's own definitions; without it the control plane has permissive ones. Raises
    MistakeError, ControlPlaneInUseError, ToolchainError, ProcessError, ApiServerError.
    """
    if definitions:
        require_definitions(definitions)
    plane = ControlPlane(default_state())
    with locked(plane.state.lock, BUSY):
        plane.state.claim(root)
        if plane.running():
            unused = f"; {definitions} is not read: it counts when the control plane starts" if definitions else ""
            report(f"the embedded control plane is up already{unused}")
        else:
            warn_of_dead(plane, warn)
            plane.start(prepare_control_plane(), definitions)
        plane.ensure_nodes(embedded_hosts(root))
        for line in status_lines(plane.status()):
            report(line)


def take_down(root: Path, report: Report) -> None:
    """Stop the control plane and remove all its data. Raises ControlPlaneInUseError if another project uses it."""
    plane = ControlPlane(default_state())
    with locked(plane.state.lock, BUSY):
        plane.state.require(root)
        existed = plane.state.exists()
        plane.remove()
    report("the embedded control plane and its data are gone" if existed else "there is none")


def show_status(report: Report, warn: Report) -> bool:
    """Report the processes, the address and the version; return whether the control plane exists and is healthy."""
    plane = ControlPlane(default_state())
    if not plane.state.exists():
        report("there is no embedded control plane; `aerofleet local up` starts one")
        return False
    status = plane.status()
    for line in status_lines(status):
        report(line)
    if user := plane.state.user():
        report(f"  it has the stacks of the project {user}")
    warn_of_dead(plane, warn)
    return status.healthy


def warn_of_dead(plane: ControlPlane, warn: Report) -> None:
    """Show the end of the log of each process that died."""
    if lines := died_report(plane.died()):
        warn(lines.removesuffix("\n"))


def status_lines(status: Status) -> list[str]:
    width = max(len(name) for name in status.processes)
    lines = [
        f"  {name:<{width}}  {f'running, process {pid}' if pid else 'not running'}"
        for name, pid in status.processes.items()
    ]
    if status.version:
        place = f"Kubernetes {status.version} on {status.address}"
        lines.append(f"  {place}; it accepts objects, and nothing runs: no kubelets")
    elif status.address:
        lines.append(f"  the API server on {status.address} runs and does not answer")
    if status.permissive:
        lines.append(f"  definitions that accept anything: {', '.join(status.permissive)}")
    return lines
