"""The objects of one file, looked up by what names them."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config import entries, section
from aerofleet.ako.placement import host_ports_of
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.object_identity import CLUSTER_WIDE, kind_of, label_of, name_of, namespace_of

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
        self.written = [dict(each) for each in everything if is_cluster(each)]
        self.others = [dict(each) for each in everything if not is_cluster(each)]

    @cached_property
    def clusters(self) -> list[Cluster]:
        return [cluster_of(each, self.operator) for each in self.written]

    @property
    def read(self) -> list[tuple[dict[str, Any], Cluster]]:
        """(as written, as read) of each cluster."""
        return list(zip(self.written, self.clusters, strict=True))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Object]:
        found: dict[tuple[str, str, str], Object] = {}
        for each in self.others:
            kind = kind_of(each)
            found[kind, "" if kind in CLUSTER_WIDE else namespace_of(each), name_of(each)] = each
        return found

    @cached_property
    def _made_secrets(self) -> dict[tuple[str, str], Object]:
        """(namespace, name) of a Secret → the ExternalSecret that makes it."""
        found: dict[tuple[str, str], Object] = {}
        for each in self.others:
            if kind_of(each) == "ExternalSecret":
                name = section(each, "spec", "target").get("name") or name_of(each)
                found[namespace_of(each), str(name)] = each
        return found

    @cached_property
    def _by_host_port(self) -> dict[int, list[Cluster]]:
        found: dict[int, list[Cluster]] = {}
        for cluster in self.clusters:
            for port in set(host_ports_of(cluster).values()):
                found.setdefault(port, []).append(cluster)
        return found

    def on_host_ports(self, ports: Iterable[int]) -> list[Cluster]:
        """Clusters whose pods open one of these ports on their host."""
        found = {id(cluster): cluster for port in ports for cluster in self._by_host_port.get(port, ())}
        return list(found.values())

    def find(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object of this name, if the file has it; a cluster without a namespace is in the default one."""
        where = "" if kind in CLUSTER_WIDE else namespace or "default"
        found = self._by_name.get((kind, where, name))
        if found is None and kind == "Secret":
            found = self._made_secrets.get((where, name))
        return found

    def keyed(self, kind: str, namespace: str, name: str) -> Keyed | None:
        """A Secret or ConfigMap with its keys, if the file has it or what makes it."""
        found = self.find(kind, namespace, name)
        if found is None:
            return None
        contents = _fetched(found) if kind_of(found) == "ExternalSecret" else _written(found)
        return Keyed(label_of(found), contents)

    def of_kind(self, kind: str, namespace: str | None = None) -> list[Object]:
        """Every object of a kind, of one namespace where it is named."""
        return [
            each
            for each in self.others
            if kind_of(each) == kind and (namespace is None or namespace_of(each) == (namespace or "default"))
        ]


def _written(resource: Object) -> dict[str, Any]:
    """Key → value; what is written as text and what is encoded compare alike, and text counts where both are there."""
    encoded = kind_of(resource) == "Secret"
    found = {str(key): _decoded(value) if encoded else value for key, value in section(resource, "data").items()}
    return {**found, **section(resource, "binaryData"), **section(resource, "stringData")}


def _decoded(value: Any) -> Any:
    try:
        return b64decode(str(value), validate=True).decode()
    except ValueError:
        return value


def _fetched(resource: Object) -> dict[str, Any] | None:
    """Keys that an ExternalSecret makes, each with the place it is fetched from."""
    spec = section(resource, "spec")
    template = section(spec, "target", "template")
    if spec.get("dataFrom") or template.get("templateFrom"):
        return None
    fetched = {str(each.get("secretKey")): each.get("remoteRef") for each in entries(spec, "data")}
    shaped = section(template, "data")
    if not shaped:
        return fetched
    own = {str(key): (value, fetched) for key, value in shaped.items()}
    return own if template.get("mergePolicy", "Replace") == "Replace" else {**fetched, **own}
