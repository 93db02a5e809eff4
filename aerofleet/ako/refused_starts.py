"""Configurations that the operator admits and the server refuses at its start: of a cluster, and of a change.

The operator restarts one batch of pods after the other and waits for each: the first server that does not come back
stops the roll-out, and every server that restarts for another reason stays away as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from aerofleet.aerospike.server import START_RULES, StartFinding, start_findings
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, section
from aerofleet.ako.config_file import as_file
from aerofleet.ako.default_config import NODE_ID
from aerofleet.ako.live import live_outcome
from aerofleet.ako.restart import IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, WARM, Restarts, judged_version
from aerofleet.findings import Finding
from aerofleet.findings.effect import SEVERITY_OF, Effect, Reason
from aerofleet.units.version import build_numbers, first_build

OLDEST = "6.0"
"""The first server version whose start is known. Source: `aerofleet.aerospike.server`."""

STOPS = "the server does not start with it"
ROLLOUT_STOPS = "the first server does not come back, and the roll-out stops there"
REFUSED_LIVE = "running servers refuse it as well, and the operator tries for ever"
LATER = "running servers take it live, and from then on none starts again"
STARTS = frozenset({WARM, POD_RESTART, IMAGE, NEW})
"""Kinds of restart with which a server starts."""

TAKEN_LIVE = {rule.id: frozenset(rule.taken_live) for rule in START_RULES}


@dataclass(frozen=True, slots=True)
class RefusedStart:
    """One reason why servers of ``rack``, and of the racks that share its configuration, do not start. ``path`` is
    where a person wrote it.
    """

    rack: Rack
    path: str
    finding: StartFinding

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells an old fault from a new one."""
        return self.finding.rule, self.path, self.finding.message


def refused_starts(cluster: Cluster) -> list[RefusedStart]:
    """Return every reason why a server of the cluster does not start, those of racks that are alike once."""
    if cluster.refused_starts is None:
        cluster.refused_starts = list(_refused_starts(cluster))
    return cluster.refused_starts


def _refused_starts(cluster: Cluster) -> Iterator[RefusedStart]:
    if not _is_known(cluster.version):
        return
    told: set[tuple[str, str, str]] = set()
    for rack in cluster.distinct_racks:
        for finding in errors_of(cluster.version, rack.config):
            refused = RefusedStart(rack, cluster.config_path(rack, *finding.path), finding)
            if refused.identity not in told:
                told.add(refused.identity)
                yield refused


def errors_of(version: str, config: Config) -> list[StartFinding]:
    """Return what the server of ``version`` refuses in ``config`` once the operator has written it to a file."""
    given = _without_placeholder(config)
    found = [each for each in start_findings(version, given) if each.severity == "error"]
    if not found:
        return found
    return [each for each in start_findings(version, as_file(given)) if each.severity == "error"]


def _without_placeholder(config: Config) -> Config:
    """The operator's placeholder for the node id is filled in by each pod."""
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
    """Return the same as findings of a file."""
    return [
        Finding(each.finding.rule, "error", each.path, f"{each.finding.message}: {STOPS}", each.finding.hint)
        for each in refused_starts(cluster)
    ]


# --- a change -----------------------------------------------------------------------------------------------------


def new_refusals(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    """Yield what a change makes servers refuse: at a start within it, live, or only at a later start."""
    for each, was_there in _compared(old, new, restarts):
        if was_there:
            continue
        effect, what = Effect.REFUSED, REFUSED_LIVE
        if _starts(new, each.rack, restarts):
            what = ROLLOUT_STOPS
        elif is_taken_live(each, restarts):
            effect, what = Effect.WARM_RESTART, LATER
        else:
            what = _refused_live(each, old, new, restarts)
        if what:
            message = f"{each.finding.message}: {what}; {each.finding.hint}"
            yield Reason(each.finding.rule, SEVERITY_OF[effect], each.path, message, effect=effect)


def _refused_live(refused: RefusedStart, old: Cluster, new: Cluster, restarts: Restarts) -> str:
    """What follows where running servers refuse it, too; empty where the reason live-refused says all of it."""
    version = judged_version(old, new)
    for outcome in [live_outcome(version, each.config) for each in restarts.racks if each.kind == LIVE]:
        answered = (*outcome.refused, *outcome.by_order)
        if any(step.key.rpartition(".")[2] == refused.finding.path[-1] for step, _ in answered):
            return "" if outcome.is_stuck else f"pods restart once another setting came first, and {ROLLOUT_STOPS}"
    return REFUSED_LIVE


def later_refusals(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[tuple[str, str]]:
    """Yield (path, message) of what stops servers at a later start: taken live by this change, or there before it."""
    for each, was_there in _compared(old, new, restarts):
        if was_there:
            yield each.path, f"{each.finding.message}; this was so before: every server that restarts stays away"
        elif not _starts(new, each.rack, restarts) and is_taken_live(each, restarts):
            yield each.path, f"{each.finding.message}: {LATER}"


def _compared(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[tuple[RefusedStart, bool]]:
    """Yield each refused start of the new cluster, and whether the old one has it, too; none where no server is
    concerned.
    """
    refused = refused_starts(new) if _is_touched(old, new, restarts) else []
    known = {fault.identity for fault in refused_starts(old)} if refused else set()
    for fault in refused:
        yield fault, fault.identity in known


def _is_touched(old: Cluster, new: Cluster, restarts: Restarts) -> bool:
    """Does a server start in this change, or its configuration differ?"""
    if old.version != new.version or any(kind != NO_RESTART for kind in restarts.pods.values()):
        return True
    return any(restart.config.differences or not restart.config.is_same_file for restart in restarts.racks)


def _starts(new: Cluster, rack: Rack, restarts: Restarts) -> bool:
    """Does a pod of ``rack``, or of a rack that shares its configuration, start in this change?"""
    alike = [each for each in new.racks if each is rack or (rack.is_shared and each.is_shared)]
    prefixes = tuple(f"{new.name}-{each.identity}-" for each in alike)
    return any(
        kind in STARTS and pod.startswith(prefixes) and pod.rpartition("-")[0] + "-" in prefixes
        for pod, kind in restarts.pods.items()
    )


def is_taken_live(refused: RefusedStart, restarts: Restarts) -> bool:
    """Do running servers take the change that this start rule is about?"""
    names = TAKEN_LIVE[refused.finding.rule]
    return any(
        restart.kind == LIVE and any(difference.names[-1] in names for difference in restart.config.differences)
        for restart in restarts.racks
    )
