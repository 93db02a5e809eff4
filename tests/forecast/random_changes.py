"""Random clusters and random changes of them, for comparisons over many cases. The same seed gives the same case."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from aerofleet.ako.status import rack_sizes
from tests.ako.specimen import GONE, cluster, edited

Json = dict[str, Any]
REPOSITORY = "registry.example.net/aerospike/aerospike-server-enterprise"
BASES = ("device", "device", "memory", "memory", "strong")
NAMES = {"device": "orders", "memory": "cache", "strong": "ledger"}
"""Base → the name of its cluster and of its only namespace."""
RACK_LABELS = {"device": "rackLabel", "memory": "rackLabel", "strong": "zone"}


@dataclass(frozen=True)
class RandomChange:
    """``hosts``: pod → host, None where one pod is on a host. ``failed``: pods that have failed before the change."""

    old: Json
    new: Json
    name: str
    hosts: dict[str, str] | None
    failed: frozenset[str]


def random_change(random: Random) -> RandomChange:
    base = random.choice(BASES)
    old = cluster(base, _cluster_edits(random, base))
    pods = _pods(old)
    shares_hosts = random.random() < 0.2
    if shares_hosts:
        old = edited(old, {"spec.podSpec.multiPodPerHost": True})
    new = old
    for _ in range(random.choice((1, 1, 1, 2))):
        new = edited(new, _change(random, new, base))
    every = dict.fromkeys([*pods, *_pods(new)])
    hosts = {pod: f"{pod.split('-')[1]}-{random.randrange(3)}" for pod in every} if shares_hosts else None
    failed = frozenset(random.sample(pods, 1)) if random.random() < 0.08 and len(pods) > 1 else frozenset()
    return RandomChange(old, new, NAMES[base], hosts, failed)


def _pods(resource: Json) -> list[str]:
    racks = resource["spec"].get("rackConfig", {}).get("racks") or [{"id": 0}]
    sizes = rack_sizes(resource["spec"]["size"], len(racks))
    name = resource["metadata"]["name"]
    return [
        f"{name}-{_identity(rack)}-{ordinal}"
        for rack, size in zip(racks, sizes, strict=True)
        for ordinal in range(size)
    ]


def _identity(rack: Json) -> str:
    return f"{rack['id']}-{rack['revision']}" if "revision" in rack else str(rack["id"])


def _racks(base: str, count: int) -> list[Json]:
    return [{"id": number, RACK_LABELS[base]: f"r{number}"} for number in range(1, count + 1)]


def _cluster_edits(random: Random, base: str) -> Json:
    racks = random.choice((0, 2, 3, 3, 4)) if base == "device" else random.choice((1, 2, 3, 3))
    size = random.randint(max(racks, 2), 8)
    edits: Json = {"spec.size": size}
    namespace = "spec.aerospikeConfig.namespaces[0]"
    factor = min(size, random.choice((1, 2, 2, 2, 3)))
    edits[f"{namespace}.replication-factor"] = factor
    if random.random() < 0.25:
        edits[f"{namespace}.prefer-uniform-balance"] = False
    is_aware = racks > 0 and random.random() < 0.8
    if racks:
        edits["spec.rackConfig"] = {"racks": _racks(base, racks)}
    if is_aware:
        edits["spec.rackConfig.namespaces"] = [NAMES[base]]
    if is_aware and racks > 1 and factor > 1:
        if random.random() < 0.6:
            edits["spec.rackConfig.rollingUpdateBatchSize"] = random.choice((1, 2, 2, 3, "50%", "100%"))
        if random.random() < 0.3 and base != "strong":
            edits["spec.rackConfig.scaleDownBatchSize"] = random.choice((1, 2))
        if random.random() < 0.2:
            edits["spec.rackConfig.maxIgnorablePods"] = 1
    if base != "memory" and random.random() < 0.25:
        edits["spec.storage.localStorageClasses"] = ["raw"]
        edits["spec.storage.deleteLocalStorageOnRestart"] = True
    if base == "memory" and random.random() < 0.4:
        edits["spec.image"] = f"{REPOSITORY}:6.4.0.10"
        edits[f"{namespace}.storage-engine"] = {"type": "memory"}
        edits[f"{namespace}.memory-size"] = 4294967296
    if random.random() < 0.3:
        edits["spec.enableDynamicConfigUpdate"] = False
    return edits


FIXED: dict[str, Json] = {
    "rebuild": {"spec.podSpec.tolerations": [{"key": "db", "operator": "Exists"}]},
    "quick": {"spec.aerospikeConfig.service.node-id-interface": "eth1"},
    "live": {"spec.aerospikeConfig.service.proto-fd-max": 16000},
    "hosts": {"spec.k8sNodeBlockList": ["w-1"], "spec.storage.localStorageClasses": ["raw", "fs"]},
}
KINDS = (*FIXED, "image", "size", "size", "factor", "racks", "operation", "aware")


def _change(random: Random, old: Json, base: str) -> Json:
    spec = old["spec"]
    racks = spec.get("rackConfig", {}).get("racks") or []
    kind = random.choice([*KINDS, "revision" if base == "device" else "roster"])
    match kind:
        case "image":
            return {"spec.image": f"{REPOSITORY}:{'6.4.0.30' if ':6.4' in spec['image'] else '8.1.2.0'}"}
        case "size":
            return {"spec.size": max(1, spec["size"] + random.choice((-3, -2, -1, 1, 2, 3)))}
        case "factor":
            return {"spec.aerospikeConfig.namespaces[0].replication-factor": random.randint(1, 3)}
        case "operation":
            pods = random.sample(_pods(old), random.randint(1, min(3, len(_pods(old)))))
            return {
                "spec.operations": [
                    {"kind": random.choice(("WarmRestart", "PodRestart")), "id": "again", "podList": pods}
                ]
            }
        case "roster":
            return {"spec.rosterNodeBlockList": [f"{racks[0]['id'] if racks else 0}A0".lstrip("0")]}
        case "racks" | "revision" | "aware" if racks:
            return _change_of_racks(random, kind, spec["rackConfig"], base)
        case _:
            return FIXED.get(kind, FIXED["rebuild"])


def _change_of_racks(random: Random, kind: str, rack_config: Json, base: str) -> Json:
    count = len(rack_config["racks"])
    if kind == "revision":
        return {f"spec.rackConfig.racks[{random.randrange(count)}].revision": "b"}
    if kind == "aware":
        return {"spec.rackConfig.namespaces": GONE if rack_config.get("namespaces") else [NAMES[base]]}
    return {"spec.rackConfig.racks": _racks(base, max(1, count + random.choice((-1, 1))))}
