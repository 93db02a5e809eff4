"""Hazards of how many copies of a record are there at any moment: racks, batches, budgets and rosters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aerofleet.aerospike.server_files import PARTITION_BALANCE, SERVER
from aerofleet.ako.batches import BATCHES, percent_of
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import (
    is_strongly_consistent,
    replication_factor,
    section,
)
from aerofleet.ako.operator_files import (
    CONTROLLER,
    FUNCTIONS_OF_TYPES,
    LIBRARY,
    MUTATING_WEBHOOK,
    ROLL_OUTS,
    VALIDATING_WEBHOOK,
)
from aerofleet.ako.restart import batch_size
from aerofleet.ako.status import rack_sizes
from aerofleet.findings import Problem, rule, rules_in

_NODE_ID = re.compile(r"[0-9A-F]{1,16}")


@rule(
    "one-copy",
    scope="cluster",
    severity="severe",
    remedy="replication-factor: 2 or more",
    source=f"{PARTITION_BALANCE}: balance_namespace_ap",
)
def one_copy(cluster: Cluster) -> Iterator[Problem]:
    """A namespace keeps one copy of each record. Every lost node loses records, and so does every rebuilt pod of a
    namespace in memory.
    """
    for path, name, namespace in cluster.written_namespaces:
        if replication_factor(namespace) <= 1:
            yield f"{path}.replication-factor", f"{name} keeps one copy of each record"


@rule(
    "copies-over-racks",
    scope="cluster",
    severity="warning",
    remedy="as many racks as copies, or fewer copies",
    source="Aerospike documentation, Rack awareness",
)
def copies_over_racks(cluster: Cluster) -> Iterator[Problem]:
    """A namespace has more copies than there are racks, so two copies share a rack: losing that rack loses both."""
    racks = len(cluster.racks)
    for path, name, namespace in cluster.written_namespaces:
        if racks > 1 and replication_factor(namespace) > racks:
            yield f"{path}.replication-factor", f"{name} has {replication_factor(namespace)} copies on {racks} racks"


@rule(
    "uneven-racks",
    scope="cluster",
    severity="warning",
    remedy="a size that the number of racks divides",
    source=f"{FUNCTIONS_OF_TYPES}: DistributeItems",
)
def uneven_racks(cluster: Cluster) -> Iterator[Problem]:
    """The number of pods is no multiple of the number of racks. The smaller racks carry more data per pod, and are
    full first.
    """
    racks = len(cluster.racks)
    if racks > 1 and cluster.size > racks and cluster.size % racks:
        yield "spec.size", f"{cluster.size} pods don't spread evenly over {racks} racks"


@rule(
    "empty-rack",
    scope="cluster",
    severity="severe",
    remedy="a size of at least one pod a rack",
    source=f"{FUNCTIONS_OF_TYPES}: DistributeItems; {CONTROLLER}/rack.go: getConfiguredRackStateList",
)
def empty_rack(cluster: Cluster) -> Iterator[Problem]:
    """There are fewer pods than racks. The operator skips a rack that gets no pod, without a warning."""
    if 0 < cluster.size < len(cluster.racks):
        yield "spec.size", f"{cluster.size} pods over {len(cluster.racks)} racks leave racks empty"


@rule(
    "rack-namespace-unknown",
    scope="cluster",
    severity="warning",
    remedy="the name of a configured namespace",
    source=f"{MUTATING_WEBHOOK}: setDefaultNsConf; Aerospike documentation, Rack awareness",
)
def rack_namespace_unknown(cluster: Cluster) -> Iterator[Problem]:
    """A name in rackConfig.namespaces is of no configured namespace. The namespace that was meant is not rack-aware, so
    all copies may be in one rack.
    """
    known = {name for _, name, _ in cluster.written_namespaces}
    for position, name in enumerate(cluster.rack_namespaces):
        if name not in known:
            yield f"spec.rackConfig.namespaces[{position}]", f"there is no namespace {name}"


@rule(
    "not-rack-aware",
    scope="cluster",
    severity="warning",
    remedy="every namespace in rackConfig.namespaces",
    source=f"{MUTATING_WEBHOOK}: setDefaultNsConf; Aerospike documentation, Rack awareness",
)
def not_rack_aware(cluster: Cluster) -> Iterator[Problem]:
    """A namespace is not rack-aware although there are several racks. Losing a whole rack may lose all copies of a
    record.
    """
    if len(cluster.racks) > 1:
        for path, name, _ in cluster.written_namespaces:
            if name not in cluster.rack_namespaces:
                yield path, f"{name} is not rack-aware on {len(cluster.racks)} racks"


@rule(
    "percent-unchecked",
    scope="cluster",
    severity="warning",
    remedy="a whole number",
    source=f"{VALIDATING_WEBHOOK}: validateMaxUnavailable",
)
def percent_unchecked(cluster: Cluster) -> Iterator[Problem]:
    """The maxUnavailable is a percentage. The operator counts it as 0 when it compares it with the replication factors,
    so any percentage passes.
    """
    percent = percent_of(cluster.spec.get("maxUnavailable"))
    if percent and cluster.spec.get("disablePDB") is not True:
        yield "spec.maxUnavailable", f"{percent}% is not checked against the copies"


@rule(
    "no-pdb",
    scope="cluster",
    severity="severe",
    remedy="`disablePDB: false`",
    source=f"{CONTROLLER}/poddistruptionbudget.go: reconcilePDB; Kubernetes 1.35, eviction API",
)
def no_pdb(cluster: Cluster) -> Iterator[Problem]:
    """The operator makes no PodDisruptionBudget. A drain of nodes may take all copies of a record at once."""
    if cluster.spec.get("disablePDB") is True:
        yield "spec.disablePDB", "nothing holds a drain back"


@rule(
    "drains-blocked",
    scope="cluster",
    severity="warning",
    remedy="maxUnavailable: 1",
    source=f"{CONTROLLER}/poddistruptionbudget.go: createOrUpdatePDB; Kubernetes 1.35, eviction API",
)
def drains_blocked(cluster: Cluster) -> Iterator[Problem]:
    """No pod may be evicted under maxUnavailable. No drain of a node with a pod ever ends, until a person deletes the
    pod.
    """
    wanted = cluster.spec.get("maxUnavailable")
    if cluster.spec.get("disablePDB") is not True and (wanted == 0 or percent_of(wanted) == 0):
        yield "spec.maxUnavailable", f"{wanted} lets no pod be evicted"


@rule(
    "whole-rack-at-once",
    scope="cluster",
    severity="warning",
    remedy="a batch smaller than a rack",
    source=f"{CONTROLLER}/rack.go: getPodsBatchList; {ROLL_OUTS}",
)
def whole_rack_at_once(cluster: Cluster) -> Iterator[Problem]:
    """The operator restarts or removes all pods of a rack in one batch. One more lost node then loses records with
    two copies, and makes partitions of strongly consistent namespaces unavailable.
    """
    sizes = rack_sizes(cluster.size, len(cluster.racks)) if cluster.racks else []
    thin = [
        name
        for _, name, namespace in cluster.written_namespaces
        if is_strongly_consistent(namespace) or replication_factor(namespace) <= 2
    ]
    for key in BATCHES:
        wanted = cluster.rack_config.get(key)
        if wanted is not None and thin and any(size > 1 and batch_size(size, wanted) >= size for size in sizes):
            yield f"spec.rackConfig.{key}", f"{wanted} takes a whole rack of {', '.join(thin)} at once"


@rule(
    "batch-beyond-pdb",
    scope="cluster",
    severity="info",
    remedy="a batch of no more than maxUnavailable, or the knowledge that it is wanted",
    source=f"{CONTROLLER}/pod.go: restartPods; Kubernetes 1.35, eviction API: a deletion is no eviction",
)
def batch_beyond_pdb(cluster: Cluster) -> Iterator[Problem]:
    """A batch is larger than maxUnavailable. The operator deletes pods itself, so no PodDisruptionBudget limits it;
    meanwhile the budget blocks every drain.
    """
    allowed = cluster.spec.get("maxUnavailable")
    sizes = rack_sizes(cluster.size, len(cluster.racks)) if cluster.racks else []
    for key in BATCHES:
        wanted = cluster.rack_config.get(key)
        most = max((batch_size(size, wanted) for size in sizes), default=1)
        if wanted is not None and type(allowed) is int and most > allowed:
            yield f"spec.rackConfig.{key}", f"{most} pods go at a time, and maxUnavailable is {allowed}"


@rule(
    "no-node-to-spare",
    scope="cluster",
    severity="severe",
    remedy="a min-cluster-size with room for the nodes that may be away",
    source=f"{SERVER}, as/src/fabric/clustering.c: paxos_proposer_proposal_start, register_validate_cluster",
)
def no_node_to_spare(cluster: Cluster) -> Iterator[Problem]:
    """No node is to spare under min-cluster-size. With one node away the others don't form a cluster, so every restart
    stops all reads and writes.
    """
    for rack in cluster.distinct_racks:
        least = section(rack.config, "service").get("min-cluster-size")
        if isinstance(least, int) and cluster.size > 1 and least > cluster.size - 1:
            path = cluster.config_path(rack, "service", "min-cluster-size")
            if least > cluster.size:
                yield path, f"{least} nodes make a cluster, and there are {cluster.size}: it never forms"
            else:
                yield path, f"{least} of {cluster.size} nodes must be there"


@rule(
    "migrations-off",
    scope="cluster",
    severity="severe",
    remedy="1 or more, once the reason is gone",
    source=(
        f"{SERVER}, as/src/fabric/migrate.c: as_migrate_init; {CONTROLLER}/aero_info_calls.go:"
        " waitForMultipleNodesSafeStopReady"
    ),
)
def migrations_off(cluster: Cluster) -> Iterator[Problem]:
    """Migrations are turned off. Missing copies stay missing, and the operator waits for ever before it restarts
    its next pod.
    """
    for rack in cluster.distinct_racks:
        for key in ("migrate-threads", "migrate-max-num-incoming"):
            if section(rack.config, "service").get(key) == 0:
                yield cluster.config_path(rack, "service", key), "no partition moves"


@rule(
    "stays-quiesced",
    scope="cluster",
    severity="severe",
    remedy="leave it out, but for maintenance of single nodes",
    source="Aerospike documentation, Quiesce a node: stay-quiesced",
)
def stays_quiesced(cluster: Cluster) -> Iterator[Problem]:
    """A server that restarts stays quiesced: it has no partition until a person takes that back."""
    for rack in cluster.distinct_racks:
        if section(rack.config, "service").get("stay-quiesced") is True:
            yield cluster.config_path(rack, "service", "stay-quiesced"), "nodes come back without partitions"


@rule(
    "ignored-pods",
    scope="cluster",
    severity="warning",
    remedy="leave it out, and mend the pods",
    source=f"{ROLL_OUTS}; {CONTROLLER}/pod.go: getIgnorablePods; {CONTROLLER}/reconciler.go: recoverIgnorablePods",
)
def ignored_pods(cluster: Cluster) -> Iterator[Problem]:
    """The operator leaves failed pods out of every check before a restart, so copies may be missing already. A
    roll-out ends without them, and the operator then deletes them again and again.
    """
    wanted = cluster.rack_config.get("maxIgnorablePods")
    if wanted not in (None, 0, "0%"):
        yield "spec.rackConfig.maxIgnorablePods", f"up to {wanted} failed pods of a rack are passed over"


@rule(
    "roster-force",
    scope="cluster",
    severity="severe",
    remedy="leave it out, but in an emergency",
    source=(
        f"{CONTROLLER}/rack.go: getRacksToBeBlockedFromRoster; {LIBRARY}, deployment/strong_consistency.go:"
        " shouldIgnorePartitions"
    ),
)
def roster_force(cluster: Cluster) -> Iterator[Problem]:
    """A rack leaves the roster of strongly consistent namespaces even while partitions are dead or unavailable."""
    for rack in cluster.racks:
        if rack.is_blocked_from_roster and cluster.has_roster:
            yield (
                f"spec.rackConfig.racks[{rack.position}].forceBlockFromRoster",
                f"rack {rack.id} is forced out of the roster",
            )


@rule(
    "roster-ids",
    scope="cluster",
    severity="warning",
    remedy="node ids as the server prints them: up to 16 hexadecimal digits",
    source=f"{LIBRARY}, deployment/strong_consistency.go: setFilteredRosterNodes",
)
def roster_ids(cluster: Cluster) -> Iterator[Problem]:
    """An entry of rosterNodeBlockList is no node id. It blocks no node, and nothing warns of it."""
    for position, node in enumerate(cluster.spec.get("rosterNodeBlockList") or []):
        if not _NODE_ID.fullmatch(str(node)):
            yield f"spec.rosterNodeBlockList[{position}]", f"{node!r} is no node id"


@rule(
    "blocked-pods-wait",
    scope="cluster",
    severity="severe",
    remedy="the class in storage.localStorageClasses",
    source=f"{CONTROLLER}/pvc.go: deleteLocalPVCs; Kubernetes 1.35, node affinity of volumes",
)
def blocked_pods_wait(cluster: Cluster) -> Iterator[Problem]:
    """Pods have to leave a blocked host, and the class of their claims is not in localStorageClasses. The claims
    stay on the host, and the pods wait for ever.
    """
    hosts = cluster.spec.get("k8sNodeBlockList")
    if not hosts:
        return
    for rack in cluster.distinct_racks:
        local = set(rack.storage.get("localStorageClasses") or [])
        classes = {
            section(volume, "source", "persistentVolume").get("storageClass")
            for volume in rack.storage.get("volumes") or []
        }
        for name in sorted(str(name) for name in classes - local - {None}):
            yield (
                f"{cluster.storage_path(rack)}.localStorageClasses",
                f"class {name} is not listed: if it is local, pods from {', '.join(hosts)} wait for ever",
            )


RULES = rules_in(globals())
