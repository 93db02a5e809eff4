"""The resolved cell: every default filled in, every reference followed, every allocation looked up.

`aerofleet.fleet.resolve` makes these from the definition files; `aerofleet.manifests` and `components` read them
and nothing else. They are plain frozen dataclasses and not pydantic models: the definitions are already
validated, and a fleet of 170 clusters is built from them on every preview.

Sizes are bytes, memory and CPU are per pod, ports are TCP, times are seconds unless the name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Json = Mapping[str, Any]


class NetworkProfile(StrEnum):
    """The way clients reach the pods of a cell; `aerofleet.manifests.network` defines each profile."""

    POD = "pod"
    HOST = "host"
    CONFIGURED_IP = "configured-ip"
    MULTUS = "multus"

    @property
    def host_ports(self) -> bool:
        """Whether the pods open ports of their host, so that two clusters on a host need different ports."""
        return self in (NetworkProfile.HOST, NetworkProfile.CONFIGURED_IP)


class HostState(StrEnum):
    ACTIVE = "active"
    MAINTENANCE = "maintenance"
    ABSENT = "absent"


class OperatorPhase(StrEnum):
    """An operator upgrade in three reviewed steps: all clusters paused, operator switched, clusters released."""

    PREPARE = "prepare"
    SWITCH = "switch"
    RELEASE = "release"


class ClusterState(StrEnum):
    """The life of a cluster. A state may only follow the one before it."""

    ACTIVE = "active"
    FROZEN = "frozen"
    UNPROTECTED = "unprotected"
    DELETED = "deleted"
    RELEASED = "released"


class StorageKind(StrEnum):
    MEMORY = "memory"
    DEVICE = "device"


# ---------------------------------------------------------------- the metal


@dataclass(frozen=True, slots=True)
class Drive:
    """One NVMe model in a host. ``act_rating`` is the multiple of ACT's 1x load that it passed; 0 = not measured."""

    count: int
    bytes: int
    drive_writes_per_day: float
    act_rating: float


@dataclass(frozen=True, slots=True)
class HostModel:
    name: str
    sockets: int
    cores: int
    numa_nodes: int
    memory_bytes: int
    network_bits_per_second: int
    drives: tuple[Drive, ...]
    price_per_month: float


@dataclass(frozen=True, slots=True)
class Host:
    """A bare-metal machine; ``name`` is the Kubernetes node name."""

    name: str
    model: HostModel
    rack: str
    state: HostState
    access_address: str
    alternate_access_address: str = ""


@dataclass(frozen=True, slots=True)
class Taint:
    key: str
    value: str
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"]


@dataclass(frozen=True, slots=True)
class Partition:
    """The partitions of each drive of a pool for one storage class: ``count`` partitions of ``bytes``."""

    storage_class: str
    volume_mode: Literal["Block", "Filesystem"]
    count: int
    bytes: int
    device_glob: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A set of equal hosts. ``takes_over_taints``: this toolkit manages the taints of the nodes.

    Without tuning, ``sysctls`` and ``transparent_huge_pages`` are empty.
    """

    name: str
    hosts: tuple[Host, ...]
    labels: Mapping[str, str]
    taints: tuple[Taint, ...]
    takes_over_taints: bool
    sysctls: Mapping[str, str]
    transparent_huge_pages: str
    partitions: tuple[Partition, ...]
    provisioner: Literal["local-static", "explicit", "existing"]


# ---------------------------------------------------------------- the platform


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator of a cell. ``source``: ``manifests`` if this project runs it from pinned manifests, ``crds-only`` if
    another team runs it and only its CRDs are made here.

    ``objects``: the manifests, unchanged.
    """

    version: str
    namespace: str
    phase: OperatorPhase
    source: Literal["manifests", "crds-only"]
    replicas: int
    objects: tuple[Json, ...] = ()
    previous_version: str = ""
    release_order: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The releases that may act on the clusters: one; during an upgrade the previous and the new one."""
        return (self.version,) if self.phase is OperatorPhase.RELEASE else (self.previous_version, self.version)


@dataclass(frozen=True, slots=True)
class Images:
    """The images of the DaemonSets on the hosts; empty if no pool needs them."""

    provisioner: str = ""
    tuning: str = ""
    pause: str = ""


@dataclass(frozen=True, slots=True)
class SecretStore:
    """The store of the secret values. ``embedded`` exists only on the embedded control plane."""

    kind: Literal["external-secrets", "existing", "embedded"]
    store: str = ""
    path_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The collection of metrics; thresholds of alerts belong to each :class:`Tier`."""

    pod_monitors: bool
    labels: Mapping[str, str]
    scrape_interval_seconds: int
    namespace: str
    rules_namespace: str


@dataclass(frozen=True, slots=True)
class Seeds:
    """A load balancer for each cluster: the seed address of clients outside of Kubernetes."""

    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FreezeWindow:
    """A period in which nothing may change. ``start`` and ``end``: ISO 8601 with a zone."""

    name: str
    start: str
    end: str


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits for the sum of a team's clusters."""

    clusters: int
    pods: int
    memory_bytes: int
    cpu_millicores: int
    storage_bytes: int


@dataclass(frozen=True, slots=True)
class Tenant:
    """The platform's grants for a team; the team cannot change them."""

    team: str
    quota: Quota
    tiers: tuple[str, ...]
    pools: tuple[str, ...]
    client_cidrs: tuple[str, ...]
    client_namespaces: tuple[str, ...]
    groups: tuple[str, ...]
    cost_centre: str
    overridable: tuple[str, ...]


# ---------------------------------------------------------------- one cluster


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
    nudge: str
    restart: Restart | None
    host_blocks: tuple[str, ...]
    service_config: Json = field(default_factory=dict)
    network_config: Json = field(default_factory=dict)
    security_config: Json = field(default_factory=dict)
    logging: tuple[Json, ...] = ()
    networks: tuple[str, ...] = ()
    min_cluster_size: int | None = None

    @property
    def is_deployed(self) -> bool:
        """Whether its objects belong on the server. A deleted cluster keeps its allocations until its state is
        released.
        """
        return self.state is not ClusterState.DELETED


@dataclass(frozen=True, slots=True)
class Team:
    """A team with its clusters. ``group``: the stack group of the team; empty if the cell is one stack."""

    name: str
    namespace: str
    tenant: Tenant
    group: str
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One Kubernetes cluster of one environment. ``cert_manager``: its manifests; none if another team runs it."""

    name: str
    site: str
    context: str
    ephemeral: bool
    kubernetes_version: str
    network_profile: NetworkProfile
    racks: tuple[str, ...]
    hosts: tuple[Host, ...]
    pools: tuple[Pool, ...]
    operator: Operator
    cert_manager: tuple[Json, ...]
    secret_store: SecretStore
    images: Images
    monitoring: Monitoring
    seeds: Seeds | None
    freeze_windows: tuple[FreezeWindow, ...]
    groups: tuple[str, ...]
    teams: tuple[Team, ...]

    @property
    def carries_groups(self) -> bool:
        """Whether teams in other stacks depend on the platform stack of this cell."""
        return bool(self.groups and self.teams)

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        return tuple(cluster for team in self.teams for cluster in team.clusters)
