"""Claims that the operator deletes, and when.

Source: AKO 4.5.0, pvc.go: removePVCsAsync, deleteLocalPVCs; pod.go: isLocalPVCDeletionRequired.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aerofleet.ako.cluster import Rack
from aerofleet.ako.config import section
from aerofleet.ako.rollout.acts import DeleteClaims
from aerofleet.ako.rollout.model import Pod
from aerofleet.ako.rollout.world import World
from aerofleet.ako.volumes import Volume, cascades, is_persistent, volumes


def cascading(world: World, rack: Rack, pods: Iterable[str]) -> list[str]:
    """Return the claims of ``pods`` that go with them, by the storage of ``rack``."""
    going = {str(volume.get("name")) for volume in volumes(rack) if is_persistent(volume) and cascades(rack, volume)}
    known = {str(volume.get("name")) for volume in volumes(rack)}
    # A claim whose volume left the spec has its mode only, and the operator takes the policy of that mode.
    return sorted(
        f"{volume}-{pod}"
        for pod in pods
        for volume in world.sets[world.pods_rack(pod)].claims
        if volume in going or (volume not in known and _policy_cascades(rack))
    )


def delete_claims(world: World, claims: Sequence[str], pods: Iterable[str]) -> None:
    """Delete ``claims`` of ``pods``."""
    if claims:
        world.emit(DeleteClaims(tuple(claims)), emptied=pods)


def is_emptied(world: World, rack: Rack, pod: Pod, *, is_recovery: bool) -> bool:
    """Return whether the local claims of a pod go with its deletion. ``is_recovery``: it has failed."""
    if is_recovery:
        return rack.storage.get("deleteLocalStorageOnPodRecovery") is True
    return pod.evicting or is_on_blocked_host(world, pod) or rack.storage.get("deleteLocalStorageOnRestart") is True


def local_volumes(rack: Rack) -> list[Volume]:
    """Return the persistent volumes whose class is listed in localStorageClasses."""
    classes = rack.storage.get("localStorageClasses") or []
    return [volume for volume in volumes(rack) if is_persistent(volume) and _class_of(volume) in classes]


def delete_local_claims(world: World, rack: Rack, pods: Sequence[Pod], *, is_recovery: bool) -> None:
    """Delete the local claims of those of ``pods`` that are to lose them."""
    local = [str(volume.get("name")) for volume in local_volumes(rack)]
    emptied = [pod.name for pod in pods if local and is_emptied(world, rack, pod, is_recovery=is_recovery)]
    delete_claims(world, [f"{volume}-{pod}" for pod in emptied for volume in sorted(local)], emptied)


def is_on_blocked_host(world: World, pod: Pod) -> bool:
    """Return whether a pod is on a host of k8sNodeBlockList; True where its host is not known and a new one may be."""
    blocked = world.goal.blocked_hosts
    if not blocked:
        return False
    if world.goal.facts.nodes is not None:
        return pod.node in blocked
    before = world.goals[pod.spec].blocked_hosts
    new = sorted(set(blocked) - set(before))
    rack = world.goal.rack(pod.rack)
    if rack and rack.own.get("nodeName"):
        return rack.own["nodeName"] in new
    if new:
        world.unknown[f"the pods on {', '.join(new)}: any pod may be there, so all of them move"] = None
    return bool(new)


def _class_of(volume: Volume) -> str:
    return str(section(volume, "source", "persistentVolume").get("storageClass", ""))


def _policy_cascades(rack: Rack) -> bool:
    policies = ("blockVolumePolicy", "filesystemVolumePolicy")
    return any(section(rack.storage, policy).get("cascadeDelete") is True for policy in policies)
