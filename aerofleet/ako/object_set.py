"""The objects of one file, with look-ups by kind, namespace, name and host port."""

from __future__ import annotations

from base64 import b64decode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config import entries, section
from aerofleet.ako.placement import host_ports_of
from aerofleet.ako.resource_requests import Requests, requests_of
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import CLUSTER_WIDE, DEFAULT_NAMESPACE, kind_of, label_of, name_of, namespace_of

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A Secret or ConfigMap, or the ExternalSecret that makes the Secret. ``contents``: key → what decides its value;
    None where the keys can't be known from the file.
    """

    label: str
    contents: dict[str, Any] | None


class ObjectSet:
    """Objects of one file; ``clusters`` are those of the operator, read as its release ``operator`` does."""

    def __init__(self, objects: Iterable[Object], operator: str = OPERATOR) -> None:
        self.operator = operator
        everything = list(objects)
        self.written = [dict(resource) for resource in everything if is_cluster(resource)]
        self.others = [dict(resource) for resource in everything if not is_cluster(resource)]
        self._keyed: dict[tuple[str, str, str], Keyed | None] = {}

    @cached_property
    def clusters(self) -> list[Cluster]:
        return [cluster_of(resource, self.operator) for resource in self.written]

    @property
    def read(self) -> list[tuple[dict[str, Any], Cluster]]:
        """Return (as written, as read) for every cluster."""
        return list(zip(self.written, self.clusters, strict=True))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Object]:
        named: dict[tuple[str, str, str], Object] = {}
        for resource in self.others:
            kind = kind_of(resource)
            named[kind, "" if kind in CLUSTER_WIDE else namespace_of(resource), name_of(resource)] = resource
        return named

    @cached_property
    def _made_secrets(self) -> dict[tuple[str, str], Object]:
        """Return (namespace, name) of a Secret → the ExternalSecret that makes it."""
        secrets: dict[tuple[str, str], Object] = {}
        for resource in self.others:
            if kind_of(resource) == "ExternalSecret":
                name = section(resource, "spec", "target").get("name") or name_of(resource)
                secrets[namespace_of(resource), str(name)] = resource
        return secrets

    @cached_property
    def _by_host_port(self) -> dict[int, list[Cluster]]:
        by_port: dict[int, list[Cluster]] = {}
        for cluster in self.clusters:
            for port in set(host_ports_of(cluster).values()):
                by_port.setdefault(port, []).append(cluster)
        return by_port

    def on_host_ports(self, ports: Iterable[int]) -> list[Cluster]:
        """Return the clusters whose pods open one of these ports on their host."""
        clusters = {id(cluster): cluster for port in ports for cluster in self._by_host_port.get(port, ())}
        return list(clusters.values())

    def find(self, kind: str, namespace: str, name: str) -> Object | None:
        """Return the object of this name, None where the file lacks it; no namespace is the default one."""
        where = "" if kind in CLUSTER_WIDE else namespace or "default"
        resource = self._by_name.get((kind, where, name))
        if resource is None and kind == "Secret":
            resource = self._made_secrets.get((where, name))
        return resource

    def keyed(self, kind: str, namespace: str, name: str) -> Keyed | None:
        """Return a Secret or ConfigMap with its keys; None where the file has neither it nor its ExternalSecret."""
        key = kind, namespace, name
        if key not in self._keyed:
            resource = self.find(kind, namespace, name)
            self._keyed[key] = None if resource is None else _keyed(resource)
        return self._keyed[key]

    def of_kind(self, kind: str, namespace: str | None = None) -> list[Object]:
        """Return every object of a kind, only those of ``namespace`` if it is named."""
        return self._by_kind.get((kind, None if namespace is None else namespace or DEFAULT_NAMESPACE), [])

    @cached_property
    def _by_kind(self) -> dict[tuple[str, str | None], list[Object]]:
        """Kind and namespace → objects; kind and None → those of all namespaces."""
        by_kind: dict[tuple[str, str | None], list[Object]] = {}
        for resource in self.others:
            for namespace in (namespace_of(resource), None):
                by_kind.setdefault((kind_of(resource), namespace), []).append(resource)
        return by_kind

    def named(self, name: str) -> list[Cluster]:
        """Return the clusters of this name in all namespaces."""
        return self._by_cluster_name.get(name, [])

    @cached_property
    def _by_cluster_name(self) -> dict[str, list[Cluster]]:
        by_name: dict[str, list[Cluster]] = {}
        for cluster in self.clusters:
            by_name.setdefault(cluster.name, []).append(cluster)
        return by_name

    def requests_in(self, namespace: str) -> Requests:
        """Return the sum of what the clusters of a namespace request."""
        return self._requests.get(namespace) or defaultdict(Fraction)

    @cached_property
    def _requests(self) -> dict[str, Requests]:
        requests: dict[str, Requests] = {}
        for cluster in self.clusters:
            total = requests.setdefault(cluster.namespace, defaultdict(Fraction))
            for name, amount in requests_of(cluster).items():
                total[name] += amount
        return requests


def _keyed(resource: Object) -> Keyed:
    contents = _fetched(resource) if kind_of(resource) == "ExternalSecret" else _written(resource)
    return Keyed(label_of(resource), contents)


def _written(resource: Object) -> dict[str, Any]:
    """Return key → decoded value. Where a key is in data and in stringData, the latter counts."""
    encoded = kind_of(resource) == "Secret"
    data = {str(key): _decoded(value) if encoded else value for key, value in section(resource, "data").items()}
    return {**data, **section(resource, "binaryData"), **section(resource, "stringData")}


def _decoded(value: Any) -> Any:
    try:
        return b64decode(str(value), validate=True).decode()
    except ValueError:
        return value


def _fetched(resource: Object) -> dict[str, Any] | None:
    """Return key → the place from which an ExternalSecret fetches it; None where the file does not name the keys."""
    spec = section(resource, "spec")
    template = section(spec, "target", "template")
    if spec.get("dataFrom") or template.get("templateFrom"):
        return None
    fetched = {str(entry.get("secretKey")): entry.get("remoteRef") for entry in entries(spec, "data")}
    shaped = section(template, "data")
    if not shaped:
        return fetched
    own = {str(key): (value, fetched) for key, value in shaped.items()}
    return own if template.get("mergePolicy", "Replace") == "Replace" else {**fetched, **own}
