"""Hazards of a cluster together with the objects in the same file: those that it needs, and those that block it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, section
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.operator_files import CONTROLLER, ROLL_OUTS
from aerofleet.ako.placement import host_ports_of, ports_of
from aerofleet.ako.reasons.objects import POD_SECURITY
from aerofleet.ako.references import Use, references_of
from aerofleet.ako.selectors import lets_through, matches, pod_labels, policies_for
from aerofleet.findings import Problem, rule, rules_in
from aerofleet.units.kubernetes_quantity import quantity
from aerofleet.units.object_identity import label_of, name_of

CONSEQUENCES: dict[Use, str] = {
    Use.ADMIN_PASSWORD: "the operator can't log in and stops at every reconcile",
    Use.PASSWORD: "the operator stops there at every reconcile, and sets no user and no later change",
    Use.VOLUME: "pods don't start",
    Use.SERVER_FILE: "the server does not start",
    Use.STORED_WITH: "the server does not start",
    Use.OPERATOR_CERTIFICATE: "the operator does not get through to servers that ask for a certificate",
    Use.ENVIRONMENT: "pods don't start",
}


@rule(
    "claim-differs",
    scope="cluster",
    severity="warning",
    remedy="the class, mode and size that the claim has, or a new rack with new claims",
    source=(
        f"Kubernetes 1.35, StatefulSet: a claim that exists is taken; {CONTROLLER}/statefulset.go:"
        " createPVCForVolumeAttachment"
    ),
)
def claim_differs(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """A claim differs from the cluster's volume. The pod uses the claim that exists, so another class, mode or size
    has no effect.
    """
    claims = {name_of(claim): claim for claim in objects.of_kind("PersistentVolumeClaim", cluster.namespace)}
    for rack in cluster.racks if claims else ():
        for position, volume in enumerate(entries(rack.storage, "volumes")):
            wanted = section(volume, "source", "persistentVolume")
            claim_of = re.compile(rf"{volume.get('name')}-{cluster.name}-{rack.identity}-\d+")
            for name in sorted(filter(claim_of.fullmatch, claims)) if wanted else ():
                path = f"{cluster.storage_path(rack)}.volumes[{position}].source.persistentVolume"
                for key, why in _claim_differences(wanted, section(claims[name], "spec")):
                    yield f"{path}.{key}", f"claim {name}: {why}"


@rule(
    "claims-from-before",
    scope="cluster",
    severity="severe",
    remedy="a copy of the data, or other names of cluster or racks, so that the claims are not those of the new pods",
    source=f"{ROLL_OUTS}; {CONTROLLER}/reconciler.go: recoverFailedCreate",
)
def claims_from_before(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """Claims of an earlier cluster are there, and a cluster that was never rolled out takes them over. If all of its
    pods fail in the first creation, the operator deletes every claim, whatever cascadeDelete is, and the data with
    them.
    """
    claims = [name_of(claim) for claim in objects.of_kind("PersistentVolumeClaim", cluster.namespace)]
    written = next((resource for resource, one in objects.read if one is cluster), {}) if claims else {}
    if not claims or section(written, "status").get("aerospikeConfig") is not None:
        return
    names = {
        f"{volume.get('name')}-{cluster.name}-{rack.identity}"
        for rack in cluster.racks
        for volume in entries(rack.storage, "volumes")
        if section(volume, "source", "persistentVolume")
    }
    taken = sorted(claim for claim in claims if claim.rpartition("-")[0] in names)
    if taken:
        yield "metadata.name", f"{', '.join(taken)}: deleted, with all that is on them, if no pod starts at first"


def _claim_differences(wanted: dict[str, Any], claim: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, own, default in (("storageClass", "storageClassName", None), ("volumeMode", "volumeMode", "Filesystem")):
        actual = claim.get(own, default)
        if actual is not None and wanted.get(key) is not None and actual != wanted[key]:
            yield key, f"has {own} {actual}, and the volume {wanted[key]}"
    size = section(claim, "resources", "requests").get("storage")
    if size is not None and quantity(size) < quantity(wanted.get("size") or 0):
        yield "size", f"asks for {size}, and the volume for {wanted.get('size')}"


@rule(
    "key-missing",
    scope="cluster",
    severity="severe",
    remedy="the key that is asked for, in the Secret or ConfigMap",
    source=f"{CONTROLLER}/client_policy.go: getPasswordFromSecret; Kubernetes 1.35, keys of volumes and variables",
)
def key_missing(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """A Secret or ConfigMap lacks a key that the cluster reads."""
    for reference in references_of(cluster):
        known = objects.keyed(reference.kind, reference.namespace, reference.name) if reference.keys else None
        if known is None or known.contents is None:
            continue
        for key in reference.keys:
            if key not in known.contents:
                has = ", ".join(sorted(known.contents)) or "none"
                lack = f"{reference.user} needs the key {key} of {known.label}, which has {has}"
                yield reference.path, f"{lack}: {CONSEQUENCES[reference.use]}"


@rule(
    "nodes-kept-apart",
    scope="cluster",
    severity="severe",
    remedy="a rule that lets the cluster's own pods in on these ports",
    source="Kubernetes 1.35, NetworkPolicy",
    applies="before",
)
def nodes_kept_apart(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """A NetworkPolicy blocks fabric or heartbeat between the cluster's own pods. Each node is then a cluster of its
    own: writes diverge or stop.
    """
    yield from closed_between_nodes(cluster, objects)


@rule(
    "clients-kept-out",
    scope="cluster",
    severity="warning",
    remedy="a rule that lets clients, the operator and its own pods in on this port",
    source="Kubernetes 1.35, NetworkPolicy",
    applies="before",
)
def clients_kept_out(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """A NetworkPolicy selects the pods and opens their service port to nobody: it closes every port that no policy
    opens.
    """
    yield from _closed(cluster, objects, ("service",), "anybody", is_own=False)


def closed_between_nodes(cluster: Cluster, objects: ObjectSet) -> Iterator[tuple[str, str]]:
    """Yield (path, message) for each port of fabric and heartbeat that a NetworkPolicy closes to the cluster's pods."""
    yield from _closed(cluster, objects, ("fabric", "heartbeat"), "its own pods", is_own=True)


def _closed(
    cluster: Cluster, objects: ObjectSet, parts: tuple[str, ...], whom: str, *, is_own: bool
) -> Iterator[tuple[str, str]]:
    policies = objects.of_kind("NetworkPolicy", cluster.namespace)
    ports = {name: port for name, port in ports_of(cluster.config).items() if name.removeprefix("tls-") in parts}
    for direction, way in (("Ingress", "in"), ("Egress", "out")) if is_own else (("Ingress", "in"),):
        selecting = policies_for(cluster, policies, direction) if policies else []
        names = ", ".join(sorted(map(name_of, selecting)))
        for name, port in ports.items() if selecting else ():
            if not lets_through(selecting, name, port, cluster if is_own else None, direction):
                part, key = name.removeprefix("tls-"), "tls-port" if name.startswith("tls-") else "port"
                path = f"spec.aerospikeConfig.network.{part}.{key}"
                yield path, f"no NetworkPolicy ({names}) lets {whom} {way} on {name} {port}"


@rule(
    "service-misses",
    scope="cluster",
    severity="warning",
    remedy="a port that the pods listen on",
    source="Kubernetes 1.35, targetPort of a Service",
)
def service_misses(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """A Service selects the pods, and its port leads to one on which nothing listens: its clients are refused."""
    labels = pod_labels(cluster)
    known: dict[str, int] = ports_of(cluster.config)
    own = {port.get("name"): port.get("containerPort") for port in _sidecar_ports(cluster)}
    for service in objects.of_kind("Service", cluster.namespace):
        selector = section(service, "spec").get("selector")
        if not selector or not matches({"matchLabels": selector}, labels):
            continue
        for port in entries(service, "spec", "ports"):
            target = port.get("targetPort", port.get("port"))
            if target not in (*known, *known.values(), *own, *own.values()):
                what = ", ".join(f"{name} {number}" for name, number in sorted(known.items()))
                path = "spec.aerospikeConfig.network"
                yield path, f"{label_of(service)} leads to port {target}; the pods listen on {what}"


def _sidecar_ports(cluster: Cluster) -> Iterator[dict[str, Any]]:
    for container in entries(cluster.pod_spec, "sidecars"):
        yield from entries(container, "ports")


@rule(
    "second-budget",
    scope="cluster",
    severity="severe",
    remedy="spec.maxUnavailable alone, or disablePDB: true beside a PodDisruptionBudget of one's own",
    source=f"Kubernetes 1.35, eviction API; {CONTROLLER}/poddistruptionbudget.go: createOrUpdatePDB",
)
def second_budget(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """A second PodDisruptionBudget selects the pods. Kubernetes evicts no pod under two budgets, so no drain ends.
    A budget with the cluster's own name stops the operator at every reconcile.
    """
    if cluster.spec.get("disablePDB") is True:
        return
    for budget in objects.of_kind("PodDisruptionBudget", cluster.namespace):
        if _is_owned(budget, cluster):
            continue
        if name_of(budget) == cluster.name:
            yield "spec.disablePDB", f"{label_of(budget)} has the name of the operator's own"
        elif matches(section(budget, "spec", "selector"), pod_labels(cluster)):
            yield "spec.disablePDB", f"{label_of(budget)} selects the same pods as the operator's own"


def _is_owned(resource: Any, cluster: Cluster) -> bool:
    return any(owner.get("name") == cluster.name for owner in entries(resource, "metadata", "ownerReferences"))


@rule(
    "quota-too-small",
    scope="cluster",
    severity="severe",
    remedy="a quota with room for every pod of the namespace, and for one more while it is replaced",
    source="Kubernetes 1.35, ResourceQuota",
)
def quota_too_small(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """The cluster asks for more than a ResourceQuota allows. Kubernetes makes no pod and no claim beyond it, and
    the operator waits for ever.
    """
    quotas = objects.of_kind("ResourceQuota", cluster.namespace)
    if not quotas:
        return
    wanted = objects.requests_in(cluster.namespace)
    for quota in quotas:
        if section(quota, "spec").get("scopes") or section(quota, "spec").get("scopeSelector"):
            continue
        too_small: dict[tuple[str, str], list[str]] = {}
        for key, hard in sorted(section(quota, "spec", "hard").items()):
            name = QUOTA_NAMES.get(key, key)
            if quantity(hard) < wanted.get(name, Fraction(0)):
                too_small.setdefault((shown_amount(name, wanted[name]), str(hard)), []).append(key)
        names = ", ".join(other.name for other in objects.clusters if other.namespace == cluster.namespace)
        for (need, hard), keys in too_small.items():
            yield "spec.size", f"{names} ask for {need} of {' and '.join(keys)}, {label_of(quota)} allows {hard}"


QUOTA_NAMES = {"cpu": "requests.cpu", "memory": "requests.memory", "count/pods": "pods"}


def shown_amount(name: str, amount: Fraction) -> str:
    """Return an amount for a message: memory and storage in Gi, all else as a number."""
    if name.endswith(("memory", "storage")):
        return f"{float(amount / 2**30):g}Gi"
    return f"{float(amount):g}"


@rule(
    "pod-security-refuses",
    scope="cluster",
    severity="severe",
    remedy="a namespace whose Pod Security level admits the pods",
    source="Kubernetes 1.35, Pod Security admission",
)
def pod_security_refuses(cluster: Cluster, objects: ObjectSet) -> Iterator[Problem]:
    """The Pod Security level of the namespace refuses the pods: none is made, not even to replace one that runs."""
    namespace = objects.find("Namespace", "", cluster.namespace or "default")
    level = section(namespace or {}, "metadata", "labels").get(f"{POD_SECURITY}enforce")
    if level not in ("baseline", "restricted"):
        return
    for path, why in (*_beyond_baseline(cluster), *(_beyond_restricted(cluster) if level == "restricted" else ())):
        yield path, f"{why}: namespace {cluster.namespace} enforces {level}"


def _containers(cluster: Cluster) -> Iterator[tuple[str, dict[str, Any]]]:
    for key in ("aerospikeContainer", "aerospikeInitContainer"):
        yield f"spec.podSpec.{key}", section(cluster.pod_spec, key)
    for key in ("sidecars", "initContainers"):
        for position, container in enumerate(entries(cluster.pod_spec, key)):
            yield f"spec.podSpec.{key}[{position}]", container


def _beyond_baseline(cluster: Cluster) -> Iterator[tuple[str, str]]:
    if cluster.pod_spec.get("hostNetwork") is True:
        yield "spec.podSpec.hostNetwork", "pods use the host's network"
    elif ports := host_ports_of(cluster):
        yield "spec.podSpec.multiPodPerHost", f"pods open ports of their host ({', '.join(map(str, ports.values()))})"
    for rack in cluster.distinct_racks:
        for position, volume in enumerate(entries(rack.storage, "volumes")):
            if section(volume, "source", "hostPath"):
                yield f"{cluster.storage_path(rack)}.volumes[{position}].source", "a volume is a path of the host"
    for path, container in _containers(cluster):
        if section(container, "securityContext").get("privileged") is True:
            yield f"{path}.securityContext.privileged", "a container is privileged"


def _beyond_restricted(cluster: Cluster) -> Iterator[tuple[str, str]]:
    pod = section(cluster.pod_spec, "securityContext")
    for path, container in _containers(cluster):
        own = section(container, "securityContext")
        lacks = [
            setting
            for setting, is_there in (
                ("runAsNonRoot", own.get("runAsNonRoot", pod.get("runAsNonRoot")) is True),
                ("seccompProfile", bool(own.get("seccompProfile") or pod.get("seccompProfile"))),
                ("allowPrivilegeEscalation: false", own.get("allowPrivilegeEscalation") is False),
                ("capabilities.drop: [ALL]", "ALL" in (section(own, "capabilities").get("drop") or [])),
            )
            if not is_there
        ]
        if lacks:
            yield f"{path}.securityContext", f"lacks {', '.join(lacks)}"
            return


RULES = rules_in(globals())
