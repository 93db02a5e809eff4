"""Hazards of one AerospikeCluster as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

from aerofleet.ako.batches import BATCHES, percent_of
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import (
    entries,
    ignores_devices,
    is_purely_in_memory,
    is_strongly_consistent,
    replication_factor,
    section,
)
from aerofleet.ako.image import edition
from aerofleet.ako.references import ADMIN
from aerofleet.ako.restart import batch_size
from aerofleet.ako.rights import ADMINISTRATIVE, administrative, role_privileges, users_of
from aerofleet.ako.status import rack_sizes
from aerofleet.findings import Problem, rule, rules_in

_NODE_ID = re.compile(r"[0-9A-F]{1,16}")


@rule(
    "one-copy",
    scope="cluster",
    severity="severe",
    remedy="replication-factor: 2 or more",
    source="aerospike-server, reference of parameters: replication-factor",
)
def one_copy(cluster: Cluster) -> Iterator[Problem]:
    """With one copy every lost node loses records, and every rebuilt pod of an in-memory namespace does."""
    for path, name, namespace in cluster.written_namespaces:
        if replication_factor(namespace) <= 1:
            yield f"{path}.replication-factor", f"{name} keeps one copy of each record"


@rule(
    "copies-over-racks",
    scope="cluster",
    severity="warning",
    remedy="as many racks as copies, or fewer copies",
    source="aerospike-server, partition_balance.c: replicas and racks",
)
def copies_over_racks(cluster: Cluster) -> Iterator[Problem]:
    """With more copies than racks two copies share a rack: losing that rack takes both."""
    racks = len(cluster.racks)
    for path, name, namespace in cluster.written_namespaces:
        if racks > 1 and replication_factor(namespace) > racks:
            yield f"{path}.replication-factor", f"{name} has {replication_factor(namespace)} copies on {racks} racks"


@rule(
    "uneven-racks",
    scope="cluster",
    severity="warning",
    remedy="a size that the number of racks divides",
    source="AKO 4.5.0: DistributeItems",
)
def uneven_racks(cluster: Cluster) -> Iterator[Problem]:
    """Racks of different sizes carry different loads; the smallest one is full first."""
    racks = len(cluster.racks)
    if racks > 1 and cluster.size > racks and cluster.size % racks:
        yield "spec.size", f"{cluster.size} pods don't spread evenly over {racks} racks"


@rule(
    "empty-rack",
    scope="cluster",
    severity="severe",
    remedy="a size of at least one pod a rack",
    source="AKO 4.5.0: DistributeItems",
)
def empty_rack(cluster: Cluster) -> Iterator[Problem]:
    """A rack that gets no pod is skipped without a word."""
    if 0 < cluster.size < len(cluster.racks):
        yield "spec.size", f"{cluster.size} pods over {len(cluster.racks)} racks leave racks empty"


@rule(
    "rack-namespace-unknown",
    scope="cluster",
    severity="warning",
    remedy="the name of a configured namespace",
    source="AKO 4.5.0, API: rackConfig.namespaces",
)
def rack_namespace_unknown(cluster: Cluster) -> Iterator[Problem]:
    """A misspelt name makes no namespace rack-aware: all copies may lie in one rack."""
    known = {name for _, name, _ in cluster.written_namespaces}
    for position, name in enumerate(cluster.rack_namespaces):
        if name not in known:
            yield f"spec.rackConfig.namespaces[{position}]", f"there is no namespace {name}"


@rule(
    "not-rack-aware",
    scope="cluster",
    severity="warning",
    remedy="every namespace in rackConfig.namespaces",
    source="AKO 4.5.0, API: rackConfig.namespaces; aerospike-server, partition_balance.c",
)
def not_rack_aware(cluster: Cluster) -> Iterator[Problem]:
    """A namespace that is not rack-aware keeps copies anywhere: a whole rack's loss may take all of them."""
    if len(cluster.racks) > 1:
        for path, name, _ in cluster.written_namespaces:
            if name not in cluster.rack_namespaces:
                yield path, f"{name} is not rack-aware on {len(cluster.racks)} racks"


@rule(
    "percent-unchecked",
    scope="cluster",
    severity="warning",
    remedy="a whole number",
    source="AKO 4.5.0: validateMaxUnavailable",
)
def percent_unchecked(cluster: Cluster) -> Iterator[Problem]:
    """The operator compares a percentage as 0 with the replication factors: any percentage passes."""
    percent = percent_of(cluster.spec.get("maxUnavailable"))
    if percent and cluster.spec.get("disablePDB") is not True:
        yield "spec.maxUnavailable", f"{percent}% is not checked against the copies"


@rule(
    "no-pdb",
    scope="cluster",
    severity="severe",
    remedy="disablePDB: false",
    source="AKO 4.5.0: reconcilePDB; Kubernetes 1.35, evictions",
)
def no_pdb(cluster: Cluster) -> Iterator[Problem]:
    """Without a PodDisruptionBudget a drain of nodes may take all copies of records at once."""
    if cluster.spec.get("disablePDB") is True:
        yield "spec.disablePDB", "nothing holds a drain back"


@rule(
    "drains-blocked",
    scope="cluster",
    severity="warning",
    remedy="maxUnavailable: 1",
    source="AKO 4.5.0: createOrUpdatePDB; Kubernetes 1.35, evictions",
)
def drains_blocked(cluster: Cluster) -> Iterator[Problem]:
    """With 0 no drain of a node that holds a pod ever ends, and whoever needs the node deletes the pod by hand."""
    wanted = cluster.spec.get("maxUnavailable")
    if cluster.spec.get("disablePDB") is not True and (wanted == 0 or percent_of(wanted) == 0):
        yield "spec.maxUnavailable", f"{wanted} lets no pod be evicted"


@rule(
    "whole-rack-at-once",
    scope="cluster",
    severity="warning",
    remedy="a batch smaller than a rack",
    source="AKO 4.5.0: getPodsBatchList; aerospike-server, partition_balance.c",
)
def whole_rack_at_once(cluster: Cluster) -> Iterator[Problem]:
    """With a whole rack away, one more lost node loses records of two copies, and makes partitions of strongly
    consistent namespaces unavailable.
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
    source="AKO 4.5.0: restartPods; Kubernetes 1.35: a deletion is no eviction",
)
def batch_beyond_pdb(cluster: Cluster) -> Iterator[Problem]:
    """The operator deletes pods itself, and no PodDisruptionBudget holds it back; meanwhile every drain is."""
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
    source="aerospike-server, reference of parameters: min-cluster-size",
)
def no_node_to_spare(cluster: Cluster) -> Iterator[Problem]:
    """With one node away the others don't form a cluster: every restart stops all reads and writes."""
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
    source="aerospike-server, migrate.c; AKO 4.5.0: waitForClusterStability",
)
def migrations_off(cluster: Cluster) -> Iterator[Problem]:
    """Migrations never end: copies that are missing stay missing, and the operator waits for ever before its next
    pod.
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
    source="aerospike-server, reference of parameters: stay-quiesced",
)
def stays_quiesced(cluster: Cluster) -> Iterator[Problem]:
    """A server that restarts comes back quiesced, and holds no partition until somebody undoes it."""
    for rack in cluster.distinct_racks:
        if section(rack.config, "service").get("stay-quiesced") is True:
            yield cluster.config_path(rack, "service", "stay-quiesced"), "nodes come back without partitions"


@rule(
    "ignored-pods",
    scope="cluster",
    severity="warning",
    remedy="leave it out, and mend the pods",
    source="recorded roll-outs of AKO 4.5.0; getIgnorablePods and recoverIgnorablePods",
)
def ignored_pods(cluster: Cluster) -> Iterator[Problem]:
    """Ignored pods are left out of every check before a restart: copies may be missing already. A roll-out ends over
    them, and the operator then deletes them again and again.
    """
    wanted = cluster.rack_config.get("maxIgnorablePods")
    if wanted not in (None, 0, "0%"):
        yield "spec.rackConfig.maxIgnorablePods", f"up to {wanted} failed pods of a rack are passed over"


@rule(
    "roster-force",
    scope="cluster",
    severity="severe",
    remedy="leave it out, but in an emergency",
    source="AKO 4.5.0: getRacksToBeBlockedFromRoster and getAndSetRoster",
)
def roster_force(cluster: Cluster) -> Iterator[Problem]:
    """The rack leaves the roster of strongly consistent namespaces even while partitions are dead or unavailable."""
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
    source="AKO 4.5.0: getAndSetRoster",
)
def roster_ids(cluster: Cluster) -> Iterator[Problem]:
    """What is no node id blocks nothing, without a word."""
    for position, node in enumerate(cluster.spec.get("rosterNodeBlockList") or []):
        if not _NODE_ID.fullmatch(str(node)):
            yield f"spec.rosterNodeBlockList[{position}]", f"{node!r} is no node id"


@rule(
    "blocked-pods-wait",
    scope="cluster",
    severity="severe",
    remedy="the class in storage.localStorageClasses",
    source="AKO 4.5.0: deleteLocalPVCs; Kubernetes 1.35, local volumes",
)
def blocked_pods_wait(cluster: Cluster) -> Iterator[Problem]:
    """Pods that leave a blocked host keep claims bound to it, and wait for ever, unless their class is listed as
    local.
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


@rule(
    "set-ttl-without-nsup",
    scope="cluster",
    severity="severe",
    remedy="nsup-period: 120, or allow-ttl-without-nsup: true where nothing is to expire",
    source="aerospike-server 8.1: nsup-period, default-ttl and allow-ttl-without-nsup",
)
def set_ttl_without_nsup(cluster: Cluster) -> Iterator[Problem]:
    """With nsup-period 0 the server starts, and refuses every write to a set with a default-ttl. Set live, it refuses
    the default itself, and the operator tries it for ever.
    """
    for path, name, namespace in cluster.written_namespaces:
        if namespace.get("nsup-period") or namespace.get("allow-ttl-without-nsup") is True:
            continue
        for position, entry in enumerate(entries(namespace, "sets")):
            ttl = entry.get("default-ttl")
            if isinstance(ttl, (int, float)) and ttl > 0:
                where = f"{path}.sets[{position}].default-ttl"
                yield where, f"writes to set {entry.get('name')} of {name} get a time to live, and nsup-period is 0"


@rule(
    "no-requests",
    scope="cluster",
    severity="warning",
    remedy="memory and cpu requests; memory limit equal to its request",
    source="Kubernetes 1.35, quality of service of pods",
)
def no_requests(cluster: Cluster) -> Iterator[Problem]:
    """A pod without requests is placed anywhere and is the first to be killed when a host runs short."""
    requests = section(cluster.pod_spec, "aerospikeContainer", "resources").get("requests") or {}
    missing = [kind for kind in ("cpu", "memory") if kind not in requests]
    if missing:
        yield "spec.podSpec.aerospikeContainer.resources.requests", f"no {' and no '.join(missing)} request"


@rule(
    "no-feature-key",
    scope="cluster",
    severity="warning",
    remedy="service.feature-key-file, mounted from a Secret",
    source="aerospike-server, Enterprise Edition: feature keys",
)
def no_feature_key(cluster: Cluster) -> Iterator[Problem]:
    """Without a feature key Enterprise Edition runs on one node only; a second one doesn't start."""
    service = section(cluster.config, "service")
    if "feature-key-file" not in service and "feature-key-files" not in service and cluster.size > 1:
        yield cluster.config_path(cluster.racks[0], "service"), "no feature key is given"


@rule(
    "edition-by-path",
    scope="cluster",
    severity="severe",
    remedy="an image whose own name says enterprise or federal",
    source="AKO 4.5.0: isEnterprise",
)
def edition_by_path(cluster: Cluster) -> Iterator[Problem]:
    """A Community image under a path that holds the word passes the webhook, and fails at the first restart."""
    name = cluster.image.rpartition("/")[2]
    if edition(cluster.image) and not edition(name):
        yield "spec.image", f"only the path of {cluster.image} holds the word {edition(cluster.image)}"


@rule(
    "fraction",
    scope="cluster",
    severity="warning",
    remedy="a whole number",
    source="aerospike-management-lib of AKO 4.5.0: the text of a number",
)
def fraction(cluster: Cluster) -> Iterator[Problem]:
    """The operator's library cuts fractions off."""
    for rack in cluster.distinct_racks:
        for keys, value in _leaves(rack.config, ()):
            if isinstance(value, float) and isfinite(value) and not value.is_integer():
                yield cluster.config_path(rack, *keys), f"{value} is read as {int(value)}"


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _leaves(item, (*path, position))
    elif isinstance(value, float):
        yield path, value


@rule(
    "tls-auth-switch",
    scope="cluster",
    severity="warning",
    remedy="the text 'false', in quotes",
    source="AKO 4.5.0: ReadTLSAuthenticateClient",
)
def tls_auth_switch(cluster: Cluster) -> Iterator[Problem]:
    """Without quotes false is treated as a list of names, and the operator wants a name for itself."""
    for rack in cluster.distinct_racks:
        if section(rack.config, "network", "service").get("tls-authenticate-client") is False:
            yield (
                cluster.config_path(rack, "network", "service", "tls-authenticate-client"),
                "false is written without quotes",
            )


@rule(
    "reserved-revision-label",
    scope="cluster",
    severity="warning",
    remedy="a label of your own",
    source="AKO 4.5.0: ValidateAerospikeObjectMeta, and the label aerospike.com/rack-revision",
)
def reserved_revision_label(cluster: Cluster) -> Iterator[Problem]:
    """The operator sets this label itself, and doesn't refuse yours."""
    label = "aerospike.com/rack-revision"
    if label in section(cluster.pod_spec, "metadata", "labels"):
        yield f"spec.podSpec.metadata.labels.{label}", "is the operator's own"


@rule(
    "dynamic-off",
    scope="cluster",
    severity="info",
    remedy="enableDynamicConfigUpdate: true",
    source="AKO 4.5.0: getRollingRestartTypePod",
)
def dynamic_off(cluster: Cluster) -> Iterator[Problem]:
    """Every change of a parameter restarts servers, also of those that can be set live."""
    if not cluster.is_dynamic:
        yield "spec.enableDynamicConfigUpdate", "parameters are never set live"


@rule(
    "paused",
    scope="cluster",
    severity="info",
    remedy="paused: false once the work is done",
    source="recorded roll-outs of AKO 4.5.0; Reconcile",
)
def paused(cluster: Cluster) -> Iterator[Problem]:
    """The operator finishes the pass that runs, with the spec that it began with, and begins no other: no change, no
    recovery of failed pods, no password. A deletion it carries out.
    """
    if cluster.spec.get("paused") is True:
        yield "spec.paused", "the operator begins no pass"


@rule(
    "rack-id-override",
    scope="cluster",
    severity="warning",
    remedy="racks in the spec",
    source="AKO 4.5.0, API: enableRackIDOverride",
)
def rack_id_override(cluster: Cluster) -> Iterator[Problem]:
    """Rack ids come from pod annotations that somebody else must write; nobody balances them."""
    if cluster.spec.get("enableRackIDOverride") is True:
        yield "spec.enableRackIDOverride", "pods wait for somebody to annotate them"


@rule(
    "in-memory-rebuild",
    scope="cluster",
    severity="info",
    remedy="a device behind it that is read at the start, where a refill would hurt",
    source="aerospike-server, storage engine memory: its data ends with the pod",
)
def in_memory_rebuild(cluster: Cluster) -> Iterator[Problem]:
    """Whatever rebuilds a pod (image, resources, sidecars) empties its copy; it fills again from the others."""
    for path, name, namespace in cluster.written_namespaces:
        if ignores_devices(namespace):
            yield f"{path}.storage-engine.cold-start-empty", f"{name} ignores its devices in every new pod"
        if is_purely_in_memory(namespace):
            yield f"{path}.storage-engine", f"{name} lives in the memory of its pods only"


@rule(
    "administrative-user",
    scope="cluster",
    severity="warning",
    remedy="the narrowest privilege that does, for every user but admin",
    source="aerospike-server, Enterprise Edition: privileges of predefined roles",
)
def administrative_user(cluster: Cluster) -> Iterator[Problem]:
    """A user other than admin holds a right that reaches beyond the data of an application."""
    own = role_privileges(cluster)
    for position, (name, roles) in enumerate(users_of(cluster).items()):
        held = administrative(roles, own)
        if held and name != ADMIN:
            why = "; ".join(f"{privilege}, which {ADMINISTRATIVE[privilege]}" for privilege in sorted(held))
            yield f"spec.aerospikeAccessControl.users[{position}].roles", f"{name} holds {why}"


RULES = rules_in(globals())
