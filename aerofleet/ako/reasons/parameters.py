"""Reasons for parameters that no rule knows, and for those that reach new pods only."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_change import ConfigChange, judge
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.restart import Restarts, judged_version
from aerofleet.findings import Effect, Problem, Reason, declared, rule, rules_in

WITH_NEW_PODS = "comes with the pods that are new"

NEW_PODS = declared(
    "new-pods",
    "No rack stays, so a parameter that differs comes with the new pods.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/rack.go: reconcileRacks",
)


@rule(
    "unknown-parameter",
    scope="config",
    severity="severe",
    remedy="a parameter of this server version",
    source="Aerospike configuration schemas, 6.0 to 8.2",
)
def unknown_parameter(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """No rule knows what the parameter does, because no schema of the server's version has it."""
    for difference in change.differences:
        if not difference.is_known:
            yield difference.key, f"{difference.parameter} is unknown at {version}"


def parameter_reasons(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    """Yield a reason for every parameter that no rule knows.

    Where no rack stays, also for every parameter that differs: no pod restarts for it.
    """
    changes = [(restart.before, restart.rack, restart.config) for restart in restarts.racks]
    staying = {rack.identity for _, rack, _ in changes}
    for rack in new.distinct_racks:
        if rack.identity not in staying and old.racks:
            before, target = old.racks[0], judged_version(new, old)
            change = judge(judged_version(old, new), before.config, rack.config, target=target)
            changes.append((before, rack, change))
    for before, rack, change in changes:
        for difference in change.differences:
            path = config_path_of(new, before, rack, difference.key)
            if not difference.is_known:
                yield unknown_parameter.reason(Effect.DATA_AT_RISK, path, "unknown: no rule knows this parameter")
            elif not staying and difference.names[-1] != "rack-id":
                yield NEW_PODS.reason(Effect.LIVE, path, f"{difference.clause}, {WITH_NEW_PODS}")


RULES = rules_in(globals())
