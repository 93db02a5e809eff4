"""Check before `pulumi up` what a cell needs of its Kubernetes cluster and does not make itself. Nothing is written.

The findings do not change what is built. They name what would else fail in the middle of a run or leave a pod waiting
without an error: a node without the expected taint, a missing Secret, an object of another owner under a name that a
definition needs.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any, Protocol

from aerofleet.ako.compatibility import release_of
from aerofleet.files.choices import HostState
from aerofleet.findings import Finding, Severity
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


def preflight(cell: Cell, rendered: RenderedCell, server: Server) -> Iterator[Finding]:
    """Yield a finding for everything that is missing."""
    yield from kubernetes_version(cell, server)
    yield from kinds(rendered, server)
    yield from definitions(cell, rendered, server)
    yield from nodes(cell, server)
    yield from storage_classes(rendered, server)
    yield from secrets(cell, server)
    yield from foreign_objects(cell, rendered, server)


def kubernetes_version(cell: Cell, server: Server) -> Iterator[Finding]:
    """Find a Kubernetes version that is not the cell's, or for which the operator is not made.

    Only minor versions are compared: the patch level changes with every maintenance of the nodes.
    """
    running = shortened(server.version(), 2)
    if numbers(running) != numbers(cell.kubernetes_version)[:2]:
        hint = f"write `kubernetes: {running}` in cell.yaml, or look whether {cell.context} is the right context"
        yield finding(
            "preflight-kubernetes", "Kubernetes", f"runs {running}, cell.yaml says {cell.kubernetes_version}", hint
        )
    release = release_of(cell.operator.version)
    if release is not None and not release.runs_on(running):
        made_for = f"{release.oldest_kubernetes} to {release.newest_kubernetes}"
        message = f"runs {running}; operator {cell.operator.version} is made for {made_for}"
        yield finding("preflight-kubernetes", "Kubernetes", message, "another operator release, or another Kubernetes")


def kinds(rendered: RenderedCell, server: Server) -> Iterator[Finding]:
    """Find missing kinds of other projects (cert-manager, Prometheus, External Secrets), and of AKO if the cell does
    not install it.
    """
    made = {(definition["spec"]["group"], definition["spec"]["names"]["kind"]) for definition in rendered.platform.crds}
    asked = sorted({(manifest["apiVersion"], manifest["kind"]) for manifest in rendered.objects()})
    for api_version, kind in asked:
        group = api_version.rpartition("/")[0]
        if is_custom(group) and (group, kind) not in made and not server.serves(api_version, kind):
            hint = "install what brings it, at a version that serves this one"
            yield finding("preflight-kind", f"{kind} {api_version}", "is no kind that the server knows", hint)


def is_custom(group: str) -> bool:
    """Return whether an API group is not Kubernetes' own: those have no dot, or end in k8s.io."""
    return "." in group and not group.endswith(".k8s.io")


def definitions(cell: Cell, rendered: RenderedCell, server: Server) -> Iterator[Finding]:
    """Find definitions of another operator release than the cell's, if the cell does not install the operator."""
    if any(definition["metadata"]["name"] == DEFINITION for definition in rendered.platform.crds):
        return
    found = server.get("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", DEFINITION)
    release = ((found or {}).get("metadata", {}).get("annotations") or {}).get(OPERATOR_VERSION, "")
    if release and release != cell.operator.version:
        message = f"is of operator {release}, cell.yaml says {cell.operator.version}"
        yield finding(
            "preflight-operator", DEFINITION, message, "a definition older than its operator loses fields silently"
        )


def nodes(cell: Cell, server: Server) -> Iterator[Finding]:
    """Find active hosts that are no nodes or lack taints of their pool, and Node objects without a machine."""
    listed, _ = server.list("v1", "Node")
    there = {str(node["metadata"]["name"]): node for node in listed}
    phantoms = {name for name, node in there.items() if is_phantom(node)}
    yield from absent_nodes(cell, there)
    for name in sorted(phantoms):
        hint = f"`kubectl delete node {name}`; where the machine exists, join it to the cluster again"
        message = "is a Node object without a machine: no kubelet ever registered it, and no pod can run there"
        yield finding("preflight-node", f"Node {name}", message, hint)
    for pool, host in active_hosts(cell):
        if host.name in there and host.name not in phantoms:
            yield from taints(pool, host, there[host.name])


def active_hosts(cell: Cell) -> Iterator[tuple[Pool, Host]]:
    return ((pool, host) for pool in cell.pools for host in pool.hosts if host.state is HostState.ACTIVE)


def hosts_in_maintenance(cell: Cell) -> Iterator[Host]:
    """Return the hosts in maintenance: their nodes may be away, and nothing is sent to them."""
    return (host for pool in cell.pools for host in pool.hosts if host.state is HostState.MAINTENANCE)


def absent_nodes(cell: Cell, there: Container[str]) -> Iterator[Finding]:
    """Find active hosts without a node. ``there``: the names of the existing nodes.

    A patch of an absent Node creates it: server-side apply creates what does not exist.
    """
    for pool, host in active_hosts(cell):
        if host.name not in there:
            hint = "join it to the cluster first, or write `state: absent` in hosts.yaml"
            yield finding("preflight-node", f"pool {pool.name}, host {host.name}", "there is no such node", hint)


def is_phantom(node: Object) -> bool:
    """Return whether no kubelet ever registered this Node.

    The provider creates such a Node when it patches an absent Node, or removes a patch from it: both are
    a server-side apply (provider 4.34).
    """
    labels = node["metadata"].get("labels") or {}
    kubelet = ((node.get("status") or {}).get("nodeInfo") or {}).get("kubeletVersion")
    return not kubelet and HOSTNAME_LABEL not in labels


def taints(pool: Pool, host: Host, node: Object) -> Iterator[Finding]:
    path = f"pool {pool.name}, host {host.name}"
    spec = node.get("spec") or {}
    present = {(entry["key"], entry.get("value", ""), entry["effect"]) for entry in spec.get("taints") or ()}
    for taint in () if pool.take_over_taints else pool.taints:
        if (taint.key, taint.value, taint.effect) not in present:
            text = f"{taint.key}={taint.value}:{taint.effect}"
            hint = f"kubectl taint node {host.name} {text}"
            yield finding("preflight-taint", path, f"lacks the taint {text}: others' pods may stand there", hint)
    if spec.get("unschedulable"):
        yield finding("preflight-node", path, "is cordoned", f"kubectl uncordon {host.name}", severity="warning")


def storage_classes(rendered: RenderedCell, server: Server) -> Iterator[Finding]:
    """Find missing storage classes that clusters use and the cell does not make."""
    made = {storage_class["metadata"]["name"] for storage_class in rendered.platform.storage_classes}
    used = {
        volume["source"]["persistentVolume"]["storageClass"]
        for team in rendered.teams
        for cluster in team.clusters
        for volume in cluster.objects[0]["spec"]["storage"]["volumes"]
        if "persistentVolume" in volume["source"]
    }
    for name in sorted(used - made):
        if server.get("storage.k8s.io/v1", "StorageClass", "", name) is None:
            hint = "volumes of this class would stay Pending: make it, or write another one in pools.yaml"
            yield finding("preflight-storage", f"StorageClass {name}", "is not there", hint)


def secrets(cell: Cell, server: Server) -> Iterator[Finding]:
    """Find missing Secrets, if people make them by hand. Their contents are never read."""
    if cell.secret_store.kind != "existing":
        return
    there: dict[str, frozenset[str]] = {}
    for cluster in filter(lambda cluster: cluster.is_deployed, cell.clusters):
        for reference in cluster.secrets:
            if cluster.namespace not in there:
                there[cluster.namespace] = frozenset(server.labels("v1", "Secret", cluster.namespace))
            if reference.name not in there[cluster.namespace]:
                path = cluster.key
                hint = f"make it in namespace {cluster.namespace}, with {', '.join(reference.keys)}"
                yield finding("preflight-secret", path, f"there is no Secret {reference.name}", hint)


def foreign_objects(cell: Cell, rendered: RenderedCell, server: Server) -> Iterator[Finding]:
    """Find objects of the cell whose names another owner already uses: `pulumi up` could not create them.

    One request for each kind in each namespace, and only metadata is read.
    """
    there: dict[tuple[str, str, str], Mapping[str, Mapping[str, str]]] = {}
    for obj in rendered.objects():
        kind, metadata = str(obj["kind"]), obj["metadata"]
        if kind == "Node":
            continue  # a node is only patched
        place = str(obj["apiVersion"]), kind, str(metadata.get("namespace") or "")
        if place not in there:
            there[place] = server.labels(*place)
        labels = there[place].get(metadata["name"])
        if labels is not None and (owner := other_owner(labels, cell.name)):
            path = f"{kind} {namespaced(place[2], metadata['name'])}"
            message = f'is there already, {owner}: `pulumi up` fails with "already exists"'
            yield finding("preflight-owner", path, message, "delete or rename that object, or import it into the stack")


def other_owner(labels: Mapping[str, str], cell: str) -> str:
    """Return a description of an object's owner by its labels; empty if it belongs to this cell."""
    if labels.get(MANAGED_BY_LABEL) != MANAGED_BY_VALUE:
        manager = labels.get(MANAGED_BY_LABEL)
        return f"managed by {manager}" if manager else f"without the label {MANAGED_BY_LABEL}={MANAGED_BY_VALUE}"
    owner = labels.get(CELL_LABEL)
    return "" if owner == cell else f"an object of cell {owner}"


def finding(rule: str, path: str, message: str, hint: str, *, severity: Severity = "error") -> Finding:
    return Finding(rule, severity, path, message, hint)
