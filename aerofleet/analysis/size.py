"""The sizes of a cell's clusters: what their workloads need, and what they lack."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aerofleet.findings import Finding, declared, rules_in
from aerofleet.fleet.auto_size import lacks_for_workload, sizing_of
from aerofleet.fleet.resolve import Resolution, pool_models
from aerofleet.sizing import Shortfall, Sizing

SIZE_SHORT = declared(
    "size-short",
    "A size that is written does not carry the cluster's workload until the planned date.",
    scope="cell",
    severity="warning",
    remedy="a larger size, or `size: auto`",
    source="Platform rule: docs/concepts/sizing.md",
)
RULES = rules_in(globals())


def cluster_sizing(resolution: Resolution, cluster: str) -> tuple[Sizing, Sequence[Shortfall]]:
    """Return the sizing of TEAM/CLUSTER with its written size, and its shortfalls.

    Raises ValueError if the sizing can't read the cluster's settings.
    """
    source, settings = resolution.source, resolution.settings[cluster].settings
    assert source is not None  # noqa: S101
    return sizing_of(settings, source.server_version(settings.channel), pool_models(source, settings))


def size_findings(resolution: Resolution) -> Iterator[Finding]:
    """Yield a warning for each shortfall of a written size; none for definitions with mistakes."""
    source = resolution.source
    if resolution.cell is None or source is None:
        return
    for definition in source.clusters:
        settings = resolution.settings[definition.key].settings
        location = definition.document.locate((*definition.place, "size"))
        for lack in lacks_for_workload(
            settings, source.server_version(settings.channel), pool_models(source, settings)
        ):
            remedy = f"a larger size, or `size: auto`; `aerofleet size {definition.key}` says what it needs and has"
            message = f"does not hold the workload: {lack}"
            yield SIZE_SHORT.finding("size", message, remedy, location, definition.subject)
