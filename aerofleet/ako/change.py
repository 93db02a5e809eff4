"""What a change of an AerospikeCluster comes to: its effect, and every reason for it.

The reasons are found in three places: what the webhooks refuse, what happens to the pods (`restart`), and what
happens to the data (here). A field or parameter that no rule knows is named, and counts as data at risk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aerofleet.ako.admission import Admission, answer_update, finished_status
from aerofleet.ako.admission.storage_rules import is_persistent, path_of, policy
from aerofleet.ako.admission.update_rules import changed_replication_factors
from aerofleet.ako.cluster import Cluster, Rack, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config import (
    Config,
    is_purely_in_memory,
    namespaces,
    replication_factor,
    section,
    storage_type,
    texts,
)
from aerofleet.ako.config_change import is_same, removed_namespaces
from aerofleet.ako.effect import Effect, Reason, worst
from aerofleet.ako.hazards import Hazard, change_hazards
from aerofleet.ako.image import is_at_least
from aerofleet.ako.restart import (
    COLD,
    CRASH,
    IMAGE,
    LIVE,
    NEW,
    REMOVED,
    SCALED_DOWN,
    WARM,
    RackRestart,
    Restarts,
    decide,
)
from aerofleet.ako.status import Status

SURVIVES_SINCE = "7.0.0.0"
"""From this server on the data of an in-memory namespace lies in shared memory and survives a restart in the pod."""

WIPING = frozenset({"dd", "deleteFiles", "blkdiscard", "headerCleanup", "blkdiscardWithHeaderCleanup"})

ALWAYS_LIVE: dict[str, str] = {
    "aerospikeAccessControl": "users and roles are changed while the servers run",
    "disablePDB": "the PodDisruptionBudget comes or goes",
    "enableDynamicConfigUpdate": "how later changes are applied",
    "headlessService": "metadata of a Service",
    "ignoreSidecarFailure": "how pods are judged",
    "maxUnavailable": "the PodDisruptionBudget changes",
    "operatorClientCert": "how the operator logs in",
    "paused": "whether the operator works on the cluster",
    "podService": "metadata of Services",
    "seedsFinderServices": "a Service changes",
    "validationPolicy": "what the webhook checks",
}
"""Fields of the spec whose change touches no pod, and what it does."""

JUDGED = frozenset(
    [
        "aerospikeConfig",
        "aerospikeNetworkPolicy",
        "enableRackIDOverride",
        "image",
        "k8sNodeBlockList",
        "operations",
        "podSpec",
        "rackConfig",
        "rosterNodeBlockList",
        "size",
        "storage",
    ]
)
"""Fields of the spec that are judged part by part below and in `restart`."""

LIVE_RACK_CONFIG: dict[str, str] = {
    "rollingUpdateBatchSize": "how many pods restart together from now on",
    "scaleDownBatchSize": "how many pods leave together from now on",
    "maxIgnorablePods": "how many failed pods are passed over",
}
FORMAT_BREAKS: tuple[tuple[str, str], ...] = (
    ("7.0.0.0", "the format of in-memory data changes at 7.0: it is read anew"),
)
ERASES = {
    "encryption": "what is on the devices was written otherwise: the server doesn't start before they are erased",
    "encryption-key-file": "what is on the devices was written with another key",
}
"""Storage parameters whose change makes what is on the devices unreadable. Source: aerospike-server 8.1 (drv_ssd.c)."""


@dataclass(slots=True)
class Change:
    """``reasons`` in the order found; ``hazards`` are what the operator lets through but a platform should not."""

    effect: Effect
    reasons: list[Reason]
    hazards: list[Hazard]
    restarts: Restarts
    admission: Admission
    old: Cluster = field(repr=False)
    new: Cluster = field(repr=False)


def change_of(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    status: Status | None = None,
    operator: str = OPERATOR,
) -> Change:
    """Judge the change from ``old`` (rolled out wholly, unless ``status`` says otherwise) to ``new``."""
    before, after = cluster_of(dict(old)), cluster_of(dict(new))
    return change_between(before, after, new, status or finished_status(before), operator)


def change_between(
    before: Cluster, after: Cluster, new: Mapping[str, Any], status: Status, operator: str = OPERATOR
) -> Change:
    """The same for clusters that were read already."""
    admission = answer_update(before, after, new, status, operator)
    restarts = decide(before, after)
    reasons = [*_refusals(admission), *_reasons(before, after, restarts)]
    if not is_same(before.spec, after.spec) and not reasons:
        # Something differs and no rule above has a word for it: never read that as "no effect".
        reasons.append(Reason(Effect.LIVE, "spec", "spec", "differs in a way that touches no pod and no data"))
    return Change(worst(reasons), reasons, change_hazards(before, after, restarts), restarts, admission, before, after)


def _refusals(admission: Admission) -> Iterator[Reason]:
    for finding in admission.findings:
        if finding.severity == "error":
            yield Reason(Effect.REFUSED, finding.rule, finding.path, finding.message)


def _reasons(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    yield from _identity(old, new)
    yield from _unknown(old, new, restarts)
    for restart in restarts.racks:
        if restart is restarts.racks[0] or not _is_like(restart, restarts.racks[0]):
            yield from _restart_reasons(old, new, restart)
    yield from _data_reasons(old, new)
    yield from _size_reasons(old, new, restarts)
    yield from _version_reasons(old, new)
    yield from _storage_reasons(old, new)
    yield from _block_list_reasons(old, new)
    yield from _live_reasons(old, new)


def _is_like(restart: RackRestart, first: RackRestart) -> bool:
    """Racks without anything of their own tell the same story; it is told once."""
    return restart.rack.is_shared and first.rack.is_shared and restart.causes == first.causes


def _identity(old: Cluster, new: Cluster) -> Iterator[Reason]:
    if (old.name, old.namespace) != (new.name, new.namespace):
        message = f"{old.namespace}/{old.name} becomes {new.namespace}/{new.name}: another cluster is made"
        yield Reason(Effect.DATA_AT_RISK, "identity", "metadata.name", message)


def _unknown(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    for path in sorted(set(new.reading.pruned) | set(old.reading.pruned)):
        message = "unknown: no rule knows this field; the API server drops it"
        yield Reason(Effect.DATA_AT_RISK, "unknown-field", path, message)
    for path in dict.fromkeys(_unknown_parameters(new, restarts)):
        yield Reason(Effect.DATA_AT_RISK, "unknown-parameter", path, "unknown: no rule knows this parameter")


def _unknown_parameters(new: Cluster, restarts: Restarts) -> Iterator[str]:
    for restart in restarts.racks:
        for difference in restart.config.differences:
            if not difference.is_known:
                yield f"{new.config_path(restart.rack)}.{difference.key}"


# --- pods ---------------------------------------------------------------------------------------------------------


def _restart_reasons(old: Cluster, new: Cluster, restart: RackRestart) -> Iterator[Reason]:
    lost = {kind: _loss(old, new, restart, kind) for kind in (WARM, COLD)}
    root = new.config_path(restart.rack)
    waiting = {f"{root}.{key}" for key in (*restart.config.hidden, *restart.config.reordered)}
    for kind, path, why in dict.fromkeys(restart.causes):
        if kind == CRASH:
            yield Reason(Effect.REFUSED, "operator-panics", path, why)
        elif kind == LIVE and waiting:
            message = why if path in waiting else f"{why}, while another part of the change waits for a later restart"
            yield Reason(Effect.WARM_RESTART, "half-applied", path, message)
        elif kind == LIVE:
            yield Reason(Effect.LIVE, "set-live", path, why)
        else:
            effect, words = lost[COLD if kind == IMAGE else kind]
            rule = {WARM: "warm-restart", COLD: "pod-restart", IMAGE: "image"}[kind]
            yield Reason(effect, rule, path, f"{why}; {words}" if words else why)
    if not restart.causes and restart.config.differences:
        # rack-id alone: written into the file, and no pod restarts for it.
        for difference in restart.config.differences:
            path = f"{new.config_path(restart.rack)}.{difference.key}"
            yield Reason(Effect.MOVES_DATA, "rack-id", path, "copies are spread over racks anew, once servers restart")


def _loss(old: Cluster, new: Cluster, restart: RackRestart, kind: str) -> tuple[Effect, str]:
    """What a restart of this kind costs the data of the rack's pods."""
    plain = Effect.WARM_RESTART if kind == WARM else Effect.ROLLING_RESTART
    empties = [(name, copies_of(namespace, old.size)) for name, namespace in _emptied(old, restart.before.config, kind)]
    if kind == COLD and _deletes_local_storage(restart.rack):
        empties += [(name, copies_of(namespace, old.size)) for _, name, namespace in namespaces(restart.before.config)]
    if not empties:
        return plain, ""
    alone = sorted({name for name, copies in empties if copies <= 1})
    if alone:
        return Effect.DATA_AT_RISK, f"{', '.join(alone)} has one copy, and a pod comes back empty"
    names = ", ".join(dict.fromkeys(name for name, _ in empties))
    return Effect.MOVES_DATA, f"pods come back without their copy of {names}, and fill again from the others"


def copies_of(namespace: Config, size: int) -> int:
    """Copies that really exist: no more than there are pods."""
    return min(replication_factor(namespace), max(size, 1))


def _emptied(old: Cluster, config: Config, kind: str) -> Iterator[tuple[str, Config]]:
    survives = kind == WARM and is_at_least(old.version, SURVIVES_SINCE)
    for _, name, namespace in namespaces(config):
        if is_purely_in_memory(namespace) and not survives:
            yield name, namespace


def _deletes_local_storage(rack: Rack) -> bool:
    classes = rack.storage.get("localStorageClasses") or []
    if rack.storage.get("deleteLocalStorageOnRestart") is not True:
        return False
    claims = [section(volume, "source", "persistentVolume") for volume in rack.storage.get("volumes") or []]
    return any(claim.get("storageClass") in classes for claim in claims if claim)


# --- data ---------------------------------------------------------------------------------------------------------


def _paired(old: Cluster, new: Cluster) -> Iterator[tuple[Rack, Rack]]:
    """Racks that stay, those alike once."""
    before = {rack.id: rack for rack in old.racks}
    told: set[tuple[int, int]] = set()
    for rack in new.racks:
        known = before.get(rack.id) or (old.racks[0] if old.racks else None)
        if known is None:
            continue
        key = (-1, -1) if known.is_shared and rack.is_shared else (known.position, rack.position)
        if key not in told:
            told.add(key)
            yield known, rack


def _data_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    for before, rack in _paired(old, new):
        root = new.config_path(rack)
        for name in removed_namespaces(before.config, rack.config):
            message = f"namespace {name} goes, and its data with it"
            yield Reason(Effect.DATA_AT_RISK, "namespace-removed", f"{root}.namespaces.{{{name}}}", message)
        known = {name: namespace for _, name, namespace in namespaces(before.config)}
        for _, name, namespace in namespaces(rack.config):
            if name in known:
                path = f"{root}.namespaces.{{{name}}}"
                yield from _device_reasons((before, known[name]), (rack, namespace), f"{path}.storage-engine")
                yield from _namespace_reasons(old, name, known[name], namespace, path)
            else:
                yield Reason(
                    Effect.LIVE,
                    "namespace-added",
                    f"{root}.namespaces.{{{name}}}",
                    f"namespace {name} is new and empty",
                )
    changed = changed_replication_factors(old, new)
    for name in changed:
        yield from _factor_reasons(old, new, name)


def _factor_reasons(old: Cluster, new: Cluster, name: str) -> Iterator[Reason]:
    path = f"spec.aerospikeConfig.namespaces.{{{name}}}.replication-factor"
    factors = [
        [
            replication_factor(namespace)
            for rack in cluster.racks
            for _, known, namespace in namespaces(rack.config)
            if known == name
        ]
        for cluster in (old, new)
    ]
    before, after = max(factors[0], default=2), min(factors[1], default=2)
    if after <= 1:
        yield Reason(
            Effect.DATA_AT_RISK, "replication-factor", path, f"{before} copies become one: any lost node loses records"
        )
    else:
        yield Reason(Effect.MOVES_DATA, "replication-factor", path, f"{before} copies become {after}")


def _namespace_reasons(old: Cluster, name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    engine, wanted = section(before, "storage-engine"), section(after, "storage-engine")
    where = f"{path}.storage-engine"
    copies = copies_of(before, old.size)
    if storage_type(before) != storage_type(after):
        yield _refilled(
            copies,
            "storage-engine",
            f"{where}.type",
            f"{name} moves from {storage_type(before)} to {storage_type(after)}",
        )
    if (
        not is_same(engine.get("data-size"), wanted.get("data-size"))
        and "data-size" in engine
        and "data-size" in wanted
    ):
        yield _refilled(copies, "data-size", f"{where}.data-size", f"the memory of {name} is laid out anew")
    for key, why in ERASES.items():
        if not is_same(engine.get(key), wanted.get(key)):
            yield Reason(Effect.DATA_AT_RISK, "erases", f"{where}.{key}", why)
    for key in ("write-block-size", "filesize"):
        was, now = engine.get(key), wanted.get(key)
        if isinstance(was, (int, float)) and isinstance(now, (int, float)) and now < was:
            message = f"{key} of {name} shrinks from {was} to {now}: what is there may not fit"
            yield Reason(Effect.DATA_AT_RISK, "shrinks", f"{where}.{key}", message)
    for key in ("active-rack", "prefer-uniform-balance"):
        if not is_same(before.get(key), after.get(key)):
            yield Reason(Effect.MOVES_DATA, "balance", f"{path}.{key}", f"{key} of {name} changes: partitions move")


def _device_reasons(old: tuple[Rack, Config], new: tuple[Rack, Config], path: str) -> Iterator[Reason]:
    if storage_type(old[1]) != storage_type(new[1]):
        return
    for key in ("devices", "files"):
        kept = set(_places(*new, key).values())
        gone = sorted(place for place, volume in _places(*old, key).items() if volume not in kept)
        if gone:
            message = f"{', '.join(gone)} is taken from {old[1].get('name')}, with what lies on it"
            yield Reason(Effect.DATA_AT_RISK, "device-removed", f"{path}.{key}", message)


def _places(rack: Rack, namespace: Config, key: str) -> dict[str, str]:
    """Each device (shadows too) or file → what it lies on: the volume of a device keeps its data under another path."""
    by_path = {path_of(volume): str(volume.get("name")) for volume in rack.storage.get("volumes") or []}
    lines = texts(section(namespace, "storage-engine").get(key))
    words = [word for line in lines for word in (line.split() if key == "devices" else [line])]
    return {word: f"volume {by_path[word]}" if word in by_path else word for word in words}


def _refilled(copies: int, rule: str, path: str, message: str) -> Reason:
    if copies <= 1:
        return Reason(Effect.DATA_AT_RISK, rule, path, f"{message}; there is no other copy to fill it from")
    return Reason(Effect.MOVES_DATA, rule, path, f"{message}; nodes fill again from the others")


# --- size, racks, versions ----------------------------------------------------------------------------------------


def _size_reasons(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    kinds = list(restarts.pods.values())
    if old.size != new.size:
        yield Reason(Effect.MOVES_DATA, "size", "spec.size", f"{old.size} pods become {new.size}: partitions move")
        yield from _too_few(old, new)
    for kind, words in ((NEW, "are new"), (REMOVED, "go with their rack"), (SCALED_DOWN, "go")):
        count = kinds.count(kind)
        if count and old.size == new.size:
            yield Reason(Effect.MOVES_DATA, "racks", "spec.rackConfig.racks", f"{count} pods {words}: partitions move")
    before, after = ({rack.id for rack in cluster.racks} for cluster in (old, new))
    if before != after:
        message = f"racks {_ids(before)} become {_ids(after)}"
        yield Reason(Effect.MOVES_DATA, "rack-ids", "spec.rackConfig.racks", message)
    known = {rack.id: rack for rack in old.racks}
    for rack in new.racks:
        path = f"spec.rackConfig.racks[{rack.position}]"
        was = known.get(rack.id)
        if was is not None and was.revision != rack.revision:
            message = f"rack {rack.id} is rebuilt beside the old one: each pod fills anew, the rack short by a batch"
            yield Reason(Effect.MOVES_DATA, "revision", f"{path}.revision", message)
        if was is not None and was.is_blocked_from_roster != rack.is_blocked_from_roster:
            yield Reason(
                Effect.MOVES_DATA,
                "roster",
                f"{path}.forceBlockFromRoster",
                f"rack {rack.id} leaves or joins the roster",
            )
    if new.rack_namespaces != old.rack_namespaces:
        effect = Effect.MOVES_DATA if set(new.rack_namespaces) != set(old.rack_namespaces) else Effect.LIVE
        yield Reason(effect, "rack-namespaces", "spec.rackConfig.namespaces", "which namespaces are spread over racks")


def _ids(ids: set[int]) -> str:
    return ", ".join(map(str, sorted(ids))) or "none"


def _too_few(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Pods leaving together, or fewer pods than copies."""
    for _, name, namespace in namespaces(new.config):
        factor = replication_factor(namespace)
        if new.size < old.size and factor > 1 and new.size < 2:
            yield Reason(Effect.DATA_AT_RISK, "size", "spec.size", f"{name} is left with one copy on one pod")


def _version_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    if not old.version or not new.version or old.version == new.version:
        return
    if not is_at_least(new.version, old.version):
        message = f"server {old.version} goes back to {new.version}: older servers may not read what newer ones wrote"
        yield Reason(Effect.DATA_AT_RISK, "downgrade", "spec.image", message)
        return
    for version, why in FORMAT_BREAKS:
        if is_at_least(new.version, version) and not is_at_least(old.version, version) and _holds_memory(old):
            yield Reason(Effect.DATA_AT_RISK, "format-break", "spec.image", f"{old.version} to {new.version}: {why}")


def _holds_memory(cluster: Cluster) -> bool:
    return any(
        storage_type(namespace) == "memory" or section(namespace, "storage-engine").get("data-in-memory") is True
        for rack in cluster.distinct_racks
        for _, _, namespace in namespaces(rack.config)
    )


# --- storage, block lists, the rest -------------------------------------------------------------------------------


def _storage_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    for before, rack in _paired(old, new):
        if before.storage is rack.storage or is_same(before.storage, rack.storage):
            continue
        path = new.storage_path(rack)
        was = {volume.get("name", ""): volume for volume in before.storage.get("volumes") or []}
        now = {volume.get("name", ""): volume for volume in rack.storage.get("volumes") or []}
        for name, volume in was.items():
            if name not in now and is_persistent(volume):
                message = f"volume {name} goes, with what lies on it"
                yield Reason(Effect.DATA_AT_RISK, "volume-removed", f"{path}.volumes.{{{name}}}", message)
        for name, volume in now.items():
            known = was.get(name)
            if is_persistent(volume):
                reasons = _policy_reasons((before, known), (rack, volume)) if known is not None else ()
                yield from (replace(reason, path=f"{path}.volumes.{{{name}}}.{reason.path}") for reason in reasons)
        for key in sorted((before.storage.keys() | rack.storage.keys()) - {"volumes"}):
            if not is_same(before.storage.get(key), rack.storage.get(key)):
                yield Reason(Effect.LIVE, "storage-policy", f"{path}.{key}", "counts from the next pod on")


def _policy_reasons(old: tuple[Rack, dict[str, Any]], new: tuple[Rack, dict[str, Any]]) -> Iterator[Reason]:
    """What becomes of a persistent volume's policies; paths are within the volume."""
    was, method = policy(*old, "initMethod"), policy(*new, "initMethod")
    if method != was and method in WIPING:
        message = f"a volume that a pod meets anew is wiped by {method}"
        yield Reason(Effect.DATA_AT_RISK, "init-method", "initMethod", message)
    elif method != was:
        yield Reason(Effect.LIVE, "init-method", "initMethod", "counts from the next new volume on")
    if cascades(*new) and not cascades(*old):
        message = "the claim, and with it the data, goes when its pod is scaled away or the cluster is deleted"
        yield Reason(Effect.DATA_AT_RISK, "cascade-delete", "cascadeDelete", message)
    elif cascades(*new) != cascades(*old):
        yield Reason(Effect.LIVE, "cascade-delete", "cascadeDelete", "claims stay from now on")
    if policy(*new, "wipeMethod") != policy(*old, "wipeMethod"):
        yield Reason(Effect.LIVE, "wipe-method", "wipeMethod", "how a volume is wiped when it is used again")
    before, after = old[1], new[1]
    if path_of(before) == path_of(after) and before.get("aerospike") != after.get("aerospike"):
        yield Reason(Effect.LIVE, "mount-options", "aerospike", "options of the mount, ignored for this volume")


def cascades(rack: Rack, volume: dict[str, Any]) -> bool:
    """Does deleting the pod's place delete the claim?"""
    is_block = section(volume, "source", "persistentVolume").get("volumeMode") == "Block"
    general = section(rack.storage, "blockVolumePolicy" if is_block else "filesystemVolumePolicy")
    found = volume.get("cascadeDelete", general.get("cascadeDelete", False))
    return found is True


def _block_list_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    if old.spec.get("rosterNodeBlockList", []) != new.spec.get("rosterNodeBlockList", []):
        yield Reason(Effect.MOVES_DATA, "roster", "spec.rosterNodeBlockList", "nodes leave or join the roster")
    before, after = set(old.spec.get("k8sNodeBlockList", [])), set(new.spec.get("k8sNodeBlockList", []))
    if before == after:
        return
    path = "spec.k8sNodeBlockList"
    if not after - before:
        yield Reason(Effect.LIVE, "block-list", path, f"{', '.join(sorted(before - after))} may be used again")
        return
    moved = f"pods leave {', '.join(sorted(after - before))}"
    names = {
        name: copies_of(namespace, old.size) for rack in old.racks for _, name, namespace in namespaces(rack.config)
    }
    if not _has_local_storage(new) and not _holds_only_memory(old):
        yield Reason(Effect.ROLLING_RESTART, "block-list", path, moved)
    elif any(copies <= 1 for copies in names.values()):
        yield Reason(Effect.DATA_AT_RISK, "block-list", path, f"{moved} and start empty; there is one copy only")
    else:
        yield Reason(Effect.MOVES_DATA, "block-list", path, f"{moved} and fill again from the others")


def _has_local_storage(cluster: Cluster) -> bool:
    return any(rack.storage.get("localStorageClasses") for rack in cluster.racks)


def _holds_only_memory(cluster: Cluster) -> bool:
    return any(
        is_purely_in_memory(namespace) for rack in cluster.distinct_racks for _, _, namespace in namespaces(rack.config)
    )


def _live_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    for key in sorted(old.spec.keys() | new.spec.keys()):
        if is_same(old.spec.get(key), new.spec.get(key)):
            continue
        if key in ALWAYS_LIVE:
            yield Reason(Effect.LIVE, "spec", f"spec.{key}", ALWAYS_LIVE[key])
        elif key not in JUDGED:
            yield Reason(
                Effect.DATA_AT_RISK, "unknown-field", f"spec.{key}", "unknown: no rule knows what this field does"
            )
    for key, words in LIVE_RACK_CONFIG.items():
        if old.rack_config.get(key) != new.rack_config.get(key):
            yield Reason(Effect.LIVE, "spec", f"spec.rackConfig.{key}", words)
