"""Hazards of a change: what happens on the way that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server_files import DEVICES, SUPERVISOR
from aerofleet.ako.access import is_secured
from aerofleet.ako.batches import BATCHES
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import is_purely_in_memory, namespaces, section
from aerofleet.ako.config_change import devices
from aerofleet.ako.failed_pods import allowances
from aerofleet.ako.mounts import unseen_host_paths
from aerofleet.ako.operator_files import CONTROLLER, LIBRARY, ROLL_OUTS, VALIDATING_WEBHOOK
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.reasons.pods import empties_local_storage
from aerofleet.ako.reasons.scale import revision_shortage
from aerofleet.ako.restart import IMAGE, POD_RESTART, WARM, Restarts, batch_size
from aerofleet.ako.status import rack_sizes
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.version import is_at_least, numbers

RESTARTS = frozenset({WARM, POD_RESTART, IMAGE})
"""Kinds of restart with which a pod that stays may fail: its server starts anew."""


@rule(
    "many-changes",
    scope="change",
    severity="warning",
    remedy="one kind of change after the other",
    source=f"{CONTROLLER}/rack.go: reconcileRacks",
)
def many_changes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Image, size, racks or configuration change in one update. When a step fails, nobody knows which change caused
    it. Pods that come or go with their racks are no change of the size.
    """
    before, after = _pods_of_racks(old), _pods_of_racks(new)
    resized = any(before[rack] != after[rack] for rack in before.keys() & after.keys())
    kinds = [
        ("image", old.image != new.image),
        ("size", old.size != new.size and (resized or before.keys() == after.keys())),
        ("racks", [rack.identity for rack in old.racks] != [rack.identity for rack in new.racks]),
        ("configuration", any(restart.config.differences or restart.config.hidden for restart in restarts.racks)),
    ]
    changed = [kind for kind, differs in kinds if differs]
    if len(changed) > 2 or ("image" in changed and len(changed) > 1 and "configuration" not in changed):
        yield "spec", f"{', '.join(changed)} change together"


def _pods_of_racks(cluster: Cluster) -> dict[str, int]:
    """Return rack → number of its pods."""
    sizes = rack_sizes(cluster.size, len(cluster.racks)) if cluster.racks else []
    return {rack.identity: size for rack, size in zip(cluster.racks, sizes, strict=True)}


@rule(
    "version-skip",
    scope="change",
    severity="warning",
    remedy="one major version after the other",
    source=f"Aerospike documentation, upgrade paths; {LIBRARY}, asconfig/upgrade.go: checkUpgradeJump",
)
def version_skip(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The upgrade skips a major version. The operator admits any jump; the server's own upgrade path goes one major
    version at a time.
    """
    before, after = numbers(old.version), numbers(new.version)
    if before and after and after[0] - before[0] > 1:
        yield "spec.image", f"{old.version} to {new.version} skips a major version"


@rule(
    "shrinks-much",
    scope="change",
    severity="warning",
    remedy="steps, each with room for the data on the pods that are left",
    source=f"{CONTROLLER}/rack.go: scaleDownRack; {SUPERVISOR}: eval_stop_writes",
)
def shrinks_much(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Many pods leave in one change. Those that stay must have room for all data, or they stop writes on the way."""
    if old.size and old.size - new.size > 1 and new.size * 4 < old.size * 3:
        yield "spec.size", f"{old.size} pods become {new.size}"


@rule(
    "racks-renumbered",
    scope="change",
    severity="severe",
    remedy="the ids that are running",
    source=f"{CONTROLLER}/rack.go: getRacksToDelete",
)
def racks_renumbered(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """All rack ids change. Other ids make other StatefulSets: the operator replaces every pod, with other volumes,
    and no rule stops it.
    """
    before, after = {rack.id for rack in old.racks}, {rack.id for rack in new.racks}
    if before and after and not before & after:
        yield "spec.rackConfig.racks", "every pod is replaced"


@rule(
    "rack-goes",
    scope="change",
    severity="warning",
    remedy="room on the racks that stay, and copies no more than racks",
    source=f"{CONTROLLER}/rack.go: deleteRacks; Aerospike documentation, Rack awareness",
)
def rack_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A rack is removed. The racks that stay take over all of its copies; with more copies than racks two copies
    share one.
    """
    now = {rack.id for rack in new.racks}
    gone = [rack.id for rack in old.racks if rack.id not in now]
    if gone and any(rack.id in now for rack in old.racks):
        yield "spec.rackConfig.racks", f"rack {', '.join(map(str, gone))} goes with its pods"


@rule(
    "device-moves",
    scope="change",
    severity="severe",
    remedy="two changes: take it from the one, then give it to the other",
    source=f"{VALIDATING_WEBHOOK}: validateStorageEngineDeviceListUpdate; {DEVICES}: ssd_read_header",
)
def device_moves(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A device moves from one namespace to another, with its data on it. The operator compares whole lines only, so
    a shadow that comes or goes at the same time lets the move pass.
    """
    for before, rack in paired(old, new):
        owners = {device: name for _, name, namespace in namespaces(before.config) for device in devices(namespace)}
        for _, name, namespace in namespaces(rack.config):
            for device in sorted(devices(namespace)):
                if owners.get(device, name) != name:
                    path = config_path_of(new, before, rack, f"namespaces.{{{name}}}.storage-engine.devices")
                    yield path, f"{device} comes from {owners[device]}"


@rule(
    "map-keys",
    scope="change",
    severity="warning",
    remedy="asvalidation over the data before the upgrade",
    source="aerospike-server 7.1.0, as/src/base/particle_map.c: map_is_key",
)
def map_keys(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The upgrade crosses 7.1. From there on the keys of a map are integers, texts or bytes: the server refuses to
    write a map with other keys, also one that it has already.
    """
    if old.version and is_at_least(new.version, "7.1.0.0") and not is_at_least(old.version, "7.1.0.0"):
        yield "spec.image", f"{old.version} to {new.version} crosses 7.1"


@rule(
    "revision-refills",
    scope="change",
    severity="warning",
    remedy="room on the other nodes: used × size / (size − pods missing) below stop-writes",
    source=f"{ROLL_OUTS}; {CONTROLLER}/rack.go: reconcileRevisionChangedRacks",
)
def revision_refills(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A rack gets a new revision. The operator replaces all its pods, batch by batch, and each new one fills from
    the others. It takes a batch away before it makes the next one, unless the rack grows in the same change, so the
    other pods must have room for its records.
    """
    for rack in new.racks:
        short = revision_shortage(old, new, rack)
        if short is not None:
            missing = f", {short} pods short meanwhile" if short else ", and grows first"
            yield f"spec.rackConfig.racks[{rack.position}].revision", f"rack {rack.id} is rebuilt{missing}"


@rule(
    "ignores-what-it-breaks",
    scope="change",
    severity="severe",
    remedy="maxIgnorablePods: 0 for this change",
    source=f"{ROLL_OUTS}; {CONTROLLER}/pod.go: getIgnorablePods",
)
def ignores_what_it_breaks(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """With maxIgnorablePods the operator also ignores pods that the change itself breaks: it takes down the next
    pod of the rack, one more than the allowance, before it stops. With a strongly consistent namespace it writes
    the roster without them.
    """
    allowed = allowances(new) if new.rack_config.get("maxIgnorablePods") else {}
    for restart in restarts.racks if allowed else ():
        count, size = allowed.get(restart.rack.id, 0), len(restart.pods)
        if restart.kind in RESTARTS and count and size and not restart.rack.is_blocked_from_roster:
            down = min(count + 1, size)
            yield (
                "spec.rackConfig.maxIgnorablePods",
                f"if the change makes pods fail, it takes {down} of {size} pods of a rack down",
            )
            return


@rule(
    "fill-delay-waits",
    scope="change",
    severity="info",
    remedy="migrate-fill-delay: 0 live before the change, and the old value after it",
    source=f"{CONTROLLER}/aero_info_calls.go: setMigrateFillDelay; {CONTROLLER}/pod.go: shouldSetMigrateFillDelay",
)
def fill_delay_waits(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A pod that comes back empty fills only after migrate-fill-delay, and the next batch waits for that. The
    operator sets the delay to 0 itself where a rack shrinks or deleteLocalStorageOnRestart empties the pods, and
    nowhere else.
    """
    blocked = set(new.spec.get("k8sNodeBlockList") or []) - set(old.spec.get("k8sNodeBlockList") or [])
    for restart in restarts.racks:
        delay = section(restart.before.config, "service").get("migrate-fill-delay")
        if not isinstance(delay, int) or delay <= 0:
            continue
        leaves = bool(blocked and restart.rack.storage.get("localStorageClasses"))
        rebuilt = restart.kind in (POD_RESTART, IMAGE) and not empties_local_storage(restart.rack)
        in_memory = any(is_purely_in_memory(namespace) for _, _, namespace in namespaces(restart.before.config))
        if leaves or (rebuilt and in_memory):
            path = config_path_of(new, restart.before, restart.rack, "service.migrate-fill-delay")
            yield path, f"pods come back empty, and each batch waits {delay} seconds before they fill"
            return


@rule(
    "host-path-waits",
    scope="change",
    severity="severe",
    remedy="a PodRestart operation after it",
    source=f"{CONTROLLER}/rack.go: isStorageVolumeSourceUpdated",
)
def host_path_waits(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The path of a hostPath volume changes, and the operator does not compare it: pods keep the old path, unseen,
    until something else rebuilds them.
    """
    for restart in restarts.racks:
        for name in unseen_host_paths(restart.before, restart.rack):
            path = f"{new.storage_path(restart.rack)}.volumes.{{{name}}}.source.hostPath.path"
            yield path, "is written, and not applied before pods are rebuilt"


@rule(
    "security-off-freezes",
    scope="change",
    severity="warning",
    remedy="security on, or users and roles as they should stay",
    source=f"{VALIDATING_WEBHOOK}: validateAccessControlUpdate",
)
def security_off_freezes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Security goes off while users and roles stay. They can then neither change nor be removed."""
    if is_secured(old) and not is_secured(new) and "aerospikeAccessControl" in new.spec:
        yield "spec.aerospikeConfig.security", "security goes off while users and roles stay"


@rule(
    "pdb-goes",
    scope="change",
    severity="severe",
    remedy="`disablePDB: false`",
    source=f"{CONTROLLER}/poddistruptionbudget.go: deletePDB; Kubernetes 1.35, eviction API",
)
def pdb_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The operator deletes its PodDisruptionBudget. From then on a drain of nodes may take all copies of a record
    at once.
    """
    if new.spec.get("disablePDB") is True and old.spec.get("disablePDB") is not True:
        yield "spec.disablePDB", "the PodDisruptionBudget goes"


@rule(
    "init-image-restarts",
    scope="change",
    severity="warning",
    remedy="the operator's own default",
    source=f"{CONTROLLER}/statefulset.go: isPodOnDesiredImage",
)
def init_image_restarts(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The init container is part of the pod: another image of it rebuilds all pods."""
    key = "aerospikeInitContainer"
    if old.pod_spec.get(key) != new.pod_spec.get(key):
        yield f"spec.podSpec.{key}", "changes: all pods are rebuilt"


@rule(
    "batch-grows",
    scope="change",
    severity="warning",
    remedy="one pod after the other, or a part of a rack",
    source=f"{CONTROLLER}/rack.go: getPodsBatchList",
)
def batch_grows(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """More pods restart or leave at a time, so fewer copies are left meanwhile."""
    largest = max(rack_sizes(new.size, len(new.racks)), default=1)
    for key in BATCHES:
        before, after = (batch_size(largest, cluster.rack_config.get(key)) for cluster in (old, new))
        if after > before:
            yield f"spec.rackConfig.{key}", f"{before} of {largest} pods of a rack becomes {after}"


@rule(
    "paused-change",
    scope="change",
    severity="info",
    remedy="`paused: false`, or the change later",
    source=f"{ROLL_OUTS}; {CONTROLLER}/reconciler.go: Reconcile",
)
def paused_change(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The change is admitted now, and the operator applies it when `paused` goes, in one pass with all others made
    meanwhile: each pod restarts once for all of them, and not at all for what was taken back.
    """
    rest = [{**cluster.spec, "paused": None} for cluster in (old, new)]
    if new.spec.get("paused") is True and rest[0] != rest[1]:
        yield "spec.paused", "the change waits until paused is false"


RULES = rules_in(globals())
