"""Pods, StatefulSets and specs as the forecast sees them: plain frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import is_strongly_consistent, namespaces, replication_factor, section
from aerofleet.ako.config_change import ConfigChange
from aerofleet.ako.init_image import init_image
from aerofleet.ako.restart import IMAGE, NO_RESTART, ORDER, POD_RESTART, WARM, RackRestart, decide
from aerofleet.ako.status import rack_sizes

Health = Literal["ready", "starting", "crash-looping", "pending"]
NO_DATA: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Facts:
    """What no file shows, where it is known.

    ``nodes``: pod → its Kubernetes node; None where placement is not known. ``crashing``, ``unplaced``: pods, or
    identities of racks with all of their pods, that crash, or find no node, at their next start and ever after.
    ``exec_fails``: pods in which the command for a quick restart fails. ``evicting``: pods with the annotation of a
    blocked eviction. ``healing``: failed pods that run again once they are deleted. ``slow``: pods whose init container
    reports only after the operator has stopped waiting. ``unlucky``: settings that are refused in some orders are
    refused.
    """

    nodes: Mapping[str, str] | None = None
    crashing: frozenset[str] = frozenset()
    unplaced: frozenset[str] = frozenset()
    exec_fails: frozenset[str] = frozenset()
    evicting: frozenset[str] = frozenset()
    healing: frozenset[str] = frozenset()
    slow: frozenset[str] = frozenset()
    unlucky: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    """``rack``: the rack's identity. ``spec``: the number of the spec that it runs. ``told``: that of the spec which
    the status shows for it; its init container writes it. ``listed``: the status has it. ``partial``: some of its
    settings were set live, and one was refused. ``evicting``: an eviction of it is blocked. ``dirty``: it has devices
    to wipe. ``node``: empty where it is not known.
    """

    name: str
    rack: str
    ordinal: int
    spec: int
    told: int
    health: Health = "ready"
    listed: bool = True
    quiesced: bool = False
    partial: bool = False
    evicting: bool = False
    dirty: bool = False
    node: str = ""

    @property
    def is_ready(self) -> bool:
        return self.health == "ready"

    @property
    def has_failed(self) -> bool:
        return self.health in ("crash-looping", "pending")


@dataclass(frozen=True, slots=True)
class RackSet:
    """The StatefulSet of a rack with its ConfigMap. ``template``, ``init_image`` and ``config_map``: the number of
    the spec that each is from. ``peers``: the pods that the ConfigMap lists. ``claims``: the volumes of its claims.
    """

    rack: str
    replicas: int
    template: int
    init_image: int
    config_map: int
    peers: frozenset[str]
    claims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What the pods of a rack need to go from one spec to another.

    ``image``: another image, which comes first. ``kind``: the restart for all else. ``template``, ``config_map``:
    whether the StatefulSet's template (but for the init image) and the ConfigMap differ. ``dirty``: a device that is
    used again may have to be wiped.
    """

    image: bool
    kind: str
    template: bool
    config_map: bool
    config: ConfigChange
    dirty: bool = False


_STATUS_AND_OPERATIONS = ("status.", "spec.operations")
_NO_TEMPLATE = ("spec.aerospikeConfig.namespaces", "spec.enableRackIDOverride")


def needs_between(before: Cluster, after: Cluster, pods: Mapping[str, Any] = NO_DATA) -> dict[str, Need]:
    """Return identity → need, for each rack that both specs have. ``pods``: their entries in the status."""
    return {restart.rack.identity: _need(restart) for restart in decide(before, after, pods).racks}


def _need(restart: RackRestart) -> Need:
    causes = [cause for cause in restart.causes if not cause[1].startswith(_STATUS_AND_OPERATIONS)]
    kinds = [kind for kind, _, _ in causes]
    volumes = [path for _, path, _ in causes if ".volumes." in path and "storage" in path]
    paths = [path for kind, path, _ in causes if kind in (POD_RESTART, IMAGE)]
    return Need(
        image=IMAGE in kinds,
        kind=max((kind for kind in kinds if kind != IMAGE), key=ORDER.index, default=NO_RESTART),
        template=any(not path.startswith(_NO_TEMPLATE) and not _is_init_image(path) for path in paths),
        config_map=any(path != "spec.image" and path not in volumes for _, path, _ in causes),
        config=restart.config,
        dirty=any(path.endswith(".dirtyVolumes") for _, path, _ in restart.causes),
    )


def harder(one: Need, other: Need) -> Need:
    """Return what pods need that may need the one or the other."""
    first, second = (one, other) if ORDER.index(one.kind) >= ORDER.index(other.kind) else (other, one)
    return replace(
        first,
        image=first.image or second.image,
        template=first.template or second.template,
        config_map=first.config_map or second.config_map,
        dirty=first.dirty or second.dirty,
    )


def _is_init_image(path: str) -> bool:
    key = path.removeprefix("spec.podSpec.aerospikeInitContainer")
    return key != path and not key.startswith((".resources", ".securityContext"))


@dataclass(slots=True)
class RackState:
    """A rack of the spec and the pods that it is to have."""

    rack: Rack
    size: int

    @property
    def identity(self) -> str:
        return self.rack.identity


@dataclass
class Goal:
    """A spec that the operator works towards. ``number``: its place among those of this forecast. ``facts``: those
    that hold for it.
    """

    cluster: Cluster
    number: int
    facts: Facts = field(default_factory=Facts)

    @cached_property
    def racks(self) -> list[RackState]:
        """Return the racks with pods, in the order of the spec."""
        sizes = rack_sizes(self.cluster.size, len(self.cluster.racks))
        return [RackState(rack, size) for rack, size in zip(self.cluster.racks, sizes, strict=True) if size]

    @cached_property
    def pod_names(self) -> frozenset[str]:
        name = self.cluster.name
        return frozenset(f"{name}-{state.identity}-{ordinal}" for state in self.racks for ordinal in range(state.size))

    @cached_property
    def strong(self) -> dict[str, int]:
        """Return name → replication factor of the strongly consistent namespaces of the first rack."""
        return {
            name: replication_factor(namespace)
            for _, name, namespace in namespaces(self.cluster.racks[0].config)
            if is_strongly_consistent(namespace)
        }

    @cached_property
    def has_strong(self) -> bool:
        return self.cluster.has_roster

    @cached_property
    def namespaces(self) -> dict[str, frozenset[str]]:
        """Return identity of a rack → names of its namespaces."""
        return {rack.identity: frozenset(name for _, name, _ in namespaces(rack.config)) for rack in self.cluster.racks}

    @cached_property
    def all_namespaces(self) -> frozenset[str]:
        return frozenset().union(*self.namespaces.values())

    def rack(self, identity: str) -> Rack | None:
        """Return the rack with this identity."""
        return next((rack for rack in self.cluster.racks if rack.identity == identity), None)

    def fill_delay(self, rack: Rack | None = None) -> int:
        """Return migrate-fill-delay of ``rack``, by default of the first one, in seconds."""
        value = section((rack or self.cluster.racks[0]).config, "service").get("migrate-fill-delay", 0)
        return int(value) if isinstance(value, (int, float)) else 0

    @cached_property
    def init_image(self) -> tuple[object, ...]:
        """Return the parts of the init image's name."""
        container = section(self.cluster.pod_spec, "aerospikeInitContainer")
        return container.get("imageRegistry"), container.get("imageRegistryNamespace"), init_image(self.cluster)

    @property
    def batch(self) -> Any:
        """Return rollingUpdateBatchSize."""
        return self.cluster.rack_config.get("rollingUpdateBatchSize")

    @property
    def blocked_hosts(self) -> list[str]:
        return self.cluster.spec.get("k8sNodeBlockList") or []

    @property
    def operation(self) -> dict[str, Any]:
        """Return the one operation of the spec; empty where there is none."""
        operations = self.cluster.spec.get("operations") or []
        return operations[0] if operations and isinstance(operations[0], dict) else {}


def stronger(one: str, other: str) -> str:
    """Return the harder of two kinds of restart."""
    return max(one, other, key=ORDER.index)


RESTARTS = frozenset({WARM, POD_RESTART})
