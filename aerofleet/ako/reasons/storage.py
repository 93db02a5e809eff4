"""Volumes, their policies, and hosts that pods have to leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import ignores_devices, is_purely_in_memory, namespaces, section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.mounts import by_name, unseen_host_paths
from aerofleet.ako.narrow import becomes, narrow
from aerofleet.ako.pairs import paired
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.scale import roster_reason
from aerofleet.ako.reasons.unknown import NO_RULE
from aerofleet.ako.restart import newly_blocked_hosts
from aerofleet.ako.volumes import is_persistent, path_of, policy
from aerofleet.findings.effect import Effect, Reason, reason_of
from aerofleet.units.kubernetes_quantity import quantity

POLICIES: dict[str, str] = {
    "blockVolumePolicy": "counts where a block volume says nothing itself",
    "cleanupThreads": "how many volumes are wiped at a time",
    "deleteLocalStorageOnPodRecovery": "whether a crashed pod comes back with empty local volumes",
    "deleteLocalStorageOnRestart": "whether every later rebuild of a pod empties its local volumes",
    "filesystemVolumePolicy": "counts where a filesystem volume says nothing itself",
    "localStorageClasses": "which volumes are local to a host, and may be emptied with it",
}
WIPING = frozenset({"dd", "deleteFiles", "blkdiscard", "headerCleanup", "blkdiscardWithHeaderCleanup"})


def storage_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    for before, rack in paired(old, new):
        if before.storage is rack.storage or is_same(before.storage, rack.storage):
            continue
        path = new.storage_path(rack)
        was, now = by_name(before), by_name(rack)
        for name, volume in was.items():
            if name not in now and is_persistent(volume):
                message = f"volume {name} goes, with what lies on it"
                yield reason_of(Effect.DATA_AT_RISK, "volume-removed", f"{path}.volumes.{{{name}}}", message)
        for name, volume in now.items():
            known = was.get(name)
            if is_persistent(volume):
                reasons = _policy_reasons((before, known), (rack, volume)) if known is not None else ()
                yield from (replace(reason, path=f"{path}.volumes.{{{name}}}.{reason.path}") for reason in reasons)
        for name in unseen_host_paths(before, rack):
            message = f"pods keep the old path of {name} until something else rebuilds them"
            yield reason_of(Effect.WARM_RESTART, "half-applied", f"{path}.volumes.{{{name}}}.source.hostPath", message)
        for key in sorted((before.storage.keys() | rack.storage.keys()) - {"volumes"}):
            if not is_same(before.storage.get(key), rack.storage.get(key)):
                place = narrow(f"{path}.{key}", before.storage.get(key), rack.storage.get(key))
                if key in POLICIES:
                    message = f"{becomes(place.before, place.after)}: {POLICIES[key]}"
                    yield reason_of(Effect.LIVE, "storage-policy", place.path, message)
                else:
                    yield reason_of(Effect.DATA_AT_RISK, "unknown-field", f"{path}.{key}", NO_RULE)


def _policy_reasons(old: tuple[Rack, dict[str, Any]], new: tuple[Rack, dict[str, Any]]) -> Iterator[Reason]:
    """What becomes of a persistent volume and its policies; paths are within the volume."""
    sizes = [section(each[1], "source", "persistentVolume").get("size") for each in (old, new)]
    if all(sizes) and quantity(sizes[1]) < quantity(sizes[0]):
        message = f"shrinks from {sizes[0]} to {sizes[1]}: what is there may not fit"
        yield reason_of(Effect.DATA_AT_RISK, "shrinks", "source.persistentVolume.size", message)
    was, method = policy(*old, "initMethod"), policy(*new, "initMethod")
    if method != was and method in WIPING:
        message = f"{was} becomes {method}: a volume that a pod meets anew is wiped"
        yield reason_of(Effect.DATA_AT_RISK, "init-method", "initMethod", message)
    elif method != was:
        yield reason_of(Effect.LIVE, "init-method", "initMethod", f"{was} becomes {method}: counts for new volumes")
    if cascades(*new) and not cascades(*old):
        message = "false becomes true: the claim and its data go when the pod is scaled away or the cluster is deleted"
        yield reason_of(Effect.DATA_AT_RISK, "cascade-delete", "cascadeDelete", message)
    elif cascades(*new) != cascades(*old):
        yield reason_of(Effect.LIVE, "cascade-delete", "cascadeDelete", "true becomes false: claims stay from now on")
    if policy(*new, "wipeMethod") != policy(*old, "wipeMethod"):
        pair = f"{policy(*old, 'wipeMethod')} becomes {policy(*new, 'wipeMethod')}"
        message = f"{pair}: how a volume is wiped when it is used again"
        yield reason_of(Effect.LIVE, "wipe-method", "wipeMethod", message)
    before, after = old[1], new[1]
    if path_of(before) == path_of(after) and before.get("aerospike") != after.get("aerospike"):
        yield reason_of(Effect.LIVE, "mount-options", "aerospike", "options of the mount, ignored for this volume")


def cascades(rack: Rack, volume: dict[str, Any]) -> bool:
    """Does deleting the pod's place delete the claim?"""
    is_block = section(volume, "source", "persistentVolume").get("volumeMode") == "Block"
    general = section(rack.storage, "blockVolumePolicy" if is_block else "filesystemVolumePolicy")
    found = volume.get("cascadeDelete", general.get("cascadeDelete", False))
    return found is True


def deletion_reason(cluster: Cluster) -> Reason:
    """Of a cluster that is deleted: which of its claims go with it."""
    gone, kept = (
        sorted(
            {
                str(volume.get("name"))
                for rack in cluster.racks
                for volume in rack.storage.get("volumes") or []
                if is_persistent(volume) and cascades(rack, volume) is goes
            }
        )
        for goes in (True, False)
    )
    message = "the cluster is deleted"
    if gone:
        message += f", and with it the claims of {', '.join(gone)} (cascadeDelete)"
    if kept:
        message += f"; the claims of {', '.join(kept)} stay, and nobody serves what is on them"
    memory = sorted({name for _, name, namespace in cluster.written_namespaces if is_purely_in_memory(namespace)})
    if memory:
        message += f"; records of {', '.join(memory)} are in memory only, and are lost"
    return reason_of(Effect.DATA_AT_RISK, "deleted", "metadata.name", message)


def block_list_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    if old.spec.get("rosterNodeBlockList", []) != new.spec.get("rosterNodeBlockList", []):
        was, now = ({*cluster.spec.get("rosterNodeBlockList", [])} for cluster in (old, new))
        parts = [f"{', '.join(sorted(now - was))} leave the roster"] if now - was else []
        parts += [f"{', '.join(sorted(was - now))} may join the roster again"] if was - now else []
        message = "; ".join(parts) or "the same nodes in another order"
        yield roster_reason(old, new, "spec.rosterNodeBlockList", message)
    blocked, unblocked = newly_blocked_hosts(old, new), newly_blocked_hosts(new, old)
    path = "spec.k8sNodeBlockList"
    if unblocked and not blocked:
        yield reason_of(Effect.LIVE, "block-list", path, f"{', '.join(unblocked)} may be used again")
    if not blocked:
        return
    moved = f"pods leave {', '.join(blocked)}"
    names = {
        name: copies_of(namespace, old.size) for rack in old.racks for _, name, namespace in namespaces(rack.config)
    }
    if not _has_local_storage(new) and not _starts_empty(old):
        yield reason_of(Effect.ROLLING_RESTART, "block-list", path, moved)
    elif any(copies <= 1 for copies in names.values()):
        yield reason_of(Effect.DATA_AT_RISK, "block-list", path, f"{moved} and start empty; there is one copy only")
    else:
        yield reason_of(Effect.MOVES_DATA, "block-list", path, f"{moved} and fill again from the others")


def _has_local_storage(cluster: Cluster) -> bool:
    return any(rack.storage.get("localStorageClasses") for rack in cluster.racks)


def _starts_empty(cluster: Cluster) -> bool:
    return any(
        is_purely_in_memory(namespace) or ignores_devices(namespace) for _, _, namespace in cluster.written_namespaces
    )
