"""Check that a Kubernetes cluster is ready for a stack, just before the engine makes the stack's first resource.

Neither check changes what is built. Each reports in a few lines what would else do damage or fail at every object.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from aerofleet.findings.stop import FailureError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.stack_name import PLATFORM, StackName
from aerofleet.live.preflight import absent_node, absent_nodes, hosts_in_maintenance
from aerofleet.units.aerospike_cluster import API_VERSION, KIND


class NotReadyError(FailureError):
    """The Kubernetes cluster lacks what the stack needs before its first resource."""


def require_platform(name: StackName, cell: Cell, *, is_preview: bool, warn: Callable[[str], None]) -> None:
    """Raise NotReadyError if the platform of a group's clusters is not installed; a preview only warns."""
    if name.holds_platform(cell):
        return
    # Loaded here: the import takes a second.
    from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError

    try:
        is_installed = ClusterApi(cell.context).serves(API_VERSION, KIND)
    except ClusterUnreachableError:
        return  # the provider has the same error and reports it
    if is_installed:
        return
    message = (
        f"the API server of context '{cell.context}' does not know AerospikeClusters yet: "
        f"bring up {StackName(cell.name, PLATFORM)} first"
    )
    if not is_preview:
        raise NotReadyError(message)
    warn(message)


def require_nodes(name: StackName, cell: Cell, warn: Callable[[str], None]) -> None:
    """Raise NotReadyError with a finding for each active host of the platform that is no node.

    The provider's patch of an absent Node would create it (server-side apply creates what does not exist), and that
    Node would have no machine.
    """
    if not any(pool.hosts for pool in cell.pools) or not name.holds_platform(cell):
        return
    from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError

    try:
        nodes = ClusterApi(cell.context).labels("v1", "Node", "")
    except ClusterUnreachableError as error:
        raise NotReadyError(f"{error}; without its list of nodes it is unknown which hosts can be patched") from None
    for host in hosts_in_maintenance(cell):
        if host.name not in nodes:
            warn(
                f"host {host.name} is in maintenance and no node of context '{cell.context}': nothing is sent to it. "
                "If its NodePatch shows as a create, this stack never knew it: write `state: absent` first, or a Node "
                "object without a machine is made"
            )
    findings = [absent_node.finding(*absent) for absent in absent_nodes(cell, nodes)]
    absent = [replace(finding, message=f"{finding.message} in context '{cell.context}'") for finding in findings]
    if absent:
        count = "1 active host is no node" if len(absent) == 1 else f"{len(absent)} active hosts are no nodes"
        message = f"{count} of the Kubernetes cluster; `aerofleet preflight {cell.name}` shows the same"
        raise NotReadyError(message, absent)
