"""The objects of a rendered cell with the stacks that make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.fleet.stack_name import StackName
from aerofleet.manifests.rendered import RenderedCell
from aerofleet.units.cluster_key import cluster_key

StackObject = tuple[str, Mapping[str, Any]]
"""(stack, object)."""


def stack_objects(cell: RenderedCell, platform: str, cluster: str | None = None) -> Iterator[StackObject]:
    """Yield the objects of a cell in the order in which they are made. ``platform``: the stack of the platform.
    ``cluster``: TEAM/CLUSTER of the only cluster whose objects are wanted.
    """
    if cluster is None:
        yield from ((platform, manifest) for manifest in cell.platform.objects())
    for team in cell.teams:
        stack = str(StackName(cell.name, team.group))
        if cluster is None:
            yield from ((stack, manifest) for manifest in team.objects)
        for built in team.clusters:
            if cluster in (None, cluster_key(team.name, built.name)):
                yield from ((stack, manifest) for manifest in built.objects)
