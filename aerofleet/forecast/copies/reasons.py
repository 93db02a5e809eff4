"""Reasons for steps of a roll-out that leave records without a copy, or partitions without a node that serves them.

A namespace with one copy has none while its pod is out, at every restart: that is its own hazard (`one-copy`), and no
reason of a change. Whether the copy comes back is a matter of `aerofleet.ako.reasons`.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import MIN_CLUSTER_SIZE, is_strongly_consistent, namespaces, replication_factor
from aerofleet.ako.operator_files import ROLL_OUTS
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.restart import IMAGE, POD_RESTART, REMOVED, SCALED_DOWN, WARM, Restarts, batch_size
from aerofleet.ako.status import Status, rack_sizes
from aerofleet.findings import Effect, Reason, declared, rules_in
from aerofleet.forecast.copies.spread import PARTITIONS
from aerofleet.forecast.model import Forecast, ForecastStep, NamespaceCopies

NO_COPY_LEFT = declared(
    "no-copy-left",
    "A step of the roll-out takes down all copies of some records of a namespace that has several.",
    scope="change",
    severity="severe",
    source=f"{ROLL_OUTS}; Aerospike documentation, Rack awareness",
)
NOT_SERVED = declared(
    "not-served",
    "While pods are out, no node serves some partitions of a strongly consistent namespace; or fewer nodes than"
    " min-cluster-size are left, no cluster forms, and no node serves anything.",
    scope="change",
    severity="severe",
    source=f"{ROLL_OUTS}; Aerospike documentation, Consistency modes",
)

MORE_THAN_ONE = 2
_OUT = frozenset({WARM, POD_RESTART, IMAGE, SCALED_DOWN, REMOVED})


def may_lack_copies(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> bool:
    """Return whether a step may have one of these reasons; False for nearly every change, and cheap to know.

    The operator waits for migrations before a batch, which is in one rack of namespaces with a copy in another one. So
    only failed pods, the quorum of strong consistency, and min-cluster-size can make it too much.
    """
    if status.failed:
        return True
    least = max(old.min_cluster_size, new.min_cluster_size)
    if not old.has_roster and least < MORE_THAN_ONE:
        return False
    is_blocked = new.spec.get("rosterNodeBlockList") or any(rack.is_blocked_from_roster for rack in new.racks)
    if old.has_roster and is_blocked:
        return True
    if not restarts.blocked_hosts and not _OUT & set(restarts.pods.values()):
        return False
    sizes = [size for side in (old, new) for size in rack_sizes(side.size, len(side.racks))]
    wanted = [new.rack_config.get(key) for key in ("rollingUpdateBatchSize", "scaleDownBatchSize")]
    batch = max(batch_size(size, one) for size in sizes for one in wanted)
    left = min(old.size, new.size) - batch
    return left < least or any(batch >= factor or left < factor for factor in _strong_factors(old))


def copies_reasons(old: Cluster, new: Cluster, forecast: Forecast, status: Status) -> Iterator[Reason]:
    """Yield a reason for each namespace with several copies, of the first step that leaves the fewest; one reason for
    all namespaces where no cluster forms at a step.

    A step that takes down none but pods which have failed already leaves what there was before the change.
    """
    for number, step in enumerate(forecast.steps, 1):
        shortage = next((found for copies in step.copies if (found := copies.shortage) and not found.after), None)
        if shortage and set(step.out) - status.failed:
            rack = new.racks[0] if new.racks else old.racks[0]
            path = _batch_path(new, step) or config_path_of(new, rack, rack, f"service.{MIN_CLUSTER_SIZE}")
            where = f"step {number} of {len(forecast.steps)}: {_while(step)}"
            yield NOT_SERVED.reason(
                Effect.DATA_AT_RISK, path, f"{where} no cluster forms, and no node serves: {shortage}"
            )
            return
    known = {name: (rack, namespace) for rack in old.racks for _, name, namespace in namespaces(rack.config)}
    for name, (rack, namespace) in known.items():
        factor = min(replication_factor(namespace), old.size)
        every = [
            (number, step, copies)
            for number, step in enumerate(forecast.steps, 1)
            for copies in step.copies
            if copies.namespace == name and (step.kind == "roster" or set(step.out) - status.failed)
        ]
        if factor < 2 or not every:
            continue
        number, step, copies = min(every, key=lambda one: (one[2].copies > 0, -one[2].unavailable))
        where = f"step {number} of {len(forecast.steps)}"
        path = _batch_path(new, step) or config_path_of(new, rack, rack, f"namespaces.{{{name}}}.replication-factor")
        if copies.unavailable:
            message = f"{where}: {_while(step)} no node serves {_share(copies)} of {name}: {_why(copies, factor)}"
            yield NOT_SERVED.reason(Effect.DATA_AT_RISK, path, message)
        elif not copies.copies:
            message = f"{where}: {_while(step)} some records of {name} have no copy; it keeps {factor} of each"
            yield NO_COPY_LEFT.reason(Effect.DATA_AT_RISK, path, message)


def _strong_factors(cluster: Cluster) -> Iterator[int]:
    for _, _, namespace in cluster.written_namespaces:
        if is_strongly_consistent(namespace) and replication_factor(namespace) > 1:
            yield replication_factor(namespace)


def _batch_path(cluster: Cluster, step: ForecastStep) -> str:
    """Return the path of the batch size where the step takes several pods; empty where it takes one."""
    key = "scaleDownBatchSize" if step.kind == "shrink" else "rollingUpdateBatchSize"
    is_batch = len(step.pods) > 1 and cluster.rack_config.get(key) is not None
    return f"spec.rackConfig.{key}" if is_batch else ""


def _while(step: ForecastStep) -> str:
    return f"while {' and '.join(step.out)} {'is' if len(step.out) == 1 else 'are'} out," if step.out else "afterwards"


def _share(copies: NamespaceCopies) -> str:
    if copies.unavailable >= PARTITIONS:
        return f"the {PARTITIONS} partitions"
    return f"about {copies.unavailable} of the {PARTITIONS} partitions"


def _why(copies: NamespaceCopies, factor: int) -> str:
    if copies.unavailable >= PARTITIONS:
        return f"strong consistency needs as many nodes as copies, {factor}; one node more lets one of them restart"
    return f"{factor} nodes of the roster or more are away; with {factor - 1} at a time all partitions are served"


RULES = rules_in(globals())
