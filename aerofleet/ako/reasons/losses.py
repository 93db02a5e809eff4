"""Reasons for records that servers no longer find once a change has restarted them, whatever copies there are.

`aerofleet.aerospike.server.loss` knows what a server reads at its start. The operator adds that a path of the
configuration is on a volume, that it deletes files that leave a namespace, and that it wipes devices before they are
used again (AKO 4.5.0, handleNSOrDeviceRemoval). The pods that restart fill again from the others, one batch after the
other. The effect is data at risk all the same: until the last pod is full, a node that is lost takes records with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aerofleet.aerospike.server.loss import Loss, LossKind, Setup, losses, path_in, shadows_removed
from aerofleet.aerospike.server_files import DEVICES, MEMORY
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, ignores_devices, namespaces, section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.mounts import volume_under
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.starts import refilled
from aerofleet.findings import Effect, Reason, declared, rules_in

SOURCE = f"{DEVICES}: ssd_init_synchronous; {MEMORY}: init_synchronous; {CONTROLLER}/pod.go: handleNSOrDeviceRemoval"

MEMORY_ONLY = declared(
    "memory-only",
    "A namespace whose records are in memory only starts empty.",
    scope="change",
    severity="warning",
    source=SOURCE,
)
STORAGE_ENGINE = declared(
    "storage-engine-changes",
    "A namespace moves to another kind of storage, and servers don't read what is on the old one.",
    scope="change",
    severity="severe",
    source=SOURCE,
)
COLD_START_EMPTY = declared(
    "cold-start-empty",
    "Every cold start erases what a namespace has on its devices.",
    scope="change",
    severity="severe",
    source=SOURCE,
)
SHADOW_ADDED = declared(
    "shadow-added",
    "A device gets a shadow; a cold start reads the shadow, which has none of the records.",
    scope="change",
    severity="severe",
    source=SOURCE,
)
SHADOW_REMOVED = declared(
    "shadow-removed",
    "A device loses its shadow: a pod that loses the device comes back empty.",
    scope="change",
    severity="severe",
    source=SOURCE,
)
DEVICE_REMOVED = declared(
    "device-removed",
    "A namespace no longer reads a device or file, and loses the records on it.",
    scope="change",
    severity="severe",
    source=SOURCE,
)


def loss_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for every loss of every rack; memory that is lost has the effect of a restart of such a pod."""
    for path, loss, copies in losses_of(old, new):
        rule = RULE_OF_LOSS[loss.kind]
        if rule is MEMORY_ONLY:
            yield refilled(rule, copies, path, loss.message)
        else:
            yield rule.reason(Effect.DATA_AT_RISK, path, f"{loss.message}{_operator_does(loss)}")
    for before, rack in _changed(old, new):
        for name, key, device, shadow in shadows_removed(before.config, rack.config):
            path = config_path_of(new, before, rack, path_in(name, key))
            message = f"{device} of {name} loses its shadow {shadow}: a pod that loses {device} comes back empty"
            yield SHADOW_REMOVED.reason(Effect.DATA_AT_RISK, path, message)


def _operator_does(loss: Loss) -> str:
    """Return what the operator does with the place of the loss, as the end of a message; empty for nothing."""
    if loss.kind is not LossKind.DEVICE_REMOVED:
        return ""
    if loss.key.endswith("files"):
        return "; the operator deletes the files that leave"
    return "; the operator wipes the devices that leave before they are used again"


def losses_of(old: Cluster, new: Cluster) -> Iterator[tuple[str, Loss, int]]:
    """Yield (path, loss, copies that really exist) for every loss that the change itself makes.

    A namespace that is no longer configured is not among them: `aerofleet.ako.reasons.data` has a reason for it.
    """
    for before, rack in _changed(old, new):
        was = Setup(old.version, before.config, _place(before))
        place = was.place if is_same(before.storage, rack.storage) else _place(rack)
        for loss, namespace in losses_between(was, Setup(new.version, rack.config, place)):
            if loss.kind is LossKind.NAMESPACE_REMOVED:
                continue
            yield config_path_of(new, before, rack, loss.path), loss, copies_of(namespace, old.size)


def losses_between(before: Setup, after: Setup) -> Iterator[tuple[Loss, Config]]:
    """Yield (loss, namespace before) for every loss of a cold or a warm start with ``after``.

    A change that leaves the storage of every namespace alone loses nothing.
    """
    was, now = ({name: namespace for _, name, namespace in namespaces(setup.config)} for setup in (before, after))
    if before.place is after.place and is_same(_storage_of(was), _storage_of(now)):
        return
    yielded: set[tuple[str, tuple[str, ...]]] = set()
    for is_cold in (True, False):
        for loss in losses(before, after, is_cold=is_cold):
            known = (loss.namespace, loss.places)
            if known not in yielded and not _is_old(loss, was[loss.namespace], now):
                yielded.add(known)
                yield loss, was[loss.namespace]


def _storage_of(known: dict[str, Config]) -> dict[str, Any]:
    """Return the storage engine of each namespace, by name."""
    return {name: namespace.get("storage-engine") for name, namespace in known.items()}


def _is_old(loss: Loss, before: Config, now: dict[str, Config]) -> bool:
    """Return whether every restart before the change lost the same."""
    after = now.get(loss.namespace, {})
    if loss.kind is LossKind.MEMORY_ONLY:
        keys = ("type", "files", "devices", "data-size")
        return all(is_same(*(section(side, "storage-engine").get(key) for side in (before, after))) for key in keys)
    return loss.kind is LossKind.COLD_START_EMPTY and ignores_devices(before)


def _changed(old: Cluster, new: Cluster) -> Iterator[tuple[Rack, Rack]]:
    """Yield (before, after) for racks that stay where a namespace or a volume stores its data in another way."""
    for before, rack in paired(old, new):
        is_stored_otherwise = before.config is not rack.config and stored(before.config) != stored(rack.config)
        if is_stored_otherwise or before.storage != rack.storage:
            yield before, rack


STORED = ("type", "devices", "files", "data-size", "cold-start-empty")
"""Keys of a storage engine that decide where its records are."""


def stored(config: Config) -> dict[str, list[Any]]:
    """Return what decides where the records of each namespace are, by name of the namespace."""
    engines = {name: section(namespace, "storage-engine") for _, name, namespace in namespaces(config)}
    return {name: [engine.get(key) for key in STORED] for name, engine in engines.items()}


def _place(rack: Rack) -> Callable[[str], str]:
    """Return a function from a path in the server to what is there: a volume keeps its data under another path."""

    def place(path: str) -> str:
        mounted = volume_under(rack, path)
        return f"volume {mounted[0].get('name')}{mounted[1]}" if mounted else path

    return place


RULE_OF_LOSS = {
    LossKind.MEMORY_ONLY: MEMORY_ONLY,
    LossKind.STORAGE_ENGINE: STORAGE_ENGINE,
    LossKind.COLD_START_EMPTY: COLD_START_EMPTY,
    LossKind.SHADOW_ADDED: SHADOW_ADDED,
    LossKind.DEVICE_REMOVED: DEVICE_REMOVED,
}
"""Kind of a loss → the rule of its reason."""

RULES = rules_in(globals())
