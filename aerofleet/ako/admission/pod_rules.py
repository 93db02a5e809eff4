"""Pods: containers, resources, DNS, networks."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import section
from aerofleet.ako.network_policy import CUSTOM, WAYS, qualified
from aerofleet.ako.operator_files import VALIDATING_WEBHOOK
from aerofleet.findings import Problem, rule
from aerofleet.units.kubernetes_quantity import quantity

RESERVED_LABELS = ("app", "aerospike.com/rack-id", "aerospike.com/cr")
EVICTION_ANNOTATION = "aerospike.com/eviction-blocked"
NETWORKS_ANNOTATION = "k8s.v1.cni.cncf.io/networks"


@rule("limits-ge-req", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateResourceAndLimits")
def limits_hold_requests(cluster: Cluster) -> Iterator[Problem]:
    """Where there are limits, cpu and memory limits are no less than requests; a missing limit counts as 0."""
    for container in ("aerospikeContainer", "aerospikeInitContainer"):
        resources = section(cluster.pod_spec, container, "resources")
        limits, requests = section(resources, "limits"), section(resources, "requests")
        for kind in ("cpu", "memory") if limits and requests else ():
            limit, request = limits.get(kind, 0), requests.get(kind, 0)
            if quantity(limit) < quantity(request):
                path = f"spec.podSpec.{container}.resources.limits.{kind}"
                limit_text = f"the limit {limit} is" if kind in limits else "no limit beside another counts as 0,"
                yield path, f"{limit_text} less than the request {request}", f"at least {request}"


@rule("containers", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validatePodSpecContainer")
def container_names_differ(cluster: Cluster) -> Iterator[Problem]:
    """Sidecars and init containers have names of their own; aerospike-server is the operator's."""
    seen: set[str] = set()
    for kind in ("sidecars", "initContainers"):
        for position, container in enumerate(cluster.pod_spec.get(kind) or []):
            name, path = str(container.get("name", "")), f"spec.podSpec.{kind}[{position}].name"
            if name == "aerospike-server":
                yield path, "aerospike-server is the operator's own", "choose another name"
            if name in seen:
                yield path, f"{name} is used twice", "choose another name"
            seen.add(name)


@rule("hostnet-multipod", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validatePodSpec")
def host_network_has_one_pod(cluster: Cluster) -> Iterator[Problem]:
    """At most one of hostNetwork and multiPodPerHost is true."""
    if cluster.pod_spec.get("hostNetwork") is True and cluster.pod_spec.get("multiPodPerHost") is True:
        yield (
            "spec.podSpec.multiPodPerHost",
            "several pods would share one host's ports",
            "take hostNetwork or multiPodPerHost away",
        )


@rule("dns", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateDNS")
def dns_policy_resolves_pods(cluster: Cluster) -> Iterator[Problem]:
    """The dnsPolicy isn't Default; with None there is a dnsConfig."""
    policy = cluster.pod_spec.get("dnsPolicy")
    if policy == "Default":
        yield (
            "spec.podSpec.dnsPolicy",
            "with Default the pods don't find each other",
            "ClusterFirst, or ClusterFirstWithHostNet",
        )
    elif policy == "None" and "dnsConfig" not in cluster.pod_spec:
        yield "spec.podSpec.dnsConfig", "dnsPolicy None needs a dnsConfig", "add it"


@rule("reserved-meta", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: ValidateAerospikeObjectMeta")
def labels_are_free(cluster: Cluster) -> Iterator[Problem]:
    """No pod label or annotation is one that the operator sets itself."""
    metadata = section(cluster.pod_spec, "metadata")
    for label in RESERVED_LABELS:
        if label in section(metadata, "labels"):
            yield f"spec.podSpec.metadata.labels.{label}", f"{label} is the operator's own", "leave it out"
    if EVICTION_ANNOTATION in section(metadata, "annotations"):
        yield f"spec.podSpec.metadata.annotations.{EVICTION_ANNOTATION}", "is the operator's own", "leave it out"


@rule("netpol-custom", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateNetworkPolicy")
def custom_networks_are_attached(cluster: Cluster) -> Iterator[Problem]:
    """The networks of customInterface are in the pods' annotation, and hostNetwork is off."""
    policy = section(cluster.spec, "aerospikeNetworkPolicy")
    annotation = str(section(cluster.pod_spec, "metadata", "annotations").get(NETWORKS_ANNOTATION, ""))
    attached = {qualified(name, cluster.namespace) for name in annotation.split(",")}
    for way, key in WAYS.items():
        if policy.get(way) != CUSTOM:
            continue
        names = policy.get(key) or []
        if not names:
            yield (
                f"spec.aerospikeNetworkPolicy.{key}",
                f"{way} is {CUSTOM}, but no network is named",
                "name the networks",
            )
        if cluster.pod_spec.get("hostNetwork") is True:
            yield "spec.podSpec.hostNetwork", f"pods on the host's network have no {CUSTOM}", "take one of them away"
        for name in names:
            if name not in attached:
                path = f"spec.aerospikeNetworkPolicy.{key}"
                yield path, f"{name} is not attached to the pods", f"add it to the pod annotation {NETWORKS_ANNOTATION}"
