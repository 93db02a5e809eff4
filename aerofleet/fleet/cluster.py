"""One resolved cluster: every default filled in, every reference followed, every allocation looked up.

`aerofleet.fleet.resolve` makes it from the definition files. Plain frozen dataclasses and not pydantic models: the
definitions are already validated, and a fleet of 170 clusters is built from them on every preview.

Sizes are bytes, memory and CPU are per pod, ports are TCP, times are seconds unless the name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from aerofleet.files.choices import ClusterState, NetworkProfile, StorageKind
from aerofleet.files.metal import Taint
from aerofleet.units.cluster_key import cluster_key
from aerofleet.units.json_value import Json


@dataclass(frozen=True, slots=True)
class Ports:
    service: int
    fabric: int
    heartbeat: int
    admin: int = 0
    tls_service: int = 0
    tls_fabric: int = 0
    tls_heartbeat: int = 0
    exporter: int = 9145


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
class SetDefinition:
    name: str
    config: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Namespace:
    """An Aerospike namespace. ``config``: parameters beyond the typed fields, in AKO's YAML form."""

    name: str
    replication_factor: int
    strong_consistency: bool
    storage: StorageKind
    devices: tuple[str, ...]
    data_size_bytes: int
    indexes_memory_budget_bytes: int
    default_ttl_seconds: int
    sets: tuple[SetDefinition, ...]
    config: Json = field(default_factory=dict)
    storage_config: Json = field(default_factory=dict)


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
class Role:
    """A role. ``read_quota`` and ``write_quota``: reads and writes per second; 0 = unlimited."""

    name: str
    privileges: tuple[str, ...]
    whitelist: tuple[str, ...] = ()
    read_quota: int = 0
    write_quota: int = 0


@dataclass(frozen=True, slots=True)
class Tls:
    """The allocated tls name and the Secret with ``tls.crt``, ``tls.key`` and ``ca.crt``."""

    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class Security:
    """Access control and TLS. ``enabled`` turns access control on; ``users`` include the operator's ``admin``."""

    enabled: bool
    roles: tuple[Role, ...] = ()
    users: tuple[User, ...] = ()
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """A restart of every pod; another ``reason`` is another restart."""

    how: Literal["warm", "pod"]
    reason: str


@dataclass(frozen=True, slots=True)
class Exporter:
    """The metrics sidecar; its image belongs to the tier revision, so that a new image never restarts a fleet
    unasked.
    """

    image: str
    cpu_millicores: int
    memory_bytes: int
    job: str = ""


@dataclass(frozen=True, slots=True)
class Resources:
    """The requests of a pod, equal to its limits: Guaranteed quality of service, so that no memory is taken away."""

    cpu_millicores: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Batches:
    """The number of pods of one rack that restart or go together; 0 leaves the operator's default of one pod."""

    rolling_update: int
    scale_down: int
    max_unavailable: int


@dataclass(frozen=True, slots=True)
class Tier:
    """A named standard at one revision: ``gold@3``."""

    name: str
    revision: int
    alert_thresholds: Mapping[str, float]

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.revision}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One AerospikeCluster. ``name`` is the team's own; ``resource_name`` and ``namespace`` are allocated."""

    team: str
    name: str
    resource_name: str
    namespace: str
    state: ClusterState
    tier: Tier
    pool: str
    image: str
    init_image: str
    server_version: str
    size: int
    racks: tuple[ClusterRack, ...]
    namespaces: tuple[Namespace, ...]
    volumes: tuple[Volume, ...]
    resources: Resources
    ports: Ports
    network_profile: NetworkProfile
    multi_pod_per_host: bool
    batches: Batches
    dynamic_config: bool
    security: Security
    exporter: Exporter | None
    secrets: tuple[SecretReference, ...]
    tolerations: tuple[Taint, ...]
    node_selector: Mapping[str, str]
    local_storage_classes: tuple[str, ...]
    client_cidrs: tuple[str, ...]
    client_namespaces: tuple[str, ...]
    paused: bool
    reconcile_request: str
    restart: Restart | None
    host_blocks: tuple[str, ...]
    service_config: Json = field(default_factory=dict)
    network_config: Json = field(default_factory=dict)
    security_config: Json = field(default_factory=dict)
    logging: tuple[Json, ...] = ()
    networks: tuple[str, ...] = ()
    min_cluster_size: int | None = None

    @property
    def key(self) -> str:
        return cluster_key(self.team, self.name)

    @property
    def is_deployed(self) -> bool:
        """Whether its objects belong on the server. A deleted cluster keeps its allocations until its state is
        released.
        """
        return self.state is not ClusterState.DELETED
