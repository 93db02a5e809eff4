"""One AerospikeCluster after the operator's own defaulting (its mutating webhook), and what that webhook refuses.

``cluster_of`` reads a resource into a ``Cluster``: the spec with everything filled in, and the racks with the
configuration, storage and scheduling that really reach their pods. Source: AKO 4.5.0, mutating webhook.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aerofleet.ako import crd
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.config import Config, entries, is_strongly_consistent, min_cluster_size, namespaces, section
from aerofleet.ako.default_config import Owner, default_config, with_rack_ids
from aerofleet.ako.image import server_version
from aerofleet.ako.mutating import CONFIG_PRESENT, DEFAULT_RACK, RACK_MERGE
from aerofleet.ako.network_policy import DEFAULT_NETWORK_POLICY, WAYS, qualified
from aerofleet.ako.rack_configuration import RackMergeError, merged
from aerofleet.findings import Finding
from aerofleet.units.field_path import dotted
from aerofleet.units.version import is_at_least

EFFECTIVE_POLICY = ("effectiveInitMethod", "effectiveWipeMethod", "effectiveCascadeDelete")
EFFECTIVE_RACK = ("effectiveAerospikeConfig", "effectiveStorage", "effectivePodSpec")
SCHEDULING = ("affinity", "tolerations", "nodeSelector")


@dataclass(slots=True)
class Rack:
    """A rack as its pods see it. ``own`` is its entry in the spec; ``position`` its place in the list."""

    position: int
    id: int
    revision: str
    own: dict[str, Any]
    config: Config
    storage: dict[str, Any]
    pod_spec: dict[str, Any]

    @property
    def is_shared(self) -> bool:
        """Return whether the rack has no configuration and no storage of its own: such racks differ in rack-id only."""
        return not self.own.get("aerospikeConfig") and self.own.get("storage") is None

    @property
    def is_blocked_from_roster(self) -> bool:
        """Return whether forceBlockFromRoster is true."""
        return self.own.get("forceBlockFromRoster") is True

    @property
    def identity(self) -> str:
        """Return ``<id>`` or ``<id>-<revision>``: part of the names of its StatefulSet and ConfigMap."""
        return f"{self.id}-{self.revision}" if self.revision else str(self.id)


@dataclass
class Cluster:
    """A cluster after defaulting. ``refusals`` are those of the mutating webhook; ``spec`` is complete as far as they
    allow. ``operator`` is the release that reads and judges it.
    """

    name: str
    namespace: str
    spec: dict[str, Any]
    racks: list[Rack]
    reading: crd.Reading
    metadata: dict[str, Any]
    api_version: str = ""
    operator: str = OPERATOR
    refusals: list[Finding] = field(default_factory=list)
    written: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The spec as a person wrote it."""
    refused_starts: list[Any] | None = field(default=None, repr=False, compare=False)
    """The result of `refused_starts`, once it was asked."""

    @cached_property
    def version(self) -> str:
        """Return the server version in the image's tag, empty where there is none."""
        return server_version(self.image)

    @property
    def image(self) -> str:
        image: str = self.spec.get("image", "")
        return image

    @property
    def size(self) -> int:
        size: int = self.spec.get("size", 0)
        return size

    @property
    def config(self) -> Config:
        return section(self.spec, "aerospikeConfig")

    @property
    def pod_spec(self) -> dict[str, Any]:
        return section(self.spec, "podSpec")

    @property
    def rack_config(self) -> dict[str, Any]:
        return section(self.spec, "rackConfig")

    @property
    def rack_namespaces(self) -> list[str]:
        names: list[str] = self.rack_config.get("namespaces") or []
        return names

    @property
    def is_dynamic(self) -> bool:
        """Return whether the operator tries to apply settings without a restart."""
        return self.spec.get("enableDynamicConfigUpdate") is True

    @cached_property
    def distinct_racks(self) -> list[Rack]:
        """Return one rack for every different configuration or storage."""
        shared = [rack for rack in self.racks if rack.is_shared][:1]
        return shared + [rack for rack in self.racks if not rack.is_shared]

    @cached_property
    def min_cluster_size(self) -> int:
        """Return the largest min-cluster-size of any rack."""
        return max((min_cluster_size(rack.config) for rack in self.distinct_racks), default=1)

    @cached_property
    def written_namespaces(self) -> list[tuple[str, str, Config]]:
        """Return (path, name, settings) of every namespace; one that racks share comes once."""
        by_path: dict[str, tuple[str, str, Config]] = {}
        for rack in self.distinct_racks:
            for position, name, namespace in namespaces(rack.config):
                path = self.config_path(rack, "namespaces", position)
                by_path.setdefault(path, (path, name, namespace))
        return list(by_path.values())

    @property
    def has_roster(self) -> bool:
        """Return whether a namespace is strongly consistent: no other has a roster."""
        return any(is_strongly_consistent(namespace) for _, _, namespace in self.written_namespaces)

    def config_path(self, rack: Rack, *path: str | int) -> str:
        """Return the path in the spec where a person wrote what the rack's effective configuration has at ``path``."""
        own = rack.own.get("aerospikeConfig")
        if own is not None and path:
            names, is_whole = _written_at(own, rack.config, path)
            if is_whole:
                return dotted(("spec", "rackConfig", "racks", rack.position, "aerospikeConfig", *names))
        return dotted(("spec", "aerospikeConfig", *_written_at(self.config, rack.config, path)[0]))

    def storage_path(self, rack: Rack) -> str:
        return "spec.storage" if rack.own.get("storage") is None else f"spec.rackConfig.racks[{rack.position}].storage"


def _written_at(written: Any, effective: Any, path: tuple[str | int, ...]) -> tuple[list[str | int], bool]:
    """Return ``path`` of an effective configuration as its path in ``written``, and whether ``written`` has all of it.

    An entry of a list is looked up by its name: an overlay has fewer of them, in another order.
    """
    names: list[str | int] = []
    for position, key in enumerate(path):
        effective = _child(effective, key)
        here = key
        if isinstance(key, int) and isinstance(written, list) and isinstance(effective, dict):
            name = effective.get("name")
            same = [index for index, item in enumerate(written) if isinstance(item, dict) and item.get("name") == name]
            here = key if key in same or not same else same[0]
        written = _child(written, here)
        names.append(here)
        if written is None:
            return [*names, *path[position + 1 :]], False
    return names, True


def _child(value: Any, key: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def cluster_of(resource: dict[str, Any], operator: str = OPERATOR) -> Cluster:
    """Read and default an AerospikeCluster as this operator release does.

    Never raises for anything in the resource: faults are in ``refusals`` and ``reading``.
    """
    decoded, reading = crd.read(resource, operator)
    metadata = section(resource, "metadata")
    name, namespace = metadata.get("name"), metadata.get("namespace")
    cluster = Cluster(
        name=name if isinstance(name, str) else "",
        namespace=namespace if isinstance(namespace, str) else "",
        spec=decoded["spec"],
        racks=[],
        reading=reading,
        written=section(resource, "spec"),
        metadata=metadata,
        api_version=str(resource.get("apiVersion") or ""),
        operator=operator,
    )
    _mutate(cluster)
    return cluster


def _mutate(cluster: Cluster) -> None:
    spec = cluster.spec
    owner = Owner(
        name=cluster.name,
        rack_namespaces=cluster.rack_namespaces,
        client_name=section(spec, "operatorClientCert").get("tlsClientName"),
        refusals=cluster.refusals,
    )
    if spec.get("disablePDB") is True:
        spec.pop("maxUnavailable", None)
    elif "maxUnavailable" not in spec:
        spec["maxUnavailable"] = 1
    _default_network_policy(cluster)
    _default_pod_spec(spec)
    if "rosterNodeBlockList" in spec:
        spec["rosterNodeBlockList"] = [str(node).lstrip("0").upper() for node in spec["rosterNodeBlockList"]]
    racks = _default_racks(cluster, owner)
    for storage in (section(spec, "storage"), *(section(rack, "storage") for rack in racks)):
        _forget_effective(storage)
    if spec.get("aerospikeConfig") is None:
        owner.refuse(
            CONFIG_PRESENT,
            "spec.aerospikeConfig",
            "aerospikeConfig is missing",
            "write at least its network and namespaces",
        )
        spec["aerospikeConfig"] = {}
    else:
        config = default_config(owner, spec["aerospikeConfig"], "spec.aerospikeConfig", rack_id=None)
        spec["aerospikeConfig"] = config
    for position, own in enumerate(racks):
        cluster.racks.append(_effective_rack(cluster, owner, position, own))


def _default_network_policy(cluster: Cluster) -> None:
    policy = cluster.spec.setdefault("aerospikeNetworkPolicy", {})
    for key, value in DEFAULT_NETWORK_POLICY.items():
        policy.setdefault(key, value)
    if not is_at_least(cluster.operator, "4.5.0"):
        # The webhook itself fills these in, before the definition sees an empty text.
        filled = {f"spec.aerospikeNetworkPolicy.{key}" for key in DEFAULT_NETWORK_POLICY}
        reading = cluster.reading
        reading.invalid[:] = [
            problem for problem in reading.invalid if problem.path not in filled or not problem.is_empty
        ]
    for key in WAYS.values():
        if policy.get(key):
            policy[key] = [qualified(name, cluster.namespace) for name in policy[key]]


def _default_pod_spec(spec: dict[str, Any]) -> None:
    pod_spec = spec.setdefault("podSpec", {})
    # The operator writes the policy that holds beside dnsPolicy, and hashes both: writing out the default is a change.
    pod_spec.pop("effectiveDNSPolicy", None)
    pod_spec.setdefault("securityContext", {}).setdefault("fsGroup", 0)


def _forget_effective(storage: dict[str, Any]) -> None:
    """Drop the effective values that the webhook wrote into a cluster that is read back: they are computed again."""
    holders = [section(storage, key) for key in ("blockVolumePolicy", "filesystemVolumePolicy")]
    for holder in (*holders, *entries(storage, "volumes")):
        for key in EFFECTIVE_POLICY:
            holder.pop(key, None)


def _default_racks(cluster: Cluster, owner: Owner) -> list[dict[str, Any]]:
    """Return the racks as written; the reserved rack 0 where there are none."""
    racks: list[dict[str, Any]] = cluster.rack_config.get("racks") or []
    if not racks:
        racks = [{"id": 0}]
        cluster.spec["rackConfig"] = {**cluster.rack_config, "racks": racks}
    for rack in racks:
        for key in EFFECTIVE_RACK:
            rack.pop(key, None)
    taken = ("zone", "region", "rackLabel", "nodeName", "aerospikeConfig", "storage", "podSpec")
    for position, rack in enumerate(racks):
        own_keys = [key for key in taken if rack.get(key) not in (None, "")]
        if rack.get("id") == 0 and (len(racks) > 1 or own_keys):
            path = f"spec.rackConfig.racks[{position}].id"
            owner.refuse(DEFAULT_RACK, path, "rack id 0 is reserved for a cluster without racks", "count racks from 1")
    return racks


def _effective_rack(cluster: Cluster, owner: Owner, position: int, own: dict[str, Any]) -> Rack:
    config: Config = cluster.config
    rack_id = own.get("id", 0)
    over = own.get("aerospikeConfig")
    if over:
        path = f"spec.rackConfig.racks[{position}].aerospikeConfig"
        try:
            config = default_config(owner, merged(config, over), path, rack_id=rack_id)
        except RackMergeError as error:
            where = dotted((path, *error.path))
            owner.refuse(RACK_MERGE, where, str(error), "start each entry with the name: of the one it changes")
    elif owner.rack_namespaces:
        config = with_rack_ids(owner, config, "spec.aerospikeConfig", rack_id)
    pod_spec = own.get("podSpec")
    return Rack(
        position=position,
        id=rack_id,
        revision=own.get("revision", ""),
        own=own,
        config=config,
        storage=section(cluster.spec if own.get("storage") is None else own, "storage"),
        pod_spec=section(pod_spec)
        if pod_spec is not None
        else {key: cluster.pod_spec[key] for key in SCHEDULING if key in cluster.pod_spec},
    )
