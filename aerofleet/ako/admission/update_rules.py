"""What may not change, or not together. A check gets the old cluster, the new one and what is rolled out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.access import is_secured, pki_users, tls_service, users
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.compatibility import admits
from aerofleet.ako.config import PAIRS, Config, entries, namespaces, section, storage_lines
from aerofleet.ako.config_file import is_same
from aerofleet.ako.init_image import sets_live
from aerofleet.ako.network_policy import CUSTOM
from aerofleet.ako.operator_files import CONFIG_VALIDATION, LIBRARY, OPERATOR, VALIDATING_WEBHOOK
from aerofleet.ako.status import Status
from aerofleet.findings import Problem, rule
from aerofleet.units.names_in_text import shortened
from aerofleet.units.version import Range


@rule(
    "edition-change",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateImageUpdate",
    operator=Range("4.2.0"),
)
def edition_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Enterprise stays Enterprise, Federal stays Federal."""
    for before, after in (("enterprise", "federal"), ("federal", "enterprise")):
        if before in old.image.lower() and after in new.image.lower():
            yield "spec.image", f"{before} can't become {after}", "make a new cluster and move the data"


@rule(
    "version-jump",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: ValidateUpdate; {LIBRARY}, asconfig/upgrade.go: IsValidUpgrade",
)
def running_version_is_known(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The operator carries a schema for the server version that is replaced, too."""
    if not admits(old.version, new.operator):
        shown = f"server {old.version}" if old.version else old.image
        yield "spec.image", f"operator {new.operator} does not know {shown}, which is replaced", "make a new cluster"


@rule("multipod-frozen", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: ValidateUpdate")
def multi_pod_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The value of multiPodPerHost never changes."""
    if bool(old.pod_spec.get("multiPodPerHost")) != bool(new.pod_spec.get("multiPodPerHost")):
        yield "spec.podSpec.multiPodPerHost", "can't change", "make a new cluster and move the data"


@rule("fabric-frozen", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateNetworkPolicyUpdate")
def fabric_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The network of fabric and tlsFabric never changes, nor its names while it is customInterface."""
    before, after = section(old.spec, "aerospikeNetworkPolicy"), section(new.spec, "aerospikeNetworkPolicy")
    for way, key in (("fabric", "customFabricNetworkNames"), ("tlsFabric", "customTLSFabricNetworkNames")):
        path = f"spec.aerospikeNetworkPolicy.{way}"
        if before.get(way) != after.get(way):
            yield path, "can't change", "make a new cluster and move the data"
        elif after.get(way) == CUSTOM and before.get(key) != after.get(key):
            yield f"spec.aerospikeNetworkPolicy.{key}", "can't change", "make a new cluster and move the data"


@rule("op-before-rollout", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateOperation")
def operation_has_a_cluster(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """An on-demand operation needs a cluster that was rolled out once."""
    if new.spec.get("operations") and not status.is_complete:
        yield "spec.operations", "the cluster was never rolled out", "wait for it first"


@rule("op-same-id", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateOperationUpdate")
def operations_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
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


@rule("op-pods", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateOperationUpdate")
def operations_name_pods(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """An operation names pods that exist."""
    for position, operation in enumerate(new.spec.get("operations") or []):
        for index, pod in enumerate(operation.get("podList") or []):
            if pod not in status.pods:
                yield (
                    f"spec.operations[{position}].podList[{index}]",
                    f"there is no pod {pod}",
                    "a name from status.pods",
                )


@rule("op-alone", scope="change", severity="error", source=f"{VALIDATING_WEBHOOK}: validateOperationUpdate")
def operations_come_alone(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
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


@rule(
    "acl-remove",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateAccessControlUpdate",
    operator=Range("4.2.0"),
)
def access_control_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """An aerospikeAccessControl is never taken away again."""
    if "aerospikeAccessControl" in old.spec and "aerospikeAccessControl" not in new.spec:
        yield "spec.aerospikeAccessControl", "can't be removed", "keep it; without security it has no effect"


@rule(
    "acl-no-security",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateAccessControlUpdate",
    operator=Range("4.2.0"),
)
def access_control_rests_without_security(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Users and roles don't change while security is off."""
    after = new.spec.get("aerospikeAccessControl")
    if not is_secured(new) and after is not None and after != old.spec.get("aerospikeAccessControl"):
        yield "spec.aerospikeAccessControl", "users and roles change while security is off", "switch security on first"


@rule(
    "pki-to-internal",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateUsersAuthModeUpdate",
    operator=Range("4.2.0"),
)
def certificates_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A PKIOnly user doesn't go back to a password."""
    before = {user.get("name") for user in users(old) if user.get("authMode") == "PKIOnly"}
    for position, user in enumerate(users(new) if is_secured(new) else ()):
        if user.get("name") in before and user.get("authMode") != "PKIOnly":
            path = f"spec.aerospikeAccessControl.users[{position}].authMode"
            yield path, f"user {user.get('name')} can't go back to a password", "make another user"


@rule(
    "tls+pki",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateTLSAndPKIOnlyUpdate",
    operator=Range("4.2.0"),
)
def tls_comes_before_pki(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """PKIOnly users come once TLS on the service is rolled out everywhere."""
    if not pki_users(new) or tls_service(new.distinct_racks[0]) is None:
        return
    if any(tls_service(rack) is None for rack in (*old.distinct_racks[:1], *status.racks)):
        yield "spec.aerospikeAccessControl.users", "PKIOnly users while TLS is not everywhere yet", "roll TLS out first"


@rule(
    "list-entry-kind",
    scope="change",
    severity="error",
    source=(
        f"{VALIDATING_WEBHOOK}: validateReplicationFactorUpdateComparison; {OPERATOR},"
        " pkg/jsonpatch/jsonpatch.go: handleValues"
    ),
    operator=Range("4.4.0"),
)
def entries_stay_maps(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A map in a list of aerospikeConfig is replaced by a map only: the operator's code panics on comparing others."""
    for path in _replaced_maps(old.config, new.config, "spec.aerospikeConfig"):
        yield path, "a map becomes something else: the operator's code panics", "write a map, or take the entry out"


def _replaced_maps(before: Any, after: Any, path: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() & after.keys():
            yield from _replaced_maps(before[key], after[key], f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        for position, (was, now) in enumerate(zip(before, after, strict=False)):
            if isinstance(was, dict) and not isinstance(now, dict):
                yield f"{path}[{position}]"
            else:
                yield from _replaced_maps(was, now, f"{path}[{position}]")


@rule(
    "shared-storage-engine",
    scope="change",
    severity="error",
    source=(
        f"{VALIDATING_WEBHOOK}: validateNsConfUpdateFromStatus; {CONFIG_VALIDATION}: ValidateStorageEngineDeviceList"
    ),
)
def shared_namespaces_have_storage(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """On a change the storage-engine of spec.aerospikeConfig itself is read, also where every rack has its own."""
    if any(rack.is_shared for rack in new.racks):
        return
    for position, name, namespace in namespaces(new.config):
        engine = namespace.get("storage-engine")
        path = f"spec.aerospikeConfig.namespaces[{position}].storage-engine"
        if not isinstance(engine, dict):
            yield path, f"{name} has no storage-engine here: the operator's code panics", "repeat that of a rack"
            continue
        for key in ("devices", "files"):
            if key in engine and not isinstance(engine[key], list):
                yield f"{path}.{key}", f"{key} is not a list", "write a list, or leave it to the racks"


# --- aerospikeConfig ----------------------------------------------------------------------------------------------


@rule("tls-ca-frozen", scope="change", severity="error", source=f"{CONFIG_VALIDATION}: validateTLSUpdate")
def used_authorities_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A TLS entry that stays in use keeps its ca-file (or moves to ca-path), and doesn't lose its authorities."""
    before, after = section(old.config, "network"), section(new.config, "network")
    used = _tls_names(before) & _tls_names(after)
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


@rule("tls-entry-name", scope="change", severity="error", source=f"{CONFIG_VALIDATION}: validateTLSUpdate")
def tls_entries_keep_names(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Every entry of network.tls has a name, before and after, where that list changes: the operator compares them by
    name, and its code panics on an entry without one.
    """
    before, after = section(old.config, "network"), section(new.config, "network")
    if "tls" not in before or "tls" not in after or is_same(before["tls"], after["tls"]):
        return
    path = "spec.aerospikeConfig.network.tls"
    for position, item in enumerate(entries(after, "tls")):
        if not isinstance(item.get("name"), str):
            yield f"{path}[{position}]", "this entry has no name: the operator's code panics", "start it with name:"
    for item in entries(before, "tls"):
        if not isinstance(item.get("name"), str):
            message = "an entry of the running list has no name: the operator's code panics on every change of the list"
            yield path, message, "leave the list as it is, or create the cluster anew with named entries"


def _tls_names(network: Config) -> set[str]:
    return {str(section(network, key).get("tls-name")) for key, _ in PAIRS}


@rule(
    "tls-name-frozen", scope="change", severity="error", source=f"{CONFIG_VALIDATION}: validateNetworkConnectionUpdate"
)
def tls_names_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The tls-name of a section never changes."""
    for key, label in PAIRS:
        before = section(old.config, "network", key).get("tls-name")
        after = section(new.config, "network", key).get("tls-name")
        if before is not None and after is not None and before != after:
            yield (
                f"spec.aerospikeConfig.network.{key}.tls-name",
                f"the tls-name of {label} can't change",
                f"keep {before}",
            )


IN_TWO_STEPS = (
    "in two changes (docs/how-to/turn-on-tls.md): first one that opens both ports and rebuilds every pod "
    "(`security: {{tls: true, plainPorts: true}}` in a definition); then the owners of the clients move each of "
    "them to the {to} port; then this one, with which every server restarts once more, and clients that have not "
    "moved are cut off"
)
"""``to``: the kind of port that stays."""


@rule("port-frozen", scope="change", severity="error", source=f"{CONFIG_VALIDATION}: validateNetworkPortUpdate")
def ports_stay(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A port never changes. A plain or a TLS port may go only where the section had both."""
    for key, label in PAIRS:
        before, after = section(old.config, "network", key), section(new.config, "network", key)
        path = f"spec.aerospikeConfig.network.{key}"
        if not before or not after:
            continue
        for port in ("port", "tls-port"):
            if port in before and port in after and before[port] != after[port]:
                yield f"{path}.{port}", f"{port} of {label} can't change", f"keep {before[port]}"
        both = "port" in before and "tls-port" in before
        lost = [port for port in ("port", "tls-port") if port in before and port not in after]
        if lost and not both:
            other = "port" if lost[0] == "tls-port" else "tls-port"
            yield (
                f"{path}.{lost[0]}",
                f"{lost[0]} of {label} goes, and there was no {other} beside it",
                IN_TWO_STEPS.format(to="TLS" if lost[0] == "port" else "plain"),
            )


@rule(
    "device-move",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateStorageEngineDeviceListUpdate",
)
def devices_rest_between_namespaces(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """A device or file leaves one namespace in one change and joins another in a later one."""
    reported: set[str] = set()
    running = {rack.id: rack.config for rack in status.racks}
    staying = {rack.id for rack in old.racks} & running.keys()
    pairs = [(section(status.spec, "aerospikeConfig"), new.config, new.distinct_racks[0])]
    pairs += [(running[rack.id], rack.config, rack) for rack in new.racks if rack.id in staying]
    for before, after, rack in pairs:
        owners = {line: name for _, name, _, line in _lines(before)}
        for position, name, key, line in _lines(after):
            owner = owners.get(line, name)
            if owner != name and line not in reported:
                reported.add(line)
                path = new.config_path(rack, "namespaces", position, "storage-engine", key)
                yield path, f"{line} moves from {owner} to {name} in one change", "take it out first, add it later"


def _lines(config: Config) -> Iterator[tuple[int, str, str, str]]:
    """Yield (namespace's position, its name, `devices` or `files`, line) of everything that data is stored on."""
    for position, name, namespace in namespaces(config):
        for key in ("devices", "files"):
            for line in storage_lines(section(namespace, "storage-engine"), key):
                yield position, name, key, line


@rule(
    "dyn-running-init",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateEnableDynamicConfigUpdate",
)
def running_pods_can_set_live(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Dynamic configuration needs every running pod to have an init image of 2.2.0 or later."""
    if not new.is_dynamic:
        return
    stale = sorted(name for name, pod in status.pods.items() if not sets_live(str(pod.get("initImage") or "")))
    if stale:
        yield (
            "spec.enableDynamicConfigUpdate",
            f"{shortened(stale, 3)} can't set parameters live",
            "restart those pods with a newer init image first",
        )
