"""Reasons for a change of an object's name or apiVersion, and for a cluster that is new or deleted."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import is_purely_in_memory
from aerofleet.ako.operator_files import CONTROLLER, DEFINITION
from aerofleet.ako.volumes import cascades, is_persistent
from aerofleet.findings import Effect, Reason, declared, rules_in
from aerofleet.units.aerospike_cluster import API_VERSION
from aerofleet.units.object_identity import api_version_message

CREATED = declared(
    "created",
    "A new cluster is made.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/reconciler.go: Reconcile",
)
DELETED = declared(
    "deleted",
    "The cluster is deleted, and with it the claims of every volume with cascadeDelete.",
    scope="change",
    severity="severe",
    source=f"{CONTROLLER}/reconciler.go: cleanUpAndRemoveFinalizer, deleteExternalResources",
)
RENAMED = declared(
    "identity",
    "Another name or namespace makes another cluster, with other pods and volumes.",
    scope="change",
    severity="severe",
    source="Kubernetes 1.35, names of objects: kind, namespace and name identify an object",
)
API_VERSION_CHANGES = declared(
    "api-version-changes",
    "An object has another apiVersion. To Pulumi it is another object: it fails to make the new one, which exists, or"
    " deletes it as the old one.",
    scope="change",
    severity="severe",
    source=(
        "pulumi-kubernetes 4.32, provider/pkg/await/await.go: Creation; pulumi-kubernetes 4.32, issues 546 and 1668"
    ),
)
API_VERSION_UNSERVED = declared(
    "api-version",
    "The API server serves the kind in the apiVersion of the operator's definition only.",
    scope="cluster",
    severity="error",
    remedy=API_VERSION,
    source=f"{DEFINITION}: spec.versions",
)


def created_reason() -> Reason:
    """Return the reason for the effect of a cluster that is new and that the operator admits."""
    return CREATED.reason(Effect.LIVE, "metadata.name", "a new cluster is made")


def deletion_reason(cluster: Cluster) -> Reason:
    """Return the reason for the effect of a deletion: which claims go with the cluster, and which stay."""
    deleted, kept = (
        sorted(
            {
                str(volume.get("name"))
                for rack in cluster.racks
                for volume in rack.storage.get("volumes") or []
                if is_persistent(volume) and cascades(rack, volume) is is_deleted
            }
        )
        for is_deleted in (True, False)
    )
    message = "the cluster is deleted"
    if deleted:
        message += f", and with it the claims of {', '.join(deleted)} (cascadeDelete)"
    if kept:
        message += f"; the claims of {', '.join(kept)} stay, and nobody serves what is on them"
    memory = sorted({name for _, name, namespace in cluster.written_namespaces if is_purely_in_memory(namespace)})
    if memory:
        message += f"; records of {', '.join(memory)} are in memory only, and are lost"
    return DELETED.reason(Effect.DATA_AT_RISK, "metadata.name", message)


def identity_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for another name, namespace or apiVersion of the cluster."""
    if (old.name, old.namespace) != (new.name, new.namespace):
        message = f"{old.namespace}/{old.name} becomes {new.namespace}/{new.name}: another cluster is made"
        yield RENAMED.reason(Effect.DATA_AT_RISK, "metadata.name", message)
    elif old.api_version and new.api_version and old.api_version != new.api_version:
        message = api_version_message(old.api_version, new.api_version)
        yield API_VERSION_CHANGES.reason(Effect.DATA_AT_RISK, "apiVersion", message)
    yield from version_refusals(new)


def version_refusals(cluster: Cluster) -> Iterator[Reason]:
    """Yield the refusal of an apiVersion that the operator does not serve.

    A file without an apiVersion is read as if it had the right one.
    """
    if cluster.api_version not in ("", API_VERSION):
        message = f"{cluster.api_version} is not served by the operator, so the API server refuses it; {API_VERSION} is"
        yield API_VERSION_UNSERVED.reason(Effect.REFUSED, "apiVersion", message)


RULES = rules_in(globals())
