"""One resolved cluster: every default filled in, every reference followed, every allocation looked up.

`aerofleet.fleet.resolve` makes it from the definition files. What is derived are frozen dataclasses; what a tier, a
cell or a team wrote is in ``Cluster.settings``, where each feature reads its own fragment.

Sizes are bytes, memory and CPU are per pod, ports are TCP, times are seconds unless the name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aerofleet.files.choices import ClusterState, NetworkProfile
from aerofleet.files.metal import Taint
from aerofleet.files.settings import Settings
from aerofleet.settings.overlay import Overlay
from aerofleet.units.cluster_key import cluster_key


@dataclass(frozen=True, slots=True)
class Ports:
    """The allocated ports, whether or not the cluster uses them; ``admin`` is 0 if the server's version has none."""

    service: int
    fabric: int
    heartbeat: int
    tls_service: int
    tls_fabric: int
    tls_heartbeat: int
    admin: int
    exporter: int


@dataclass(frozen=True, slots=True)
class Listener:
    """The ports on which one context of the server's network listens: plain and with TLS; 0 where it has none."""

    plain: int = 0
    tls: int = 0

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(port for port in (self.plain, self.tls) if port)


@dataclass(frozen=True, slots=True)
class ClusterRack:
    """``id`` is the allocated Aerospike rack id; ``label`` is the value of the node label
    ``aerospike.com/rack-label``.
    """

    id: int
    label: str
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Volume:
    """A persistent volume of each pod, at ``path`` in the server container."""

    name: str
    path: str
    bytes: int
    storage_class: str
    mode: Literal["Block", "Filesystem"]


@dataclass(frozen=True, slots=True)
class SecretReference:
    """A Kubernetes Secret ``name`` in the cluster's namespace; ``keys``: the file names that it must have."""

    name: str
    purpose: Literal["feature-key", "registry", "tls", "user-password", "exporter-password"]
    keys: tuple[str, ...]
    remote_path: str


@dataclass(frozen=True, slots=True)
class User:
    name: str
    roles: tuple[str, ...]
    secret: str


@dataclass(frozen=True, slots=True)
class Tls:
    """The allocated tls name and the Secret with ``tls.crt``, ``tls.key`` and ``ca.crt``."""

    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class Tier:
    """A named standard at one revision: ``gold@3``, or ``aerofleet/gold@2`` of the product."""

    name: str
    revision: int
    alert_thresholds: Mapping[str, float]

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.revision}"

    @property
    def label(self) -> str:
        """The name for labels and names of objects, which have no slash; no tier of a project has a dot."""
        return self.name.replace("/", ".")


@dataclass(frozen=True, slots=True)
class Cluster:
    """One AerospikeCluster: its settings, and what follows from them together with the cell and the allocations.

    ``name`` is the team's own; ``resource_name`` and ``namespace`` are allocated. ``devices``: namespace → paths of
    its devices in a pod. ``users`` include the platform's own; none without access control. ``tls`` is None without
    TLS.
    """

    team: str
    name: str
    resource_name: str
    namespace: str
    state: ClusterState
    tier: Tier
    settings: Settings
    image: str
    init_image: str
    server_version: str
    size: int
    min_cluster_size: int | None
    racks: tuple[ClusterRack, ...]
    volumes: tuple[Volume, ...]
    devices: Mapping[str, tuple[str, ...]]
    ports: Ports
    network_profile: NetworkProfile
    networks: tuple[str, ...]
    users: tuple[User, ...]
    tls: Tls | None
    secrets: tuple[SecretReference, ...]
    tolerations: tuple[Taint, ...]
    node_selector: Mapping[str, str]
    client_cidrs: tuple[str, ...]
    client_namespaces: tuple[str, ...]
    paused: bool
    overlays: tuple[Overlay, ...] = ()

    @property
    def local_storage_classes(self) -> tuple[str, ...]:
        """The storage classes of its volumes, which are all bound to a host."""
        return tuple(sorted({volume.storage_class for volume in self.volumes}))

    @property
    def key(self) -> str:
        return cluster_key(self.team, self.name)

    @property
    def listeners(self) -> Mapping[str, Listener]:
        """Context of the server's network → its ports.

        The block of ports has one admin port, plain or with TLS, and the operator never lets a port change. So a
        cluster that has both kinds has no admin port: the operator lets a section go, and come back with the other.
        """
        ports, security = self.ports, self.settings.security

        def listener(plain: int, tls: int) -> Listener:
            return Listener(plain if security.serves_plain_text else 0, tls if security.tls else 0)

        listeners = {
            "service": listener(ports.service, ports.tls_service),
            "heartbeat": listener(ports.heartbeat, ports.tls_heartbeat),
            "fabric": listener(ports.fabric, ports.tls_fabric),
        }
        if ports.admin and not security.serves_both:
            listeners["admin"] = listener(ports.admin, ports.admin)
        return listeners

    @property
    def is_deployed(self) -> bool:
        """Whether its objects belong on the server. A deleted cluster keeps its allocations until its state is
        released.
        """
        return self.state is not ClusterState.DELETED
