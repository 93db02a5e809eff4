"""Live objects for tests: a rendered one as an API server and the operator complete it, and what somebody changes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.status import MIRRORED, OTHER_NAMES, finished_status, rack_sizes, status_dict
from aerofleet.drift.path import ABSENT, Path, with_value
from aerofleet.units.aerospike_cluster import is_cluster

Object = dict[str, Any]

OURS = "pulumi-kubernetes-1a2b3c4d"
CREATED = "2026-11-01T08:00:00Z"


def clean(rendered: Mapping[str, Any]) -> Object:
    """Return the object as it is on an API server after `pulumi up`, and rolled out if it is a cluster."""
    live = copy.deepcopy(dict(rendered))
    if is_cluster(live):
        cluster = cluster_of(dict(rendered))
        live["spec"] = copy.deepcopy(cluster.spec)
        for rack in live["spec"]["rackConfig"]["racks"]:
            rack["effectiveAerospikeConfig"] = cluster.racks[0].config
            rack["effectiveStorage"] = cluster.racks[0].storage
        mirrored = {OTHER_NAMES.get(key, key): live["spec"][key] for key in MIRRORED if key in live["spec"]}
        live["status"] = copy.deepcopy({**status_dict(finished_status(cluster)), **mirrored})
        live["metadata"]["labels"]["aerospike.com/api-version"] = "v1"
        live["metadata"]["finalizers"] = ["asdb.aerospike.com/storage-finalizer"]
    metadata = live["metadata"]
    metadata |= {"uid": "0-1", "resourceVersion": "7", "generation": 1, "creationTimestamp": CREATED}
    sections = {key: live[key] for key in live if key not in ("apiVersion", "kind", "status", "metadata")}
    sections["metadata"] = {key: metadata[key] for key in ("labels", "annotations") if key in metadata}
    entry = {"manager": OURS, "operation": "Update", "apiVersion": live["apiVersion"], "time": CREATED}
    metadata["managedFields"] = [{**entry, "fieldsType": "FieldsV1", "fieldsV1": fields_of(sections)}]
    return live


def kept_by_operator(live: Object) -> list[Object]:
    """Return the budget and the StatefulSets that the operator keeps for a cluster."""
    cluster = cluster_of(live)
    sizes = rack_sizes(cluster.size, len(cluster.racks))
    budget = kept("policy/v1", "PodDisruptionBudget", cluster, cluster.name, maxUnavailable=1)
    racks = zip(cluster.racks, sizes, strict=True)
    names = [(f"{cluster.name}-{rack.identity}", size) for rack, size in racks]
    return [budget, *(kept("apps/v1", "StatefulSet", cluster, name, replicas=size) for name, size in names)]


def kept(version: str, kind: str, cluster: Cluster, name: str, **spec: Any) -> Object:
    written = {
        "manager": "aerospike-operator",
        "operation": "Update",
        "time": CREATED,
        "fieldsV1": fields_of({"spec": spec}),
    }
    metadata = {"name": name, "namespace": cluster.namespace, "managedFields": [written]}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}


def fields_of(value: Any) -> Object:
    """Return the record of a value of which one manager owns everything."""
    if isinstance(value, Mapping):
        return {f"f:{key}": fields_of(inner) for key, inner in value.items()}
    return {}


def changed(live: Object, path: Path, value: Any, by: Mapping[str, Any] | None) -> Object:
    """Return the object with a value that somebody wrote. ``by``: manager, time, subresource; without it nobody is
    recorded, as for a field that somebody removed.
    """
    result = with_value(live, path, value)
    assert isinstance(result, dict)
    entries = result["metadata"]["managedFields"]
    keys = tuple(dict_steps(path))
    entries[0]["fieldsV1"] = without(entries[0]["fieldsV1"], keys)
    if by:
        fields: Object = {}
        for key in reversed(keys):
            fields = {f"f:{key}": fields}
        entries.append({"operation": "Update", "time": "2026-11-20T09:30:00Z", **by, "fieldsV1": fields})
    return result


def dict_steps(path: Path) -> Iterator[str]:
    """Yield the keys of a path up to its first list: lists are owned as a whole."""
    for step in path:
        if type(step) is not str:
            return
        yield step


def without(fields: Object, keys: tuple[str, ...]) -> Object:
    """Return a record without the field at a path of keys."""
    first, *rest = (f"f:{key}" for key in keys)
    if not rest:
        return {key: value for key, value in fields.items() if key != first}
    inner = without(fields.get(first, {}), keys[1:])
    return {**fields, first: inner}


def value_of(written: Any) -> Any:
    """Return the value of a case; the text ``ABSENT`` removes a field."""
    return ABSENT if written == "ABSENT" else json.loads(json.dumps(written))
