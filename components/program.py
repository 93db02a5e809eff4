"""Make the resources of a stack."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.runtime import settings

from aerofleet.analysis.cell import judged
from aerofleet.findings import Finding
from aerofleet.fleet.cell import Cell as ResolvedCell
from aerofleet.fleet.cluster import Cluster
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import PLATFORM, StackName, parse_stack_name, wrong_stack
from aerofleet.live.preflight import absent_nodes, resting_hosts
from aerofleet.manifests import render_cell
from aerofleet.manifests.rendered import RenderedCell
from components.cell import Cell, CellArgs
from components.team_space import TeamSpace, TeamSpaceArgs

CLUSTER_KIND = ("asdb.aerospike.com/v1", "AerospikeCluster")


def deploy(root: Path, stack: str) -> None:
    """Make every resource of ``stack``; a person's mistakes end the run with one line each and no traceback."""
    # Pulumi's language host interrupts the program of a failed run. Python would print a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    name = parse_stack_name(stack)
    resolution = resolve_cell(root, name.cell)
    refuse_on_errors(resolution.findings)
    cell = resolution.cell
    if cell is None:
        raise pulumi.RunError(f"no cell '{name.cell}' under stacks/")
    mistake = wrong_stack(name, cell)
    if mistake:
        raise pulumi.RunError(mistake)
    rendered = render_cell(cell)
    # The server calls the operator's webhook only for objects whose namespace exists: a preview of a new team would
    # succeed where `up` fails.
    refuse_on_errors(tuple(judged(resolution, rendered)))
    expect_platform(name, cell)
    expect_nodes(name, cell)
    make_resources(name, cell, rendered)
    send_before_waiting()


def send_before_waiting() -> None:
    """Have Pulumi's SDK (3.272) wait for requests first, and for outputs afterwards.

    When the program ends nothing has been sent yet, so the SDK finds no request to wait for, turns to the outputs, and
    looks through all of them again whenever one arrives: for 170 clusters that was two thirds of the program's time.
    A request that does nothing makes it take the requests first.
    """
    settings._get_rpc_manager().rpcs.append(asyncio.ensure_future(asyncio.sleep(0)))


def expect_platform(name: StackName, cell: ResolvedCell) -> None:
    """Raise RunError if the platform of a group's clusters is not installed; a preview only warns.

    This does not change what is built. It reports in one line what would else be an error at every cluster.
    """
    if name.holds_platform(cell):
        return
    # Loaded here: the import takes a second.
    from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError

    try:
        served = ClusterApi(cell.context).serves(*CLUSTER_KIND)
    except ClusterUnreachableError:
        return  # the provider has the same error and reports it
    if served:
        return
    message = (
        f"the API server of context '{cell.context}' does not know AerospikeClusters yet: "
        f"bring up {StackName(cell.name, PLATFORM)} first"
    )
    if not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(message)
    pulumi.log.warn(message)


def expect_nodes(name: StackName, cell: ResolvedCell) -> None:
    """Raise RunError with one line for each active host of the platform that is no node.

    This does not change what is built. The provider's patch of an absent Node would create it (server-side apply
    creates what does not exist), and that Node would have no machine.
    """
    if not any(pool.hosts for pool in cell.pools) or not name.holds_platform(cell):
        return
    from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError

    try:
        there = ClusterApi(cell.context).labels("v1", "Node", "")
    except ClusterUnreachableError as error:
        raise pulumi.RunError(f"{error}; without its nodes nobody knows which hosts can be patched") from None
    for host in resting_hosts(cell):
        if host.name not in there:
            pulumi.log.warn(
                f"host {host.name} is in maintenance and no node of context '{cell.context}': nothing is sent to it. "
                "If its NodePatch shows as a create, this stack never knew it: write `state: absent` first, or a Node "
                "object without a machine is made"
            )
    absent = tuple(absent_nodes(cell, there))
    for finding in absent:
        pulumi.log.error(f"{finding.path}  {finding.message} in context '{cell.context}' – {finding.remedy}")
    if absent:
        count = "1 active host is no node" if len(absent) == 1 else f"{len(absent)} active hosts are no nodes"
        raise pulumi.RunError(f"{count} of the Kubernetes cluster; `aerofleet preflight {cell.name}` shows the same")


def refuse_on_errors(findings: tuple[Finding, ...]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    for finding in errors:
        place = f"{finding.location}  " if finding.location else ""
        hint = f" – {finding.remedy}" if finding.remedy else ""
        pulumi.log.error(f"{place}{finding.path}  {finding.message}{hint}")
    if errors:
        count = "1 mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
        raise pulumi.RunError(f"{count} in the definitions; `aerofleet check` shows the same, with more detail")


def make_resources(name: StackName, cell: ResolvedCell, rendered: RenderedCell) -> None:
    # The context comes from the definitions, so that a stack can't be applied to another environment's cluster
    # by the kubeconfig that happens to be current. The identifier identifies the provider: without it, a
    # kubeconfig in another place, or a server with another address, would replace every object of the stack.
    # A ConfigMap that changes is written in place: by default the provider deletes it first.
    provider = kubernetes.Provider(
        "kubernetes", context=cell.context, cluster_identifier=cell.name, enable_config_map_mutable=True
    )
    opts = pulumi.ResourceOptions(providers=[provider])
    ready = None
    if name.holds_platform(cell):
        args = CellArgs(rendered.platform, not rendered.ephemeral, carries_groups=cell.carries_groups)
        ready = Cell(cell.name, args, opts).ready
    for team in rendered.teams:
        if name.holds_group(cell, team.group):
            TeamSpace(team.name, TeamSpaceArgs(team, ready), opts)
    pulumi.export("cell", cell.name)
    pulumi.export("clusters", inventory(name, cell))


def inventory(name: StackName, cell: ResolvedCell) -> dict[str, dict[str, Any]]:
    """Return the endpoint and the identity of each cluster: addresses and names, never a credential."""
    return {
        f"{cluster.team}/{cluster.name}": {
            "namespace": cluster.namespace,
            "resource": cluster.resource_name,
            "tier": cluster.tier.reference,
            "image": cluster.image,
            "size": cluster.size,
            **endpoint(cluster),
        }
        for team in cell.teams
        if name.holds_group(cell, team.group)
        for cluster in team.clusters
        if cluster.is_deployed
    }


def endpoint(cluster: Cluster) -> dict[str, str]:
    """Return the endpoint for clients inside the Kubernetes cluster: address, port, and the tls name of the nodes."""
    tls, ports = cluster.security.tls, cluster.ports
    host = f"{cluster.resource_name}.{cluster.namespace}.svc"
    if tls is None:
        return {"endpoint": f"{host}:{ports.service}"}
    return {"endpoint": f"{host}:{ports.tls_service}", "tlsName": tls.name}
