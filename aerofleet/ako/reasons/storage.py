"""Reasons for a change of volumes and their policies, and of hosts that pods have to leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import ignores_devices, is_purely_in_memory, namespaces, section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.mounts import by_name, unseen_host_paths
from aerofleet.ako.narrow import becomes, narrow
from aerofleet.ako.operator_files import CONTROLLER, STORAGE_VALIDATION, TYPES
from aerofleet.ako.pairs import paired
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.scale import roster_reason
from aerofleet.ako.reasons.unknown import NO_RULE, UNKNOWN_EFFECT
from aerofleet.ako.restart import newly_blocked_hosts
from aerofleet.ako.volumes import cascades, is_persistent, path_of, policy
from aerofleet.findings import Effect, Reason, declared
from aerofleet.units.kubernetes_quantity import quantity

VOLUME_REMOVED = declared(
    "volume-removed",
    "A persistent volume is no longer part of the cluster, and what is on it is not served.",
    scope="change",
    severity="severe",
    source=f"{STORAGE_VALIDATION}: validateAddedOrRemovedVolumes; {CONTROLLER}/statefulset.go: updateSTSPVStorage",
)
VOLUME_SHRINKS = declared(
    "volume-shrinks",
    "A persistent volume gets a smaller size than before: what is on it may not fit.",
    scope="change",
    severity="severe",
    source="Kubernetes 1.35, claims: one can't shrink, so only a new one has the size",
)
INIT_METHOD = declared(
    "init-method",
    "The way in which the operator prepares a volume that a pod meets for the first time changes; some ways wipe it.",
    scope="change",
    severity="severe",
    source=f"{TYPES}: AerospikePodStatus.InitializedVolumes",
)
CASCADE_DELETE = declared(
    "cascade-delete-changes",
    "Whether the operator deletes a volume's claim with its pod's place or with the cluster changes.",
    scope="change",
    severity="severe",
    source=f"{CONTROLLER}/pvc.go: removePVCsAsync",
)
WIPE_METHOD = declared(
    "wipe-method",
    "The way in which the operator wipes a volume before it is used again changes.",
    scope="change",
    severity="info",
    source=f"{TYPES}: AerospikePodStatus.DirtyVolumes",
)
MOUNT_OPTIONS = declared(
    "mount-options",
    "Options of a persistent volume's mount change, and the operator ignores them.",
    scope="change",
    severity="info",
    source=(
        f"{CONTROLLER}/rack.go: isStorageVolumeSourceUpdated; {CONTROLLER}/statefulset.go: addVolumeMountInContainer"
    ),
)
HOST_PATH_CHANGES = declared(
    "host-path-changes",
    "The path of a hostPath volume changes; pods keep the old one until something else rebuilds them.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/rack.go: isStorageVolumeSourceUpdated",
)
STORAGE_POLICY = declared(
    "storage-policy",
    "A policy of the storage changes that counts for later changes only.",
    scope="change",
    severity="info",
    source=f"{TYPES}: AerospikeStorageSpec",
)
BLOCK_LIST = declared(
    "block-list",
    "Kubernetes nodes are blocked, and the operator rebuilds their pods elsewhere; or they may be used again.",
    scope="change",
    severity="warning",
    source=f"{CONTROLLER}/rack.go: handleK8sNodeBlockListPods",
)

POLICIES: dict[str, str] = {
    "blockVolumePolicy": "counts for block volumes without a policy of their own",
    "cleanupThreads": "how many volumes are wiped at a time",
    "deleteLocalStorageOnPodRecovery": "whether a crashed pod comes back with empty local volumes",
    "deleteLocalStorageOnRestart": "whether every later rebuild of a pod empties its local volumes",
    "filesystemVolumePolicy": "counts for filesystem volumes without a policy of their own",
    "localStorageClasses": "which volumes are local to a host, and may be emptied with it",
}
"""Policy of a storage section → what it decides."""
WIPING = frozenset({"dd", "deleteFiles", "blkdiscard", "headerCleanup", "blkdiscardWithHeaderCleanup"})


def storage_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield the reasons for the volumes and policies of every rack that stays."""
    for before, rack in paired(old, new):
        if before.storage is rack.storage or is_same(before.storage, rack.storage):
            continue
        path = new.storage_path(rack)
        was, now = by_name(before), by_name(rack)
        for name, volume in was.items():
            if name not in now and is_persistent(volume):
                message = f"volume {name} goes, with what is on it"
                yield VOLUME_REMOVED.reason(Effect.DATA_AT_RISK, f"{path}.volumes.{{{name}}}", message)
        for name, volume in now.items():
            known = was.get(name)
            if is_persistent(volume):
                reasons = _policy_reasons((before, known), (rack, volume)) if known is not None else ()
                yield from (replace(reason, path=f"{path}.volumes.{{{name}}}.{reason.path}") for reason in reasons)
        for name in unseen_host_paths(before, rack):
            message = f"pods keep the old path of {name} until something else rebuilds them"
            yield HOST_PATH_CHANGES.reason(Effect.WARM_RESTART, f"{path}.volumes.{{{name}}}.source.hostPath", message)
        for key in sorted((before.storage.keys() | rack.storage.keys()) - {"volumes"}):
            if not is_same(before.storage.get(key), rack.storage.get(key)):
                place = narrow(f"{path}.{key}", before.storage.get(key), rack.storage.get(key))
                if key in POLICIES:
                    message = f"{becomes(place.before, place.after)}: {POLICIES[key]}"
                    yield STORAGE_POLICY.reason(Effect.LIVE, place.path, message)
                else:
                    yield UNKNOWN_EFFECT.reason(Effect.DATA_AT_RISK, f"{path}.{key}", NO_RULE)


def _policy_reasons(old: tuple[Rack, dict[str, Any]], new: tuple[Rack, dict[str, Any]]) -> Iterator[Reason]:
    """Yield the reasons for a persistent volume and its policies, with paths within the volume."""
    sizes = [section(volume, "source", "persistentVolume").get("size") for _, volume in (old, new)]
    if all(sizes) and quantity(sizes[1]) < quantity(sizes[0]):
        message = f"shrinks from {sizes[0]} to {sizes[1]}: what is there may not fit"
        yield VOLUME_SHRINKS.reason(Effect.DATA_AT_RISK, "source.persistentVolume.size", message)
    was, method = policy(*old, "initMethod"), policy(*new, "initMethod")
    if method != was and method in WIPING:
        message = f"{was} becomes {method}: a volume that a pod meets anew is wiped"
        yield INIT_METHOD.reason(Effect.DATA_AT_RISK, "initMethod", message)
    elif method != was:
        yield INIT_METHOD.reason(Effect.LIVE, "initMethod", f"{was} becomes {method}: counts for new volumes")
    if cascades(*new) and not cascades(*old):
        message = "false becomes true: the claim and its data go when the pod is scaled away or the cluster is deleted"
        yield CASCADE_DELETE.reason(Effect.DATA_AT_RISK, "cascadeDelete", message)
    elif cascades(*new) != cascades(*old):
        yield CASCADE_DELETE.reason(Effect.LIVE, "cascadeDelete", "true becomes false: claims stay from now on")
    if policy(*new, "wipeMethod") != policy(*old, "wipeMethod"):
        pair = f"{policy(*old, 'wipeMethod')} becomes {policy(*new, 'wipeMethod')}"
        message = f"{pair}: how a volume is wiped when it is used again"
        yield WIPE_METHOD.reason(Effect.LIVE, "wipeMethod", message)
    before, after = old[1], new[1]
    if path_of(before) == path_of(after) and before.get("aerospike") != after.get("aerospike"):
        yield MOUNT_OPTIONS.reason(Effect.LIVE, "aerospike", "options of the mount, ignored for this volume")


def block_list_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield the reasons for nodes that leave the roster, and for Kubernetes nodes that are blocked."""
    if old.spec.get("rosterNodeBlockList", []) != new.spec.get("rosterNodeBlockList", []):
        was, now = ({*cluster.spec.get("rosterNodeBlockList", [])} for cluster in (old, new))
        parts = [f"{', '.join(sorted(now - was))} leave the roster"] if now - was else []
        parts += [f"{', '.join(sorted(was - now))} may join the roster again"] if was - now else []
        message = "; ".join(parts) or "the same nodes in another order"
        yield roster_reason(old, new, "spec.rosterNodeBlockList", message)
    blocked, unblocked = newly_blocked_hosts(old, new), newly_blocked_hosts(new, old)
    path = "spec.k8sNodeBlockList"
    if unblocked and not blocked:
        yield BLOCK_LIST.reason(Effect.LIVE, path, f"{', '.join(unblocked)} may be used again")
    if not blocked:
        return
    moved = f"pods leave {', '.join(blocked)}"
    names = {
        name: copies_of(namespace, old.size) for rack in old.racks for _, name, namespace in namespaces(rack.config)
    }
    if not _has_local_storage(new) and not _starts_empty(old):
        yield BLOCK_LIST.reason(Effect.ROLLING_RESTART, path, moved)
    elif any(copies <= 1 for copies in names.values()):
        yield BLOCK_LIST.reason(Effect.DATA_AT_RISK, path, f"{moved} and start empty; there is one copy only")
    else:
        yield BLOCK_LIST.reason(Effect.MOVES_DATA, path, f"{moved} and fill again from the others")


def _has_local_storage(cluster: Cluster) -> bool:
    return any(rack.storage.get("localStorageClasses") for rack in cluster.racks)


def _starts_empty(cluster: Cluster) -> bool:
    return any(
        is_purely_in_memory(namespace) or ignores_devices(namespace) for _, _, namespace in cluster.written_namespaces
    )


RULES = (
    VOLUME_REMOVED,
    VOLUME_SHRINKS,
    INIT_METHOD,
    CASCADE_DELETE,
    WIPE_METHOD,
    MOUNT_OPTIONS,
    HOST_PATH_CHANGES,
    STORAGE_POLICY,
    BLOCK_LIST,
)
