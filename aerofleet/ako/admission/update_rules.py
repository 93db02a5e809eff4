"""What may not change, or not together. A check gets the old cluster, the new one and what is rolled out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.admission.access_rules import is_secured, pki_users, tls_service, users
from aerofleet.ako.admission.config_rules import storage_lines
from aerofleet.ako.admission.image_rules import sets_live
from aerofleet.ako.admission.pod_rules import CUSTOM
from aerofleet.ako.admission.rack_rules import BATCHES, unsafe_batches
from aerofleet.ako.admission.rule import Refused, rule
from aerofleet.ako.admission.storage_rules import is_persistent
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import PAIRS, Config, entries, is_strongly_consistent, namespaces, replication_factor, section
from aerofleet.ako.image import edition
from aerofleet.ako.status import Status, rack_sizes

LONGEST_STATEFUL_SET = 52
SAME_RACK = ("zone", "region", "rackLabel", "nodeName")
BESIDE_REPLICATION_FACTOR = frozenset({"enableDynamicConfigUpdate", "paused"})


@rule("edition-change")
def edition_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """Enterprise stays Enterprise, Federal stays Federal."""
    before, after = edition(old.image), edition(new.image)
    if before and after and before != after:
        yield "spec.image", f"{before} can't become {after}", "make a new cluster and move the data"


@rule("multipod-frozen")
def multi_pod_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """multiPodPerHost never changes."""
    if bool(old.pod_spec.get("multiPodPerHost")) != bool(new.pod_spec.get("multiPodPerHost")):
        yield "spec.podSpec.multiPodPerHost", "can't change", "make a new cluster and move the data"


@rule("fabric-frozen")
def fabric_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """The network of fabric and tlsFabric never changes, nor its names while it is customInterface."""
    before, after = section(old.spec, "aerospikeNetworkPolicy"), section(new.spec, "aerospikeNetworkPolicy")
    for way, key in (("fabric", "customFabricNetworkNames"), ("tlsFabric", "customTLSFabricNetworkNames")):
        path = f"spec.aerospikeNetworkPolicy.{way}"
        if before.get(way) != after.get(way):
            yield path, "can't change", "make a new cluster and move the data"
        elif after.get(way) == CUSTOM and before.get(key) != after.get(key):
            yield f"spec.aerospikeNetworkPolicy.{key}", "can't change", "make a new cluster and move the data"


@rule("op-before-rollout")
def operation_has_a_cluster(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """An on-demand operation needs a cluster that was rolled out once."""
    if new.spec.get("operations") and not status.is_complete:
        yield "spec.operations", "the cluster was never rolled out", "wait for it first"


@rule("op-same-id")
def operations_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """An operation that was asked for stays as it is; another one has another id."""
    before = {operation.get("id"): operation for operation in old.spec.get("operations") or []}
    for position, operation in enumerate(new.spec.get("operations") or []):
        known = before.get(operation.get("id"))
        if known is not None and known != operation:
            yield (
                f"spec.operations[{position}]",
                f"operation {operation.get('id')} can't change",
                "give the new one its own id",
            )


@rule("op-pods")
def operations_name_pods(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """An operation names pods that exist."""
    for position, operation in enumerate(new.spec.get("operations") or []):
        for index, pod in enumerate(operation.get("podList") or []):
            if pod not in status.pods:
                yield (
                    f"spec.operations[{position}].podList[{index}]",
                    f"there is no pod {pod}",
                    "a name from status.pods",
                )


@rule("op-alone")
def operations_come_alone(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A new operation doesn't come with more pods, another number of racks or another image, also none under way."""
    asked = new.spec.get("operations") or []
    if not asked or not status.is_complete or asked == status.operations:
        return
    if new.size > status.size:
        yield "spec.operations", "an operation beside a larger size", "one after the other"
    if len(new.racks) != len(status.racks) or len(new.racks) != len(old.racks):
        yield "spec.operations", "an operation beside another number of racks", "one after the other"
    if new.image != status.image or new.image != old.image:
        yield "spec.operations", "an operation beside another image", "one after the other"


@rule("acl-remove")
def access_control_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """aerospikeAccessControl is never taken away again."""
    if "aerospikeAccessControl" in old.spec and "aerospikeAccessControl" not in new.spec:
        yield "spec.aerospikeAccessControl", "can't be removed", "keep it; without security it has no effect"


@rule("acl-no-security")
def access_control_rests_without_security(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """Users and roles don't change while security is off."""
    after = new.spec.get("aerospikeAccessControl")
    if not is_secured(new) and after is not None and after != old.spec.get("aerospikeAccessControl"):
        yield "spec.aerospikeAccessControl", "users and roles change while security is off", "switch security on first"


@rule("pki-to-internal", since="4.2.0")
def certificates_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A PKIOnly user doesn't go back to a password."""
    before = {user.get("name") for user in users(old) if user.get("authMode") == "PKIOnly"}
    for position, user in enumerate(users(new) if is_secured(new) else ()):
        if user.get("name") in before and user.get("authMode") != "PKIOnly":
            path = f"spec.aerospikeAccessControl.users[{position}].authMode"
            yield path, f"user {user.get('name')} can't go back to a password", "make another user"


@rule("tls+pki", since="4.2.0")
def tls_comes_before_pki(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """PKIOnly users come once TLS on the service is rolled out everywhere."""
    if not pki_users(new) or tls_service(new.distinct_racks[0]) is None or not status.is_complete:
        return
    if tls_service(old.distinct_racks[0]) is None or any(tls_service(rack) is None for rack in status.racks):
        yield "spec.aerospikeAccessControl.users", "PKIOnly users while TLS is not everywhere yet", "roll TLS out first"


# --- aerospikeConfig ----------------------------------------------------------------------------------------------


def _pairs(old: Cluster, new: Cluster) -> Iterator[tuple[Config, Config, Rack]]:
    """Old and new configuration of the cluster and of each rack that stays; the rack says where to point."""
    first = new.distinct_racks[0]
    yield old.config, new.config, first
    before = {rack.id: rack for rack in old.racks}
    told: set[tuple[int, int]] = {(id(old.config), id(new.config))}
    for rack in new.racks:
        known = before.get(rack.id)
        if known is None or (known.is_shared and rack.is_shared):
            continue
        if (id(known.config), id(rack.config)) not in told:
            told.add((id(known.config), id(rack.config)))
            yield known.config, rack.config, rack


def _once(found: Iterator[Refused]) -> Iterator[Refused]:
    told = set()
    for refused in found:
        if refused not in told:
            told.add(refused)
            yield refused


@rule("tls-ca-frozen")
def used_authorities_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A TLS entry in use keeps its ca-file (or moves to ca-path), and doesn't lose its authorities."""
    before, after = section(old.config, "network"), section(new.config, "network")
    used = {str(section(before, key).get("tls-name")) for key, _ in PAIRS}
    known = {str(item.get("name")): item for item in entries(before, "tls")}
    for position, item in enumerate(entries(after, "tls")):
        was = known.get(str(item.get("name")))
        if was is None or str(item.get("name")) not in used:
            continue
        path = f"spec.aerospikeConfig.network.tls[{position}]"
        if "ca-file" in was and "ca-file" in item and was["ca-file"] != item["ca-file"]:
            yield f"{path}.ca-file", "the ca-file of an entry in use can't change", "move to ca-path, with both in it"
        elif ("ca-file" in was or "ca-path" in was) and "ca-file" not in item and "ca-path" not in item:
            yield path, "an entry in use loses its authorities", "keep ca-file or ca-path"


@rule("tls-name-frozen")
def tls_names_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """The tls-name of a section never changes."""
    for key, words in PAIRS:
        before = section(old.config, "network", key).get("tls-name")
        after = section(new.config, "network", key).get("tls-name")
        if before is not None and after is not None and before != after:
            yield (
                f"spec.aerospikeConfig.network.{key}.tls-name",
                f"the tls-name of {words} can't change",
                f"keep {before}",
            )


@rule("port-frozen")
def ports_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A port never changes; plain or TLS may go only after both were served."""
    for key, words in PAIRS:
        before, after = section(old.config, "network", key), section(new.config, "network", key)
        path = f"spec.aerospikeConfig.network.{key}"
        if not before or not after:
            continue
        for port in ("port", "tls-port"):
            if port in before and port in after and before[port] != after[port]:
                yield f"{path}.{port}", f"{port} of {words} can't change", f"keep {before[port]}"
        both = "port" in before and "tls-port" in before
        lost = [port for port in ("port", "tls-port") if port in before and port not in after]
        if lost and not both:
            yield (
                f"{path}.{lost[0]}",
                f"{lost[0]} of {words} goes without the other having been served",
                "serve both first",
            )


@rule("sc-frozen")
def strong_consistency_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """strong-consistency of a namespace never changes; written out or left out is a change, too."""
    yield from _once(_frozen(old, new, "strong-consistency", only_strong=False))


@rule("sc-rf-frozen")
def strong_replication_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """replication-factor of a strongly consistent namespace never changes; writing the default out is a change, too."""
    yield from _once(_frozen(old, new, "replication-factor", only_strong=True))


def _frozen(old: Cluster, new: Cluster, key: str, *, only_strong: bool) -> Iterator[Refused]:
    for before, after, rack in _pairs(old, new):
        known = {name: namespace for _, name, namespace in namespaces(before)}
        for position, name, namespace in namespaces(after):
            was = known.get(name)
            if was is None or (only_strong and not is_strongly_consistent(namespace)):
                continue
            if was.get(key) != namespace.get(key):
                path = new.config_path(rack, "namespaces", position, key)
                shown = f"{key}: {was[key]}" if key in was else f"no {key}"
                yield path, f"{key} of {name} can't change", f"keep {shown}"


@rule("ap-rf-alone", since="4.4.0")
def replication_factor_changes_alone(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """The replication factor of one namespace changes at a time, alone, with dynamic configuration on."""
    changed = changed_replication_factors(old, new)
    if not changed:
        return
    path = f"spec.aerospikeConfig.namespaces[{min(changed.values())}].replication-factor"
    words = ", ".join(changed)
    if len(changed) > 1:
        yield path, f"the factor of {words} changes at once", "one namespace after the other"
    if not new.is_dynamic:
        yield (
            path,
            f"the factor of {words} changes without dynamic configuration",
            "set enableDynamicConfigUpdate: true",
        )
    rolled_out = {name for rack in status.racks for _, name, _ in namespaces(rack.config)}
    if set(changed) - rolled_out:
        yield path, f"{words} is still being added", "wait for the roll-out"
    if _rest(old.spec) != _rest(new.spec) or (status.is_complete and _rest(status.spec) != _rest(new.spec)):
        yield (
            path,
            f"the factor of {words} changes beside something else, or a roll-out is under way",
            "change it alone",
        )


def changed_replication_factors(old: Cluster, new: Cluster) -> dict[str, int]:
    """Name → position of each AP namespace whose factor changes."""
    changed: dict[str, int] = {}
    for before, after, _ in _pairs(old, new):
        known = {name: namespace for _, name, namespace in namespaces(before)}
        for position, name, namespace in namespaces(after):
            was = known.get(name)
            if was is None or is_strongly_consistent(namespace):
                continue
            if replication_factor(was) != replication_factor(namespace):
                changed.setdefault(name, position)
    return changed


def _rest(spec: dict[str, Any]) -> dict[str, Any]:
    """The spec without what may change beside a replication factor."""
    rest = {key: value for key, value in spec.items() if key not in BESIDE_REPLICATION_FACTOR}
    rest["aerospikeConfig"] = _without_factors(section(spec, "aerospikeConfig"))
    racks = section(spec, "rackConfig").get("racks")
    if racks:
        kept = [{**rack, "aerospikeConfig": _without_factors(section(rack, "aerospikeConfig"))} for rack in racks]
        rest["rackConfig"] = {**section(spec, "rackConfig"), "racks": kept}
    return rest


def _without_factors(config: Config) -> Config:
    found = config.get("namespaces")
    if not isinstance(found, list):
        return config
    kept = [
        {key: value for key, value in namespace.items() if key != "replication-factor"}
        if isinstance(namespace, dict)
        else namespace
        for namespace in found
    ]
    return {**config, "namespaces": kept}


@rule("device-move")
def devices_rest_between_namespaces(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A device or file leaves one namespace in one change and joins another in a later one."""
    told: set[str] = set()
    owners: dict[tuple[int, str], str] = {}
    for rack in status.racks:
        for _, name, namespace in namespaces(rack.config):
            for line in _lines(namespace):
                owners[rack.id, line] = name
    for rack in new.racks:
        for position, name, namespace in namespaces(rack.config):
            for line in _lines(namespace):
                owner = owners.get((rack.id, line), name)
                if owner != name and line not in told:
                    told.add(line)
                    path = new.config_path(rack, "namespaces", position, "storage-engine")
                    yield path, f"{line} moves from {owner} to {name} in one change", "take it out first, add it later"


def _lines(namespace: Config) -> list[str]:
    engine = section(namespace, "storage-engine")
    return storage_lines(engine, "devices") + storage_lines(engine, "files")


# --- racks --------------------------------------------------------------------------------------------------------


@rule("rack-affinity-frozen")
def racks_stay_in_place(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
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


@rule("rack-storage-frozen")
def persistent_volumes_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """Persistent volumes of a rack never change under the same revision: not added, not removed, not resized."""
    before = {(rack.id, rack.revision): rack for rack in status.racks} if status.is_complete else {}
    before |= {(rack.id, rack.revision): rack for rack in old.racks}
    told: set[str] = set()
    for rack in new.racks:
        known = before.get((rack.id, rack.revision))
        if known is None or known.storage is rack.storage:
            continue
        for name, words in _changed_volumes(known, rack):
            path = new.storage_path(rack)
            if f"{path} {name}" not in told:
                told.add(f"{path} {name}")
                yield (
                    f"{path}.volumes",
                    f"persistent volume {name} {words}",
                    "give the rack a new revision: its pods are rebuilt",
                )


def _claim(volume: dict[str, Any]) -> dict[str, Any]:
    """The persistent volume that is asked for, without sections that say nothing."""
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


@rule("force-block-update", since="4.2.0")
def racks_leave_the_roster_one_by_one(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """forceBlockFromRoster comes to one rack at a time, and not before the first roll-out."""
    before = {rack.id: rack.is_blocked_from_roster for rack in old.racks}
    newly = [rack for rack in new.racks if rack.is_blocked_from_roster and not before.get(rack.id, False)]
    changed = [rack for rack in new.racks if rack.is_blocked_from_roster != before.get(rack.id, False)]
    if changed and not status.is_complete:
        path = f"spec.rackConfig.racks[{changed[0].position}].forceBlockFromRoster"
        yield path, "changes before the first roll-out has finished", "wait for it"
    if len(newly) > 1:
        yield (
            f"spec.rackConfig.racks[{newly[1].position}].forceBlockFromRoster",
            "a second rack at once",
            "one rack at a time",
        )


@rule("force-block", since="4.2.0")
def a_running_rack_stays_in_the_roster(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """forceBlockFromRoster leaves a rack in the roster that is already running."""
    blocked = {rack.id for rack in new.racks if rack.is_blocked_from_roster}
    if not blocked or not status.is_complete:
        return
    running = {rack.id for rack in status.racks}
    left = running - blocked
    path = "spec.rackConfig.racks"
    if not left:
        yield path, "no rack that is running would be left in the roster", "wait until another rack runs"
    elif len(left) == 1 and any(new.rack_config.get(key) is not None for key in BATCHES):
        yield path, "one running rack would be left while a batch size is set", "take the batch sizes away first"


@rule("revision-2", since="4.2.0")
def two_revisions_at_most(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A rack has two revisions at most at a time: the running one and the next."""
    revisions: dict[int, set[str]] = {}
    for racks in (status.racks, old.racks, new.racks):
        for rack in racks:
            revisions.setdefault(rack.id, set()).add(rack.revision)
    for rack in new.racks:
        found = revisions[rack.id]
        if len(found) > 2:
            path = f"spec.rackConfig.racks[{rack.position}].revision"
            yield (
                path,
                f"rack {rack.id} would have {len(found)} revisions at once",
                "wait until the running change is done",
            )


@rule("batch-status")
def running_racks_bear_batches(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A batch size is safe for the racks that are running, too."""
    if not status.is_complete or len(new.racks) < 2:
        return
    for path, message, hint in unsafe_batches(new, status.racks, status.rack_namespaces):
        yield path, f"what is running: {message}", f"{hint}; set the batch size after that roll-out"


@rule("sts-name-length")
def stateful_set_names_fit(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """A rack's StatefulSet has a name of 52 characters at most: cluster, rack id and revision."""
    if [rack.identity for rack in new.racks] == ["0"]:
        return
    sizes = rack_sizes(new.size, len(new.racks))
    for rack in new.racks:
        name = f"{new.name}-{rack.identity}"
        if sizes[rack.position] and len(name) > LONGEST_STATEFUL_SET:
            over = len(name) - LONGEST_STATEFUL_SET
            path = f"spec.rackConfig.racks[{rack.position}].{'revision' if rack.revision else 'id'}"
            yield path, f"{name} is {over} characters too long for a StatefulSet", "a shorter revision"


@rule("dyn-running-init")
def running_pods_can_set_live(old: Cluster, new: Cluster, status: Status) -> Iterator[Refused]:
    """Dynamic configuration needs every running pod to have an init image of 2.2.0 or later."""
    if not new.is_dynamic:
        return
    stale = sorted(name for name, pod in status.pods.items() if not sets_live(str(pod.get("initImage") or "")))
    if stale:
        shown = ", ".join(stale[:3]) + (f" and {len(stale) - 3} more" if len(stale) > 3 else "")
        yield (
            "spec.enableDynamicConfigUpdate",
            f"{shown} can't set parameters live",
            "restart those pods with a newer init image first",
        )
