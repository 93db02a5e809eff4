"""Check before `pulumi up` what a cell needs of its Kubernetes cluster and does not make itself. Nothing is written.

The findings do not change what is built. They name what would else fail in the middle of a run or leave a pod waiting
without an error: a node without the expected taint, a missing Secret, an object of another owner under a name that a
definition needs.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from aerofleet.ako.compatibility import release_of
from aerofleet.files.choices import HostState
from aerofleet.findings import Finding, LocatedProblem, Rule, Subject, findings_of, rule, rules_in
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metal import Host, Pool
from aerofleet.manifests.rendered import RenderedCell
from aerofleet.units.aerospike_cluster import DEFINITION
from aerofleet.units.names import CELL_LABEL, MANAGED_BY_LABEL, MANAGED_BY_VALUE
from aerofleet.units.object_identity import namespaced
from aerofleet.units.version import numbers, shortened

Object = Mapping[str, Any]

OPERATOR_VERSION = "aerospike-kubernetes-operator/version"
"""Annotation of AKO's CustomResourceDefinitions with their release."""

HOSTNAME_LABEL = "kubernetes.io/hostname"
"""Every kubelet registers its node with this label (Kubernetes' well-known labels)."""


class Server(Protocol):
    """The requests to the API server; `aerofleet.live.cluster_api` implements them."""

    def version(self) -> str: ...

    def serves(self, api_version: str, kind: str) -> bool: ...

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> Object | None: ...

    def labels(self, api_version: str, kind: str, namespace: str) -> Mapping[str, Mapping[str, str]]: ...

    def list(self, api_version: str, kind: str) -> tuple[tuple[Object, ...], str]: ...


@dataclass(frozen=True)
class Target:
    """The context of the rules: a cell, its manifests, and the API server of its Kubernetes cluster."""

    cell: Cell
    rendered: RenderedCell
    server: Server

    @cached_property
    def kubernetes(self) -> str:
        """The minor version that the server runs, ``1.35``: the patch level changes with every maintenance."""
        return shortened(self.server.version(), 2)

    @cached_property
    def nodes(self) -> Mapping[str, Object]:
        """Name → Node."""
        listed, _ = self.server.list("v1", "Node")
        return {str(node["metadata"]["name"]): node for node in listed}

    def active_nodes(self) -> Iterator[tuple[Pool, Object]]:
        """Yield the node of every active host that has one, with the host's pool."""
        for pool, host in active_hosts(self.cell):
            node = self.nodes.get(host.name)
            if node is not None and not is_phantom(node):
                yield pool, node


def problem(subject: Subject, message: str, remedy: str = "", path: str = "") -> LocatedProblem:
    return LocatedProblem(path, message, remedy, subject=subject)


def preflight(cell: Cell, rendered: RenderedCell, server: Server) -> list[Finding]:
    """Return a finding for everything that is missing: every rule of this module runs, in the order of the module."""
    return findings_of(RULES, Target(cell, rendered, server))


@rule(
    "preflight-kubernetes",
    scope="live",
    severity="error",
    remedy="the right context, or another version in cell.yaml",
    source="Platform rule: docs/how-to/check-before-the-first-up.md",
)
def kubernetes_version(target: Target) -> Iterator[LocatedProblem]:
    """The server runs another minor version of Kubernetes than `cell.yaml` names."""
    cell, running = target.cell, target.kubernetes
    if numbers(running) != numbers(cell.kubernetes_version)[:2]:
        message = f"the server runs {running}, cell.yaml names {cell.kubernetes_version}"
        remedy = f"write `kubernetes: {running}` in cell.yaml, or look whether {cell.context} is the right context"
        yield problem(Subject("cell", cell.name), message, remedy, "kubernetes")


@rule(
    "preflight-operator-kubernetes",
    scope="live",
    severity="error",
    remedy="another operator release, or another Kubernetes",
    source="Aerospike documentation, Aerospike Kubernetes Operator, requirements of its releases",
)
def operator_kubernetes(target: Target) -> Iterator[LocatedProblem]:
    """The operator's release is not made for the Kubernetes that the server runs."""
    cell, running = target.cell, target.kubernetes
    release = release_of(cell.operator.version)
    if release is not None and not release.runs_on(running):
        made_for = f"{release.oldest_kubernetes} to {release.newest_kubernetes}"
        message = f"the server runs Kubernetes {running}; operator {cell.operator.version} is made for {made_for}"
        yield problem(Subject("cell", cell.name), message, path="operator.version")


@rule(
    "preflight-kind",
    scope="live",
    severity="error",
    remedy="install what brings it, at a version that serves this one",
    source="Kubernetes 1.35, API server: it refuses an object of a kind that it does not serve",
)
def missing_kind(target: Target) -> Iterator[LocatedProblem]:
    """The server does not know a kind of another project (cert-manager, Prometheus, External Secrets), or of AKO in a
    cell that does not install it.
    """
    crds = target.rendered.platform.crds
    made = {(definition["spec"]["group"], definition["spec"]["names"]["kind"]) for definition in crds}
    kinds = sorted({(manifest["apiVersion"], manifest["kind"]) for manifest in target.rendered.objects()})
    for api_version, kind in kinds:
        group = api_version.rpartition("/")[0]
        if is_custom(group) and (group, kind) not in made and not target.server.serves(api_version, kind):
            yield problem(Subject("object", f"{kind} {api_version}"), "is no kind that the server serves")


def is_custom(group: str) -> bool:
    """Return whether an API group is not Kubernetes' own: those have no dot, or end in k8s.io."""
    return "." in group and not group.endswith(".k8s.io")


@rule(
    "preflight-operator",
    scope="live",
    severity="error",
    remedy="bring both to one release: a definition older than its operator loses fields silently",
    source="Kubernetes 1.35, CustomResourceDefinitions: an older one drops fields",
)
def operator_definitions(target: Target) -> Iterator[LocatedProblem]:
    """The operator's definitions are of another release than the cell's, which does not install the operator."""
    if any(definition["metadata"]["name"] == DEFINITION for definition in target.rendered.platform.crds):
        return
    definition = target.server.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", DEFINITION)
    release = ((definition or {}).get("metadata", {}).get("annotations") or {}).get(OPERATOR_VERSION, "")
    version = target.cell.operator.version
    if release and release != version:
        message = f"is of operator {release}, cell.yaml names {version}"
        yield problem(Subject("object", f"CustomResourceDefinition {DEFINITION}"), message)


def active_hosts(cell: Cell) -> Iterator[tuple[Pool, Host]]:
    return ((pool, host) for pool in cell.pools for host in pool.hosts if host.state is HostState.ACTIVE)


def hosts_in_maintenance(cell: Cell) -> Iterator[Host]:
    """Return the hosts in maintenance: their nodes may be away, and nothing is sent to them."""
    return (host for pool in cell.pools for host in pool.hosts if host.state is HostState.MAINTENANCE)


@rule(
    "preflight-node",
    scope="live",
    severity="error",
    remedy="join it to the cluster first, or write `state: absent` in hosts.yaml",
    source="Kubernetes 1.35, server-side apply: it makes a Node that is not there",
)
def absent_node(target: Target) -> Iterator[LocatedProblem]:
    """An active host is no node of the Kubernetes cluster.

    A patch of an absent Node creates it: server-side apply creates what does not exist.
    """
    yield from absent_nodes(target.cell, target.nodes)


def absent_nodes(cell: Cell, nodes: Container[str]) -> Iterator[LocatedProblem]:
    """Yield a problem for each active host that is not in ``nodes``, the names of the nodes."""
    for pool, host in active_hosts(cell):
        if host.name not in nodes:
            yield problem(Subject("node", host.name), f"pool {pool.name} has this host, and there is no such node")


@rule(
    "preflight-phantom",
    scope="live",
    severity="error",
    remedy="delete the Node object, or join its machine to the cluster again",
    source="Kubernetes 1.35, kubelet: it writes the labels and the version of its Node",
)
def phantom_node(target: Target) -> Iterator[LocatedProblem]:
    """A Node object has no machine: no kubelet ever registered it, and no pod can run there."""
    message = "is a Node object without a machine: no kubelet ever registered it, and no pod can run there"
    for name in sorted(name for name, node in target.nodes.items() if is_phantom(node)):
        remedy = f"`kubectl delete node {name}`; where the machine exists, join it to the cluster again"
        yield problem(Subject("node", name), message, remedy)


def is_phantom(node: Object) -> bool:
    """Return whether no kubelet ever registered this Node.

    The provider creates such a Node when it patches an absent Node, or removes a patch from it: both are
    a server-side apply (provider 4.34).
    """
    labels = node["metadata"].get("labels") or {}
    kubelet = ((node.get("status") or {}).get("nodeInfo") or {}).get("kubeletVersion")
    return not kubelet and HOSTNAME_LABEL not in labels


@rule(
    "preflight-taint",
    scope="live",
    severity="error",
    remedy="set the taint where the node is provisioned",
    source="Platform rule: docs/how-to/check-before-the-first-up.md",
)
def missing_taint(target: Target) -> Iterator[LocatedProblem]:
    """A node lacks a taint that its pool expects: pods of others may run on it."""
    for pool, node in target.active_nodes():
        name, taints = node["metadata"]["name"], (node.get("spec") or {}).get("taints") or ()
        present = {(entry["key"], entry.get("value", ""), entry["effect"]) for entry in taints}
        for taint in () if pool.take_over_taints else pool.taints:
            if (taint.key, taint.value, taint.effect) not in present:
                text = f"{taint.key}={taint.value}:{taint.effect}"
                message = f"lacks the taint {text} of pool {pool.name}: others' pods may run there"
                yield problem(Subject("node", name), message, f"kubectl taint node {name} {text}")


@rule(
    "preflight-cordoned",
    scope="live",
    severity="warning",
    remedy="`kubectl uncordon`",
    source="Kubernetes 1.35, scheduling: no pod goes to a cordoned node",
)
def cordoned_node(target: Target) -> Iterator[LocatedProblem]:
    """The node of an active host is cordoned: no new pod starts there."""
    for pool, node in target.active_nodes():
        if (node.get("spec") or {}).get("unschedulable"):
            name = node["metadata"]["name"]
            message = f"is cordoned: no new pod of pool {pool.name} starts there"
            yield problem(Subject("node", name), message, f"kubectl uncordon {name}")


@rule(
    "preflight-storage",
    scope="live",
    severity="error",
    remedy="volumes of this class would stay Pending: make it, or write another one in pools.yaml",
    source="Kubernetes 1.35, claims: one waits for its class",
)
def missing_storage_class(target: Target) -> Iterator[LocatedProblem]:
    """A storage class that clusters use and the cell does not make is not there."""
    made = {storage_class["metadata"]["name"] for storage_class in target.rendered.platform.storage_classes}
    used = {
        volume["source"]["persistentVolume"]["storageClass"]
        for team in target.rendered.teams
        for cluster in team.clusters
        for volume in cluster.objects[0]["spec"]["storage"]["volumes"]
        if "persistentVolume" in volume["source"]
    }
    for name in sorted(used - made):
        if target.server.get("storage.k8s.io/v1", "StorageClass", "", name) is None:
            yield problem(Subject("object", f"StorageClass {name}"), "is not there")


@rule(
    "preflight-secret",
    scope="live",
    severity="error",
    remedy="make the Secret in the namespace of the team",
    source="Kubernetes 1.35, pods: one waits for its Secrets",
)
def missing_secret(target: Target) -> Iterator[LocatedProblem]:
    """A Secret that people make by hand is not there. Contents of Secrets are never read."""
    if target.cell.secret_store.kind != "existing":
        return
    there: dict[str, frozenset[str]] = {}
    for cluster in filter(lambda cluster: cluster.is_deployed, target.cell.clusters):
        namespace = cluster.namespace
        for reference in cluster.secrets:
            if namespace not in there:
                there[namespace] = frozenset(target.server.labels("v1", "Secret", namespace))
            if reference.name not in there[namespace]:
                subject = Subject("cluster", cluster.key)
                remedy = f"make it in namespace {namespace}, with {', '.join(reference.keys)}"
                yield problem(subject, f"there is no Secret {reference.name}", remedy)


@rule(
    "preflight-volume",
    scope="live",
    severity="error",
    remedy="make it in that namespace, or take the volume out",
    source="Kubernetes 1.35, volumes: a pod waits for the ConfigMaps and Secrets in them",
)
def missing_volume_source(target: Target) -> Iterator[LocatedProblem]:
    """A volume of a cluster shows a ConfigMap or Secret that neither the cell nor anybody else has made. The pod that
    a roll-out rebuilds first waits for it. Contents are never read.
    """
    objects = target.rendered.objects()
    made = {(each["kind"], each["metadata"].get("namespace"), each["metadata"]["name"]) for each in objects}
    # `preflight-secret` judges the Secrets of the platform.
    made |= {("Secret", each.namespace, secret.name) for each in target.cell.clusters for secret in each.secrets}
    there: dict[tuple[str, str], frozenset[str]] = {}
    for team in target.rendered.teams:
        for cluster in team.clusters:
            for volume, kind, name in objects_in_volumes(cluster.objects[0]):
                if (kind, team.namespace, name) in made:
                    continue
                if (kind, team.namespace) not in there:
                    there[kind, team.namespace] = frozenset(target.server.labels("v1", kind, team.namespace))
                if name not in there[kind, team.namespace]:
                    message = (
                        f"the volume '{volume}' shows the {kind} '{name}', which is not in namespace {team.namespace}"
                    )
                    yield problem(
                        Subject("cluster", f"{team.name}/{cluster.name}"), message, path="spec.storage.volumes"
                    )


def objects_in_volumes(resource: Object) -> Iterator[tuple[str, str, str]]:
    """Yield (volume, kind, name) of each ConfigMap and Secret that a volume of the AerospikeCluster needs."""
    for volume in resource["spec"]["storage"]["volumes"]:
        for key, kind, field in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
            source = volume["source"].get(key)
            if source and not source.get("optional"):
                yield volume["name"], kind, source[field]


@rule(
    "preflight-owner",
    scope="live",
    severity="error",
    remedy="delete or rename that object, or import it into the stack",
    source="pulumi-kubernetes 4.32, provider/pkg/await/await.go: Creation",
)
def foreign_object(target: Target) -> Iterator[LocatedProblem]:
    """Another owner uses the name of an object of the cell: `pulumi up` could not create it.

    One request for each kind in each namespace, and only metadata is read.
    """
    there: dict[tuple[str, str, str], Mapping[str, Mapping[str, str]]] = {}
    for manifest in target.rendered.objects():
        kind, metadata = str(manifest["kind"]), manifest["metadata"]
        if kind == "Node":
            continue  # a node is only patched
        place = str(manifest["apiVersion"]), kind, str(metadata.get("namespace") or "")
        if place not in there:
            there[place] = target.server.labels(*place)
        labels = there[place].get(metadata["name"])
        if labels is not None and (owner := other_owner(labels, target.cell.name)):
            subject = Subject("object", f"{kind} {namespaced(place[2], metadata['name'])}")
            yield problem(subject, f'is there already, {owner}: `pulumi up` fails with "already exists"')


def other_owner(labels: Mapping[str, str], cell: str) -> str:
    """Return a description of an object's owner by its labels; empty if it belongs to this cell."""
    if labels.get(MANAGED_BY_LABEL) != MANAGED_BY_VALUE:
        manager = labels.get(MANAGED_BY_LABEL)
        return f"managed by {manager}" if manager else f"without the label {MANAGED_BY_LABEL}={MANAGED_BY_VALUE}"
    owner = labels.get(CELL_LABEL)
    return "" if owner == cell else f"an object of cell {owner}"


RULES: tuple[Rule[[Target]], ...] = rules_in(globals())
