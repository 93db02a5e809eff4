"""Make the resources of a stack."""

from __future__ import annotations

import asyncio

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi.runtime import settings

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.inventory import inventory
from aerofleet.fleet.stack_name import StackName
from aerofleet.manifests.rendered import RenderedCell
from components.platform import Platform, PlatformArgs
from components.team_space import TeamSpace, TeamSpaceArgs


def make_stack(name: StackName, cell: Cell, rendered: RenderedCell) -> None:
    """Make every resource of the stack, and its outputs."""
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
        args = PlatformArgs(rendered.platform, not rendered.ephemeral, carries_groups=cell.carries_groups)
        ready = Platform(cell.name, args, opts).ready
    for team in rendered.teams:
        if name.holds_group(cell, team.group):
            TeamSpace(team.name, TeamSpaceArgs(team, ready), opts)
    pulumi.export("cell", cell.name)
    pulumi.export("clusters", inventory(name, cell))
    send_before_waiting()


def send_before_waiting() -> None:
    """Have Pulumi's SDK (3.272) wait for requests first, and for outputs afterwards.

    When the program ends nothing has been sent yet, so the SDK finds no request to wait for, turns to the outputs, and
    looks through all of them again whenever one arrives: for 170 clusters that was two thirds of the program's time.
    A request that does nothing makes it take the requests first.
    """
    settings._get_rpc_manager().rpcs.append(asyncio.ensure_future(asyncio.sleep(0)))
