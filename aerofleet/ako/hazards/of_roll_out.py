"""Hazards of a roll-out: what it takes with it, leaves behind, and waits for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.server_files import DEVICES, SERVER
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import MIN_CLUSTER_SIZE, namespaces, section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.operator_files import CONTROLLER, ROLL_OUTS
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.restart import REMOVED, SCALED_DOWN, Restarts
from aerofleet.ako.status import rack_sizes
from aerofleet.ako.volumes import cascades, is_persistent
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.kubernetes_quantity import quantity


@rule(
    "namespace-goes",
    scope="change",
    severity="severe",
    remedy="a backup first, and the approval of who owns the data",
    source=f"{CONTROLLER}/pod.go: handleNSOrDeviceRemoval, deleteFileStorage",
)
def namespace_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A namespace is removed with its data: the operator deletes its files, and wipes its devices when they are
    used again.
    """
    now = {name for rack in new.racks for _, name, _ in namespaces(rack.config)}
    yielded: set[str] = set()
    for rack in old.racks:
        for _, name, _ in namespaces(rack.config):
            if name not in now and name not in yielded:
                yielded.add(name)
                yield config_path_of(new, rack, rack, f"namespaces.{{{name}}}"), f"{name} goes with its data"


@rule(
    "index-mounts-go",
    scope="change",
    severity="severe",
    remedy="the index in shmem with one change, the namespace taken out with the next",
    source=f"{CONTROLLER}/pod.go: handleNSOrDeviceRemoval, read and not run",
)
def index_mounts_go(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A namespace with an index on mounts is removed. The operator looks for these mounts in the storage engine,
    and its code panics when it clears them. Read in its source, not run.
    """
    for before, rack in paired(old, new):
        now = {name for _, name, _ in namespaces(rack.config)}
        for _, name, namespace in namespaces(before.config):
            if name not in now and section(namespace, "index-type").get("mounts"):
                path = config_path_of(new, before, rack, f"namespaces.{{{name}}}.index-type.mounts")
                yield path, f"{name} goes while its index is on mounts"


@rule(
    "no-node-to-spare-meanwhile",
    scope="change",
    severity="warning",
    remedy="the pods first, with the min-cluster-size of now; the larger one with a second change",
    source=f"{ROLL_OUTS}; {SERVER}, as/src/fabric/clustering.c: register_validate_cluster",
)
def no_node_to_spare_meanwhile(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The min-cluster-size rises to the number of pods before new pods come. Until they have joined, the loss of one
    pod stops the whole cluster.
    """
    least = new.min_cluster_size
    if new.racks and new.size > old.size > 1 and old.min_cluster_size < least == old.size:
        path = config_path_of(new, new.racks[0], new.racks[0], f"service.{MIN_CLUSTER_SIZE}")
        yield (
            path,
            (
                f"min-cluster-size {old.min_cluster_size} becomes {least} before the new pods come: until they join "
                f"the {old.size} there are, the loss of one pod stops all reads and writes"
            ),
        )


@rule(
    "claims-stay",
    scope="change",
    severity="warning",
    remedy="the claims deleted by hand, once migrations are done",
    source=f"{CONTROLLER}/pvc.go: removePVCsAsync; {DEVICES}: ssd_cold_start_add_record",
)
def claims_stay(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The claims of pods that go stay, and so does their use of disks. A pod that comes back later has its old
    records there: those deleted since then come back.
    """
    if not {SCALED_DOWN, REMOVED} & set(restarts.kinds):
        return
    now = {rack.id: rack for rack in new.racks}
    for gone in old.distinct_racks:
        rack = now.get(gone.id, gone)
        kept = [
            str(volume.get("name"))
            for volume in rack.storage.get("volumes") or []
            if is_persistent(volume) and not cascades(rack, volume)
        ]
        if kept:
            yield f"{new.storage_path(rack)}.volumes", f"claims of {', '.join(kept)} stay when their pods go"


@rule(
    "resumes",
    scope="change",
    severity="warning",
    remedy="an old file with its status, so that the reasons name all that starts",
    source=f"{ROLL_OUTS}; {CONTROLLER}/reconciler.go: Reconcile",
)
def resumes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """`paused` ends. All that was changed while the cluster was paused starts now, in one pass with this change."""
    if old.spec.get("paused") is True and new.spec.get("paused") is not True:
        yield "spec.paused", "every change made while paused starts"


@rule(
    "memory-shrinks",
    scope="change",
    severity="warning",
    remedy="a limit above what the servers use now, indexes included",
    source="Linux, memory limit of a control group",
)
def memory_shrinks(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The memory limit is lowered. The kernel kills a server that needs more while it starts; the roll-out stops
    there, one pod short.
    """
    where = ("aerospikeContainer", "resources", "limits")
    was, now = (section(cluster.pod_spec, *where).get("memory") for cluster in (old, new))
    if now is not None and (was is None or quantity(now) < quantity(was)):
        yield f"spec.podSpec.{'.'.join(where)}.memory", f"{was or 'no limit'} becomes {now}"


@rule(
    "volumes-stay-behind",
    scope="change",
    severity="warning",
    remedy="k8sNodeBlockList with localStorageClasses, for pods that are to move",
    source="Kubernetes 1.35, node affinity of volumes",
)
def volumes_stay_behind(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Fewer hosts may fit a pod than before. A pod goes where its volumes are: if these are local to a host that no
    longer fits, it waits for ever, and the roll-out with it.
    """
    for restart in restarts.racks:
        if not any(map(is_persistent, restart.rack.storage.get("volumes") or [])):
            continue
        before, after = restart.before.pod_spec, restart.rack.pod_spec
        own = f"spec.rackConfig.racks[{restart.rack.position}].podSpec" if restart.rack.own.get("podSpec") else ""
        for key in _narrower(before, after):
            yield f"{own or 'spec.podSpec'}.{key}", "hosts that hold volumes now may not fit any more"


def _narrower(before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    """Yield the keys of the pod spec by which fewer hosts may fit a pod than before."""
    if after.get("affinity") and not is_same(before.get("affinity"), after["affinity"]):
        yield "affinity"
    if any(toleration not in (after.get("tolerations") or []) for toleration in before.get("tolerations") or []):
        yield "tolerations"
    if section(after, "nodeSelector").items() - section(before, "nodeSelector").items():
        yield "nodeSelector"


@rule(
    "racks-come-first",
    scope="change",
    severity="warning",
    remedy="that many free hosts, where the new pods may go",
    source=f"{CONTROLLER}/rack.go: reconcileRacks",
)
def racks_come_first(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Some racks grow and others shrink. The operator grows racks first. With one pod a host the new pods need
    hosts of their own meanwhile; without them they wait for ever, and nothing else goes on.
    """
    was, now = (
        dict(zip((rack.id for rack in cluster.racks), rack_sizes(cluster.size, len(cluster.racks)), strict=True))
        for cluster in (old, new)
    )
    more = {identity: now.get(identity, 0) - was.get(identity, 0) for identity in was | now}
    come, go = (sum(max(0, sign * count) for count in more.values()) for sign in (1, -1))
    if come and go and new.pod_spec.get("multiPodPerHost") is not True:
        yield "spec.rackConfig.racks", f"{come} new pods come before {go} old ones go"


@rule(
    "grows-all-at-once",
    scope="change",
    severity="warning",
    remedy="a smaller growth first, or migrate-threads and migrate-sleep with which applications notice nothing",
    source=f"{ROLL_OUTS}; {CONTROLLER}/rack.go: scaleUpRack",
)
def grows_all_at_once(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """At least half as many pods as there are come at once. The operator scales every rack without a look at
    migrations before, between or after: a third of all data moves at the same time, from all nodes, and the phase is
    Completed long before.
    """
    was, now = (rack_sizes(cluster.size, len(cluster.racks)) for cluster in (old, new))
    known = dict(zip((rack.id for rack in old.racks), was, strict=True))
    more = [count - known.get(rack.id, 0) for rack, count in zip(new.racks, now, strict=True)]
    growing = [count for count in more if count > 0]
    if len(growing) > 1 and 2 * sum(growing) >= old.size > 1:
        yield "spec.size", f"{sum(growing)} pods are added to {old.size}, in {len(growing)} racks at once"


RULES = rules_in(globals())
