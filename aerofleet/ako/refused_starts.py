"""Configurations that the operator admits and the server refuses at its start: of a cluster, and of a change.

The operator restarts one batch of pods after the other and waits for it: the first server that does not come back
stops the roll-out, and every server that restarts for another reason stays away as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.aerospike.server import StartFault, start_faults
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, section
from aerofleet.ako.config_file import as_file
from aerofleet.ako.default_config import NODE_ID
from aerofleet.ako.live import live_outcome
from aerofleet.ako.restart import IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, WARM, Restarts, judged_version
from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect, Reason
from aerofleet.units.version import build_numbers, first_build

OLDEST = "6.0"
"""The first server version whose start is known. Source: `aerofleet.aerospike.server`."""

STOPS = "the server does not start with it"
ROLLOUT_STOPS = "the first server does not come back, and the roll-out stops there"
REFUSED_LIVE = "running servers refuse it as well, and the operator tries for ever"
LATER = "running servers take it live, and from then on none starts again"
STARTS = frozenset({WARM, POD_RESTART, IMAGE, NEW})
"""Kinds of restart with which a server starts."""


@dataclass(frozen=True, slots=True)
class RefusedStart:
    """One reason why servers of ``rack``, and of the racks that share its configuration, do not start.

    ``path`` is the path in the spec that a person wrote.
    """

    rack: Rack
    path: str
    fault: StartFault

    @property
    def identity(self) -> tuple[str, str, str]:
        """Return the key by which a fault of the old cluster is known in the new one."""
        return self.fault.rule.id, self.path, self.fault.message


def refused_starts(cluster: Cluster) -> list[RefusedStart]:
    """Return every reason why a server of the cluster does not start, those of racks that are alike once."""
    if cluster.refused_starts is None:
        cluster.refused_starts = list(_refused_starts(cluster))
    return cluster.refused_starts


def _refused_starts(cluster: Cluster) -> Iterator[RefusedStart]:
    if not _is_known(cluster.version):
        return
    known: set[tuple[str, str, str]] = set()
    for rack in cluster.distinct_racks:
        for fault in errors_of(cluster.version, rack.config):
            refused = RefusedStart(rack, cluster.config_path(rack, *fault.path), fault)
            if refused.identity not in known:
                known.add(refused.identity)
                yield refused


def errors_of(version: str, config: Config) -> list[StartFault]:
    """Return what the server of ``version`` refuses in ``config`` once the operator has written it to a file."""
    config = _without_placeholder(config)
    if not _errors(version, config):
        return []
    return _errors(version, as_file(config))


def _errors(version: str, config: Config) -> list[StartFault]:
    return [fault for fault in start_faults(version, config) if fault.rule.severity == "error"]


def _without_placeholder(config: Config) -> Config:
    """Return the configuration without the operator's placeholder for the node id, which every pod fills in."""
    service = section(config, "service")
    if service.get("node-id") != NODE_ID:
        return config
    return {**config, "service": {key: value for key, value in service.items() if key != "node-id"}}


def _is_known(version: str) -> bool:
    try:
        return build_numbers(version) >= first_build(OLDEST)
    except ValueError:
        return False


def start_errors(cluster: Cluster) -> list[Finding]:
    """Return the refused starts as findings about the cluster."""
    return [
        refused.fault.finding(refused.path, f"{refused.fault.message}: {STOPS}") for refused in refused_starts(cluster)
    ]


# --- a change -----------------------------------------------------------------------------------------------------


def new_refusals(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    """Yield what a change makes servers refuse: at a start within it, live, or only at a later start."""
    for refused, was_there in _compared(old, new, restarts):
        if was_there:
            continue
        effect, consequence = Effect.REFUSED, REFUSED_LIVE
        if _starts(new, refused.rack, restarts):
            consequence = ROLLOUT_STOPS
        elif is_taken_live(refused, restarts):
            effect, consequence = Effect.WARM_RESTART, LATER
        else:
            consequence = _refused_live(refused, old, new, restarts)
        if consequence:
            fault = refused.fault
            yield fault.rule.reason(effect, refused.path, f"{fault.message}: {consequence}; {fault.remedy}")


def _refused_live(refused: RefusedStart, old: Cluster, new: Cluster, restarts: Restarts) -> str:
    """Return the consequence where running servers refuse it, too; empty where another reason has it already."""
    version = judged_version(old, new)
    for outcome in [live_outcome(version, restart.config) for restart in restarts.racks if restart.kind == LIVE]:
        answered = (*outcome.refused, *outcome.by_order)
        if any(step.key.rpartition(".")[2] == refused.fault.path[-1] for step, _ in answered):
            return "" if outcome.is_stuck else f"pods restart once another setting came first, and {ROLLOUT_STOPS}"
    return REFUSED_LIVE


def later_refusals(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[tuple[str, str]]:
    """Yield (path, message) of what stops servers at a later start: taken live by this change, or there before it."""
    for refused, was_there in _compared(old, new, restarts):
        if was_there:
            yield refused.path, f"{refused.fault.message}; this was so before: every server that restarts stays away"
        elif not _starts(new, refused.rack, restarts) and is_taken_live(refused, restarts):
            yield refused.path, f"{refused.fault.message}: {LATER}"


def _compared(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[tuple[RefusedStart, bool]]:
    """Yield every refused start of the new cluster, and whether the old one has it, too.

    None where no server starts and no configuration changes.
    """
    refused = refused_starts(new) if _is_touched(old, new, restarts) else []
    known = {fault.identity for fault in refused_starts(old)} if refused else set()
    for fault in refused:
        yield fault, fault.identity in known


def _is_touched(old: Cluster, new: Cluster, restarts: Restarts) -> bool:
    """Return whether a server starts in this change, or its configuration differs."""
    if old.version != new.version or any(kind != NO_RESTART for kind in restarts.pods.values()):
        return True
    return any(restart.config.differences or not restart.config.is_same_file for restart in restarts.racks)


def _starts(new: Cluster, rack: Rack, restarts: Restarts) -> bool:
    """Return whether a pod of ``rack``, or of a rack that shares its configuration, starts in this change."""
    alike = [other for other in new.racks if other is rack or (rack.is_shared and other.is_shared)]
    prefixes = tuple(f"{new.name}-{other.identity}-" for other in alike)
    return any(
        kind in STARTS and pod.startswith(prefixes) and pod.rpartition("-")[0] + "-" in prefixes
        for pod, kind in restarts.pods.items()
    )


def is_taken_live(refused: RefusedStart, restarts: Restarts) -> bool:
    """Return whether running servers take the change that this start rule is about."""
    names = refused.fault.rule.taken_live
    return any(
        restart.kind == LIVE and any(difference.names[-1] in names for difference in restart.config.differences)
        for restart in restarts.racks
    )
