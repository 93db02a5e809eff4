"""Check that the memory of a cluster's pods covers the limits in their settings."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_cluster


@rule(
    "pod-memory",
    scope="cell",
    severity="error",
    remedy="more memory, or smaller settings",
    source="Platform rule: docs/concepts/sizing.md; Linux, memory limit of a control group",
    can_render=True,
)
def pod_memory(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A pod has less memory than its settings let the server take: the pod is killed before writes stop.

    Clusters with `size: auto` are left out: the computation of the size reports the same.
    """
    if definitions.source.cell is None:
        return
    from aerofleet.fleet.auto_size import lacks_for_settings

    for cluster, settings in definitions.clusters():
        if settings.size != "auto":
            version = definitions.source.server_version(settings.channel)
            for message in lacks_for_settings(settings, version):
                yield in_cluster(cluster, (), message)


RULES = rules_in(globals())
