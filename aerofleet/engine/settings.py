"""The settings of a stack beside its objects: its server, its protected objects, and the hosts that it does not patch.

A change of these changes no object, and yet `pulumi up` acts on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.fleet.stack_name import StackName, stack_names
from aerofleet.manifests.rendered import RenderedCell
from aerofleet.units.cluster_key import cluster_key

StackSettings = Mapping[str, Any]
"""``context``: a name of the kubeconfig; ``protected`` and ``inMaintenance``: lists of names."""
STATES = {"inMaintenance": "in maintenance"}
"""Setting → its name in a sentence, where that is another one."""


def settings_of(cell: Cell, rendered: RenderedCell) -> dict[str, StackSettings]:
    """Return stack → its settings, as JSON."""
    return {
        str(stack): {
            "context": cell.context,
            "protected": list(protected(stack, cell, rendered)),
            "inMaintenance": list(hosts_in_maintenance(rendered)) if stack.holds_platform(cell) else [],
        }
        for stack in stack_names(cell)
    }


def protected(stack: StackName, cell: Cell, rendered: RenderedCell) -> Iterator[str]:
    if stack.holds_platform(cell) and (not rendered.ephemeral or cell.carries_groups):
        yield "platform"
    for team in rendered.teams:
        if stack.holds_group(cell, team.group):
            if team.protected:
                yield f"team {team.name}"
            yield from (
                f"cluster {cluster_key(team.name, cluster.name)}" for cluster in team.clusters if cluster.protected
            )


def hosts_in_maintenance(rendered: RenderedCell) -> Iterator[str]:
    for pool in rendered.platform.pools:
        yield from sorted(pool.in_maintenance)


def settings_changes(
    before: Mapping[str, StackSettings], after: Mapping[str, StackSettings]
) -> dict[str, tuple[str, ...]]:
    """Return stack → a description of each difference, for stacks in both; the others differ as a whole."""
    return {
        stack: tuple(line for key in after[stack] for line in lines(key, before[stack].get(key), after[stack][key]))
        for stack in after
        if stack in before and before[stack] != after[stack]
    }


def lines(key: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, list):
        state = STATES.get(key, key)
        yield from (f"now {state}: {name}" for name in new if name not in old)
        yield from (f"no longer {state}: {name}" for name in old if name not in new)
    elif old is not None and old != new:
        yield f"{key}: {old} → {new}"
