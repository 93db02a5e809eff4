"""What may not change about racks. A check gets the old cluster, the new one and what is rolled out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.admission.rack_rules import a_rack_stays_in_the_roster
from aerofleet.ako.batches import BATCHES, unsafe_batches
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import section
from aerofleet.ako.operator_files import STORAGE_VALIDATION, VALIDATING_WEBHOOK
from aerofleet.ako.status import Status, rack_sizes
from aerofleet.ako.volumes import is_persistent
from aerofleet.findings import Problem, rule
from aerofleet.units.version import Range

LONGEST_STATEFUL_SET = 52
SAME_RACK = ("zone", "region", "rackLabel", "nodeName")


NEW_REVISION = (
    "only a new `revision` of the rack in rackConfig takes it: all pods of the rack are replaced and fill again. "
    "Definitions have no key for that. In stages: more pods (`size`), each on a host with free volumes; or another "
    "cluster with these volumes beside it, its data moved there, and this one ended"
)


@rule("rack-affinity-frozen", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRackUpdate")
def racks_stay_in_place(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A rack's zone, region, rackLabel and nodeName never change."""
    before = {rack.id: rack for rack in old.racks}
    for rack in new.racks:
        known = before.get(rack.id)
        for key in SAME_RACK if known is not None else ():
            if known is not None and known.own.get(key, "") != rack.own.get(key, ""):
                yield (
                    f"spec.rackConfig.racks[{rack.position}].{key}",
                    f"{key} of rack {rack.id} can't change",
                    "add a rack with another id",
                )


@rule(
    "rack-storage-frozen",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateRackUpdate; {STORAGE_VALIDATION}: validateStorageSpecChange",
)
def persistent_volumes_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Persistent volumes of a rack never change under the same revision: not added, not removed, not resized."""
    before = {(rack.id, rack.revision): rack for rack in (*status.racks, *old.racks)}
    staying = {rack.id for rack in old.racks}
    reported: set[str] = set()
    for rack in new.racks:
        known = before.get((rack.id, rack.revision))
        if known is None or rack.id not in staying or known.storage is rack.storage:
            continue
        for name, difference in _changed_volumes(known, rack):
            path = new.storage_path(rack)
            if f"{path} {name}" not in reported:
                reported.add(f"{path} {name}")
                yield (
                    f"{path}.volumes",
                    f"persistent volume {name} {difference}",
                    NEW_REVISION,
                )


def _claim(volume: dict[str, Any]) -> dict[str, Any]:
    """Return the persistent volume that is asked for, without empty sections."""
    claim = section(volume, "source", "persistentVolume")
    return {key: value for key, value in claim.items() if value not in ({}, [])}


def _changed_volumes(before: Rack, after: Rack) -> Iterator[tuple[str, str]]:
    was = {volume.get("name", ""): volume for volume in before.storage.get("volumes") or []}
    now = {volume.get("name", ""): volume for volume in after.storage.get("volumes") or []}
    for name, volume in now.items():
        known = was.get(name)
        if known is None:
            if is_persistent(volume):
                yield name, "is added"
        elif is_persistent(known) != is_persistent(volume):
            yield name, "changes its kind"
        elif is_persistent(volume) and _claim(known) != _claim(volume):
            yield name, "changes"
    for name, volume in was.items():
        if name not in now and is_persistent(volume):
            yield name, "is removed"


@rule(
    "force-block-update",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateForceBlockFromRosterUpdate",
    operator=Range("4.2.0"),
)
def racks_leave_the_roster_one_by_one(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Only one rack at a time gets forceBlockFromRoster, and none before the first roll-out."""
    flagged = _flagged_racks(old, new)
    if not flagged:
        return
    path = f"spec.rackConfig.racks[{flagged[0].position}].forceBlockFromRoster"
    if not status.is_complete:
        yield path, "changes before the first roll-out has finished", "wait for it"
    running = {rack.id for rack in status.racks if rack.is_blocked_from_roster}
    coming = [rack for rack in new.racks if rack.is_blocked_from_roster and rack.id not in running]
    if len(coming) > 1:
        path = f"spec.rackConfig.racks[{coming[1].position}].forceBlockFromRoster"
        yield path, "a second rack at once", "block one rack, and the next after that roll-out"


def _flagged_racks(old: Cluster, new: Cluster) -> list[Rack]:
    """Racks that stay and carry the flag before or after, if anything about racks changes: that is when the operator
    looks, since it takes a flag that was merely kept for a changed one.
    """
    before = {rack.id: rack for rack in old.racks}
    key = "forceBlockFromRoster"
    flagged = [rack for rack in new.racks if rack.id in before and (key in rack.own or key in before[rack.id].own)]
    return flagged if flagged and not _racks_equal(old, new) else []


def _racks_equal(old: Cluster, new: Cluster) -> bool:
    """Is rackConfig with everything effective in it the same?"""
    if old.rack_config != new.rack_config:
        return False
    return all(
        (before.config, before.storage, before.pod_spec) == (after.config, after.storage, after.pod_spec)
        for before, after in zip(old.racks, new.racks, strict=True)
    )


@rule(
    a_rack_stays_in_the_roster.id,
    scope="change",
    severity="error",
    source="AKO 4.5.0: validateForceBlockFromRosterUpdate",
    operator=Range("4.2.0"),
)
def a_running_rack_stays_in_the_roster(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """forceBlockFromRoster leaves a rack in the roster that is already running."""
    if not status.is_complete or not _flagged_racks(old, new):
        return
    left = len(status.racks) - len({rack.id for rack in new.racks if rack.is_blocked_from_roster})
    path = "spec.rackConfig.racks"
    if left <= 0:
        yield path, "no rack that is running would be left in the roster", "wait until another rack runs"
    elif left == 1 and any(new.rack_config.get(key) is not None for key in BATCHES):
        yield path, "one running rack would be left while a batch size is set", "take the batch sizes away first"


@rule(
    "revision-2",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateConcurrentRackRevisions",
    operator=Range("4.2.0"),
)
def two_revisions_at_most(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A rack has two revisions at most at a time: the running one and the next."""
    revisions: dict[int, set[str]] = {}
    for racks in (status.racks, old.racks, new.racks):
        for rack in racks:
            revisions.setdefault(rack.id, set()).add(rack.revision)
    for rack in new.racks:
        of_rack = revisions[rack.id]
        if len(of_rack) > 2:
            path = f"spec.rackConfig.racks[{rack.position}].revision"
            yield (
                path,
                f"rack {rack.id} would have {len(of_rack)} revisions at once",
                "wait until the running change is done",
            )


@rule("batch-status", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateBatchSize")
def running_racks_bear_batches(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A batch size is safe for the racks that are running, too."""
    if not status.is_complete or len(new.racks) < 2:
        return
    for path, message, hint in unsafe_batches(new, status.racks, status.rack_namespaces):
        yield path, f"what is running: {message}", f"{hint}; set the batch size after that roll-out"


@rule(
    "sts-name-length",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateActualPodNames",
    operator=Range("4.4.0"),
)
def stateful_set_names_fit(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A rack's StatefulSet has a name of 52 characters at most: cluster, rack id and revision."""
    sizes = rack_sizes(new.size, len(new.racks))
    for rack in new.racks:
        name = f"{new.name}-{rack.identity}"
        if sizes[rack.position] and len(name) > LONGEST_STATEFUL_SET:
            over = len(name) - LONGEST_STATEFUL_SET
            path = f"spec.rackConfig.racks[{rack.position}].{'revision' if rack.revision else 'id'}"
            hint = "use a shorter revision" if rack.revision else "use a smaller rack id"
            yield path, f"{name} is {over} characters too long for a StatefulSet", hint
