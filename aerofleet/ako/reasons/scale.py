"""Reasons for a change of size, racks, rosters and server version: partitions move, or a server can't read its data."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server_files import PARTITION_BALANCE, SERVER
from aerofleet.ako.batches import percent_of
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import namespaces, replication_factor, section, storage_type
from aerofleet.ako.failed_pods import ignored_and_blocking
from aerofleet.ako.image import is_same_image
from aerofleet.ako.operator_files import CONTROLLER, LIBRARY, MUTATING_WEBHOOK, ROLL_OUTS
from aerofleet.ako.restart import NEW, REMOVED, SCALED_DOWN, Restarts
from aerofleet.ako.status import Status, rack_sizes
from aerofleet.findings import Effect, Reason, declared, rules_in
from aerofleet.units.version import is_at_least

SIZE = declared(
    "size",
    "The cluster gets another number of pods, and partitions move.",
    scope="change",
    severity="warning",
    source=f"{CONTROLLER}/rack.go: scaleUpRack, scaleDownRack",
)
ONE_POD_LEFT = declared(
    "one-pod-left",
    "One pod is left for namespaces with several copies, so each record has one copy.",
    scope="change",
    severity="severe",
    source=f"{PARTITION_BALANCE}: balance_namespace_ap",
)
RACK_ORDER = declared(
    "rack-order",
    "The racks are the same in another order, which decides who gets the pods that are left over.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/rack.go: getConfiguredRackStateList",
)
RACKS = declared(
    "racks",
    "Racks come or go with their pods, and partitions move.",
    scope="change",
    severity="warning",
    source=f"{CONTROLLER}/rack.go: reconcileRacks, deleteRacks",
)
RACK_IDS = declared(
    "rack-ids",
    "The cluster gets other rack ids, or takes them from elsewhere, and partitions move.",
    scope="change",
    severity="warning",
    source=f"{CONTROLLER}/rack.go: reconcileRacks",
)
RACK_NAMESPACES = declared(
    "rack-namespaces",
    "Other namespaces spread their copies over racks, and partitions move.",
    scope="change",
    severity="warning",
    source=f"{MUTATING_WEBHOOK}: setDefaultNsConf",
)
REVISION = declared(
    "revision",
    "A rack gets a new revision: the operator makes all its pods anew in another StatefulSet, and each fills again.",
    scope="change",
    severity="warning",
    source=f"{CONTROLLER}/rack.go: reconcileRevisionChangedRacks",
)
ROSTER = declared(
    "roster",
    "Nodes leave or join the roster of strongly consistent namespaces, and partitions move.",
    scope="change",
    severity="warning",
    source=(
        f"{CONTROLLER}/strong_consistency.go: getAndSetRoster; {LIBRARY}, deployment/strong_consistency.go:"
        " ManageRoster"
    ),
)
NEVER_FORMS = declared(
    "never-forms",
    "The cluster gets as many nodes as min-cluster-size asks for: otherwise it never forms, and the"
    " operator waits for ever.",
    scope="change",
    severity="error",
    source=f"{ROLL_OUTS}; {SERVER}, as/src/fabric/clustering.c: paxos_proposer_proposal_start",
)
SAME_IMAGE = declared(
    "same-image",
    "An image is written in another way, and is the same to the operator.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/statefulset.go: isPodOnDesiredImage",
)
DOWNGRADE = declared(
    "downgrade",
    "A server goes back to an older version, which may not read what the newer one wrote.",
    scope="change",
    severity="severe",
    source="Aerospike documentation, special upgrades and downgrades",
)
FORMAT_BREAK = declared(
    "format-break",
    "Data in memory has another format from a server version on, so no server takes over what is there.",
    scope="change",
    severity="severe",
    source="Aerospike documentation, Upgrade to Database 7.0",
)

FORMAT_BREAKS: tuple[tuple[str, str], ...] = (
    ("7.0.0.0", "the format of in-memory data changes at 7.0: it is read anew"),
)
"""(first server version, consequence) of every change of a format."""


def size_reasons(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Reason]:
    """Yield the reasons for another size, other racks, rack ids, revisions and rosters."""
    kinds = list(restarts.pods.values())
    if old.size != new.size:
        yield SIZE.reason(Effect.MOVES_DATA, "spec.size", f"{old.size} pods become {new.size}: partitions move")
        yield from _too_few(old, new)
    yield from _never_forms(old, new)
    order = [[rack.identity for rack in cluster.racks] for cluster in (old, new)]
    if order[0] != order[1] and sorted(order[0]) == sorted(order[1]):
        message = "the order of racks: the first ones get the pods that are left over"
        yield RACK_ORDER.reason(Effect.LIVE, "spec.rackConfig.racks", message)
    for kind, clause in ((NEW, "are new"), (REMOVED, "go with their rack"), (SCALED_DOWN, "go")):
        count = kinds.count(kind)
        if count and old.size == new.size:
            message = f"{count} of {new.size} pods {clause}: partitions move"
            yield RACKS.reason(Effect.MOVES_DATA, "spec.rackConfig.racks", message)
    if bool(old.spec.get("enableRackIDOverride")) != bool(new.spec.get("enableRackIDOverride")):
        where = "annotations of the pods" if new.spec.get("enableRackIDOverride") else "the racks"
        message = f"rack ids come from {where} from now on: partitions move"
        yield RACK_IDS.reason(Effect.MOVES_DATA, "spec.enableRackIDOverride", message)
    before, after = ({rack.id for rack in cluster.racks} for cluster in (old, new))
    if before != after:
        message = f"racks {_ids(before)} become {_ids(after)}"
        yield RACK_IDS.reason(Effect.MOVES_DATA, "spec.rackConfig.racks", message)
    known = {rack.id: rack for rack in old.racks}
    for rack in new.racks:
        path = f"spec.rackConfig.racks[{rack.position}]"
        was = known.get(rack.id)
        short = revision_shortage(old, new, rack)
        if short is not None:
            how = f"the rack is {short} pods short meanwhile" if short else "the rack grows first"
            message = f"rack {rack.id} is rebuilt batch by batch beside the old one: each pod fills anew, {how}"
            yield REVISION.reason(Effect.MOVES_DATA, f"{path}.revision", message)
        if was is not None and was.is_blocked_from_roster != rack.is_blocked_from_roster:
            message = f"rack {rack.id} {'leaves' if rack.is_blocked_from_roster else 'joins'} the roster"
            yield roster_reason(old, new, f"{path}.forceBlockFromRoster", message)
    yield from _rack_namespace_reasons(old, new)


def revision_shortage(old: Cluster, new: Cluster, rack: Rack) -> int | None:
    """Return how many pods ``rack`` lacks of its size while its revision is replaced; None where it keeps its revision.

    The operator adds a batch while the two revisions together have fewer pods than the new size, and takes a batch of
    the old one away otherwise. Source: AKO 4.5.0, reconcileRevisionChangedRacks; it rounds a percentage up.
    """
    was = next((known for known in old.racks if known.id == rack.id), None)
    if was is None or was.revision == rack.revision:
        return None
    before, after = (
        rack_sizes(cluster.size, len(cluster.racks))[place]
        for cluster, place in ((old, was.position), (new, rack.position))
    )
    wanted = new.rack_config.get("rollingUpdateBatchSize")
    percent = percent_of(wanted)
    batch = -(-after * percent // 100) if percent is not None else wanted if type(wanted) is int else 1
    lowest = max(0, after - min(max(1, batch), before))
    return max(0, min(before, after) - lowest)


def roster_reason(old: Cluster, new: Cluster, path: str, message: str) -> Reason:
    """Return the reason for nodes that leave or join the roster; without a roster nothing moves."""
    if old.has_roster or new.has_roster:
        return ROSTER.reason(Effect.MOVES_DATA, path, f"{message}: partitions move")
    return ROSTER.reason(Effect.LIVE, path, "no namespace is strongly consistent, so there is no roster to leave")


def ignored_pod_reasons(old: Cluster, new: Cluster, status: Status) -> Iterator[Reason]:
    """Yield a reason for every failed pod that the operator leaves out of the roster, as maxIgnorablePods allows."""
    if new.has_roster and old.spec != new.spec:
        for pod in ignored_and_blocking(status.failed, new)[0]:
            message = f"{pod} has failed and is ignored: the roster is written without it, partitions move"
            yield ROSTER.reason(Effect.MOVES_DATA, f"status.pods.{pod}", message)


def _rack_namespace_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    if new.rack_namespaces == old.rack_namespaces:
        return
    path = "spec.rackConfig.namespaces"
    known = {name for rack in new.racks for _, name, _ in namespaces(rack.config)}
    moved = sorted(known & (set(new.rack_namespaces) ^ set(old.rack_namespaces)))
    if moved:
        message = f"copies of {', '.join(moved)} are spread over racks otherwise: partitions move"
        yield RACK_NAMESPACES.reason(Effect.MOVES_DATA, path, message)
    else:
        yield RACK_NAMESPACES.reason(Effect.LIVE, path, "names the same configured namespaces")


def _ids(ids: set[int]) -> str:
    return ", ".join(map(str, sorted(ids))) or "none"


def _never_forms(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a refusal where nodes wait for more nodes than there are, and the operator waits for the nodes.

    Pods leave before the setting changes, and new ones come after it (recorded roll-outs of AKO 4.5.0); a server
    refuses a live value above the size that its cluster has (aerospike-server, cfg_info.c).
    """
    before, after = (section(cluster.config, "service").get("min-cluster-size") for cluster in (old, new))
    path = new.config_path(new.racks[0], "service", "min-cluster-size") if new.racks else "spec.size"
    if type(before) is int and old.size >= before > new.size:
        message = (
            f"min-cluster-size is {before} until all pods have left: with {new.size} of {old.size} nodes the cluster "
            f"falls apart; first min-cluster-size {max(new.size - 1, 1)} or less, then the size"
        )
        yield NEVER_FORMS.reason(Effect.REFUSED, path, message)
    elif type(after) is int and after > new.size and not (type(before) is int and before > old.size):
        message = f"{after} nodes make a cluster, and there are {new.size}: it never forms, and the operator waits"
        yield NEVER_FORMS.reason(Effect.REFUSED, path, message)
    elif type(after) is int and after > old.size and after != before and old.size < new.size:
        message = (
            f"min-cluster-size {after} is set before the new pods come: {old.size} nodes are fewer, and the operator "
            f"never gets to the size; first the size, then min-cluster-size"
        )
        yield NEVER_FORMS.reason(Effect.REFUSED, path, message)


def _too_few(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for every namespace with several copies that is left on one pod."""
    for _, name, namespace in namespaces(new.config):
        factor = replication_factor(namespace)
        if new.size < old.size and factor > 1 and new.size < 2:
            yield ONE_POD_LEFT.reason(Effect.DATA_AT_RISK, "spec.size", f"{name} is left with one copy on one pod")


def version_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield the reasons for another image: the same one written otherwise, a downgrade, a format that changes."""
    if old.image != new.image and is_same_image(old.image, new.image):
        message = f"{old.image} becomes {new.image}: the same image to the operator, so no pod is rebuilt"
        yield SAME_IMAGE.reason(Effect.LIVE, "spec.image", message)
    if not old.version or not new.version or old.version == new.version:
        return
    if not is_at_least(new.version, old.version):
        message = f"server {old.version} goes back to {new.version}: older servers may not read what newer ones wrote"
        yield DOWNGRADE.reason(Effect.DATA_AT_RISK, "spec.image", message)
        return
    for version, why in FORMAT_BREAKS:
        if is_at_least(new.version, version) and not is_at_least(old.version, version) and _has_data_in_memory(old):
            yield FORMAT_BREAK.reason(Effect.DATA_AT_RISK, "spec.image", f"{old.version} to {new.version}: {why}")


def _has_data_in_memory(cluster: Cluster) -> bool:
    return any(
        storage_type(namespace) == "memory" or section(namespace, "storage-engine").get("data-in-memory") is True
        for rack in cluster.distinct_racks
        for _, _, namespace in namespaces(rack.config)
    )


RULES = rules_in(globals())
