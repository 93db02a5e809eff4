"""Records that servers no longer find once a change has restarted them, whatever copies there are elsewhere.

What a server reads at its start is ``aerofleet.aerospike.server.loss``. The operator adds to it: where a path of the
configuration leads is said by the volumes; it deletes files that leave a namespace, and wipes devices before they are
used again (AKO 4.5.0, handleNSOrDeviceRemoval). The pods that restart fill again from the others, one batch after the
other. That is no reason to call the change one that moves data: no restart asks for it, and until the last pod is
full, every node that is lost takes records with it for good.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from aerofleet.aerospike.server.loss import Loss, Setup, losses, path_in, shadows_removed
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, ignores_devices, namespaces, section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.mounts import volume_under
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.reasons.pods import copies_of
from aerofleet.ako.reasons.starts import refilled
from aerofleet.findings.effect import Effect, Reason, reason_of

TOLD_ELSEWHERE = frozenset({"namespace-removed"})
"""Rules of a loss that `data` has a reason for."""


def loss_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """One reason for each loss of each rack; data in memory alone counts as a restart of such a pod does."""
    for path, loss, copies in losses_of(old, new):
        if loss.rule == "memory-only":
            yield refilled(copies, loss.rule, path, loss.message)
        else:
            yield reason_of(Effect.DATA_AT_RISK, loss.rule, path, f"{loss.message}{_operator_does(loss)}")
    for before, rack in _changed(old, new):
        for name, key, device, shadow in shadows_removed(before.config, rack.config):
            path = config_path_of(new, before, rack, path_in(name, key))
            message = f"{device} of {name} loses its shadow {shadow}: a pod that loses {device} comes back empty"
            yield reason_of(Effect.DATA_AT_RISK, "shadow-removed", path, message)


def _operator_does(loss: Loss) -> str:
    if loss.rule == "device-removed" and loss.key.endswith("files"):
        return "; the operator deletes the files that leave"
    if loss.rule == "device-removed":
        return "; the operator wipes the devices that leave before they are used again"
    return ""


def losses_of(old: Cluster, new: Cluster) -> Iterator[tuple[str, Loss, int]]:
    """(path, loss, copies that really exist) of each loss that the change itself makes."""
    for before, rack in _changed(old, new):
        was = Setup(old.version, before.config, _place(before))
        place = was.place if is_same(before.storage, rack.storage) else _place(rack)
        for loss, namespace in losses_between(was, Setup(new.version, rack.config, place)):
            if loss.rule in TOLD_ELSEWHERE:
                continue
            yield config_path_of(new, before, rack, loss.path), loss, copies_of(namespace, old.size)


def losses_between(before: Setup, after: Setup) -> Iterator[tuple[Loss, Config]]:
    """Each loss that ``after`` makes, cold or warm, with the namespace as it was. Nothing is lost by a change that
    leaves the storage of every namespace alone.
    """
    was, now = ({name: namespace for _, name, namespace in namespaces(each.config)} for each in (before, after))
    if before.place is after.place and is_same(_storage_of(was), _storage_of(now)):
        return
    told: set[tuple[str, tuple[str, ...]]] = set()
    for is_cold in (True, False):
        for loss in losses(before, after, is_cold=is_cold):
            known = (loss.namespace, loss.places)
            if known not in told and not _is_old(loss, was[loss.namespace], now):
                told.add(known)
                yield loss, was[loss.namespace]


def _storage_of(known: dict[str, Config]) -> dict[str, Any]:
    """Return the storage engine of each namespace, by name."""
    return {name: namespace.get("storage-engine") for name, namespace in known.items()}


def _is_old(loss: Loss, before: Config, now: dict[str, Config]) -> bool:
    """Was it so at every restart before the change, too?"""
    after = now.get(loss.namespace, {})
    if loss.rule == "memory-only":
        keys = ("type", "files", "devices", "data-size")
        return all(is_same(*(section(each, "storage-engine").get(key) for each in (before, after))) for key in keys)
    return loss.rule == "cold-start-empty" and ignores_devices(before)


def _changed(old: Cluster, new: Cluster) -> Iterator[tuple[Rack, Rack]]:
    """Racks that stay, of which a namespace stores its records otherwise or a volume lies elsewhere."""
    for before, rack in paired(old, new):
        is_stored_otherwise = before.config is not rack.config and stored(before.config) != stored(rack.config)
        if is_stored_otherwise or before.storage != rack.storage:
            yield before, rack


STORED = ("type", "devices", "files", "data-size", "cold-start-empty")
"""Keys of a storage engine that decide where its records are."""


def stored(config: Config) -> dict[str, list[Any]]:
    """What decides where the records of each namespace are."""
    engines = {name: section(namespace, "storage-engine") for _, name, namespace in namespaces(config)}
    return {name: [engine.get(key) for key in STORED] for name, engine in engines.items()}


def _place(rack: Rack) -> Callable[[str], str]:
    """What lies at a path: a volume keeps its data under another path."""

    def place(path: str) -> str:
        found = volume_under(rack, path)
        return f"volume {found[0].get('name')}{found[1]}" if found else path

    return place
