"""The settings of a cluster, from its tier, its cell and its team: the merged layers are read as one ``Settings``.

The only defaults in these models are absent or empty values. All others are data, in `templates/tiers/base.yaml`, where
a person can read and change them and where every value has a line that `aerofleet explain` can name.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from aerofleet.files.choices import StorageKind
from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import (
    Bytes,
    Count,
    Flag,
    Millicores,
    MinClusterSize,
    Number,
    Percent,
    PerSecond,
    Pods,
    Seconds,
    Whole,
)

MAX_PEAK = 10_000
"""Bound of the peak factor, far above any application: without it the loads would exceed every number type."""


class WorkloadSettings(FileModel):
    """The workload of the application on one cluster, over all its namespaces."""

    objects: Count = Field(description="records, each counted once")
    record: Bytes = Field(description="average size of a record as stored")
    reads: PerSecond = Field(description="reads per second on average")
    writes: PerSecond = Field(description="writes per second on average")
    peak: Number = Field(ge=1, le=MAX_PEAK, description="how many times the average at the busiest moment of the year")
    growth_per_month: Percent = Field(description="growth of the number of records")


class ResourceSettings(FileModel):
    cpu: Millicores = Field(description="cores of the server in one pod, requested and limit")
    memory: Bytes = Field(description="of the server in one pod, requested and limit")


class BatchSettings(FileModel):
    rolling_update: Whole = Field(
        ge=0, description="pods of one rack restarted together; 0 = the operator's default of 1"
    )
    scale_down: Whole = Field(ge=0, description="pods of one rack removed together; 0 = the operator's default of 1")
    max_unavailable: Whole = Field(ge=1, description="pods that a node drain may take at a time")


Generation = Annotated[Whole, Field(ge=1)]


class RestartSettings(FileModel):
    how: Literal["warm", "pod"] = Field(
        description="warm: the server in its pod, which keeps memory; pod: the pod itself"
    )
    reason: str = Field(min_length=1, description="another text is another restart: feature-key-2026-11")


class SecuritySettings(FileModel):
    access_control: Flag = Field(description="users and roles")
    tls: Flag = Field(description="TLS for clients and between nodes")


class ExporterSettings(FileModel):
    image: str = Field(description="pinned by tag")
    cpu: Millicores = Field(description="requested and limit")
    memory: Bytes = Field(description="requested and limit")
    job: str = Field("", description="the label `job` of its series; each PodMonitor has its own when left out")


class DeviceSettings(FileModel):
    count: Whole = Field(ge=1, le=128, description="devices of each pod")
    size: Bytes = Field(description="of each")
    storage_class: str = Field(description="where they come from")


class SetSettings(FileModel):
    name: str = Field(description="of the set")
    config: dict[str, Any] = Field(default_factory=dict, description="parameters of the set")


class NamespaceSettings(FileModel):
    name: str = Field(max_length=31, description="of the namespace")
    replication_factor: Whole = Field(ge=1, le=256, description="copies of each record")
    strong_consistency: Flag = Field(
        description="never wrong, at the price of being unavailable sooner; it can never be changed"
    )
    storage: StorageKind = Field(description="where data is stored")
    devices: DeviceSettings | None = Field(None, description="for storage: device")
    data_size: Bytes = Field(0, description="memory for data, for storage: memory")
    indexes_memory_budget: Bytes = Field(description="memory for all indexes; writes stop when it is reached")
    default_ttl: Seconds = Field(description="after which a record expires; 0 = never")
    sets: tuple[SetSettings, ...] = Field((), description="sets with parameters of their own")
    config: dict[str, Any] = Field(default_factory=dict, description="further parameters of the namespace")
    storage_config: dict[str, Any] = Field(default_factory=dict, description="further parameters of its storage engine")


class RoleSettings(FileModel):
    name: str = Field(description="of the role")
    privileges: tuple[str, ...] = Field(description="for instance read-write.NAMESPACE")
    whitelist: tuple[str, ...] = Field((), description="addresses it may be used from")
    read_quota: Whole = Field(0, description="reads per second; 0 = any")
    write_quota: Whole = Field(0, description="writes per second; 0 = any")


class UserSettings(FileModel):
    name: str = Field(description="of the user; its password comes from the secret store")
    roles: tuple[str, ...] = Field(description="of the user")


class AlertSettings(FileModel):
    """Thresholds of the alert rules; without a threshold there is no such alert."""

    nodes_missing: Number | None = Field(None, description="nodes out of the cluster that a roll-out may take")
    clock_skew_milliseconds: Number | None = Field(None, description="between the clocks of two nodes")
    host_free_memory_pct: Number | None = Field(None, description="least free memory of a host")
    used_of_limit_pct: Number | None = Field(
        None,
        description="of the use of data or indexes from which the loss of a node stops writes; worked out per cluster",
    )
    data_used_pct: Number | None = Field(None, description="of the space for data; below stop-writes-used-pct")
    data_avail_pct: Number | None = Field(None, description="least share of free write blocks")
    indexes_memory_used_pct: Number | None = Field(None, description="of indexesMemoryBudget")
    set_quota_pct: Number | None = Field(None, description="of a set's stop-writes-count or stop-writes-size")
    device_write_queue: Number | None = Field(None, description="blocks that wait to be written to one device")
    defrag_queue: Number | None = Field(None, description="blocks of one device that wait for defragmentation")
    expired_per_cycle_pct: Number | None = Field(
        None, description="of the records of a namespace, deleted by one round of expiry"
    )
    objects_per_sprig: Number | None = Field(None, description="records in one tree of the primary index")
    heap_efficiency_pct: Number | None = Field(
        None, description="least share of the server's heap that is in use; alerts only if the host is short of memory"
    )
    proxies_per_second: Number | None = Field(
        None, description="requests that the asked node passes on to another, in one namespace of the cluster"
    )
    connections: Number | None = Field(None, description="of clients to one node; below proto-fd-max")
    connections_opened_per_second: Number | None = Field(None, description="by clients, to one node")
    transactions_in_progress: Number | None = Field(None, description="on one node")
    client_timeouts_per_second: Number | None = Field(None, description="in one namespace of the cluster")
    read_milliseconds_p99: Number | None = Field(None, description="that 99 of 100 reads stay below")
    write_milliseconds_p99: Number | None = Field(None, description="that 99 of 100 writes stay below")
    xdr_lag_seconds: Number | None = Field(None, description="behind the cluster, of a remote one")
    xdr_latency_milliseconds: Number | None = Field(None, description="of a remote cluster's answers")


class Settings(FileModel):
    """All settings of one cluster."""

    pool: str = Field(description="hosts on which the pods run")
    channel: str = Field(description="server channel of the cell, or an exact version")
    racks: Whole = Field(ge=1, description="physical racks the cluster is spread over")
    size: Pods = Field(description="pods in each rack; auto asks the sizing")
    workload: WorkloadSettings = Field(description="what the application does")
    resources: ResourceSettings = Field(description="of one pod")
    multi_pod_per_host: Flag = Field(description="let two pods of the cluster run on one host; it can never be changed")
    min_cluster_size: MinClusterSize | None = Field(
        None,
        description="fewest nodes that make a cluster: a number, or majority of all nodes, so that the smaller part "
        "of a split stops serving; any number of nodes when left out",
    )
    batches: BatchSettings = Field(description="how many pods go at once")
    dynamic_config: Flag = Field(description="let the operator apply settings live where the server can")
    security: SecuritySettings = Field(description="who may come in")
    exporter: ExporterSettings | None = Field(None, description="metrics sidecar; null for none")
    work_directory: DeviceSettings = Field(description="file system for the server's own files, on a persistent volume")
    namespace_defaults: dict[str, Any] = Field(default_factory=dict, description="for every namespace of the cluster")
    namespaces: tuple[NamespaceSettings, ...] = Field(
        min_length=1, max_length=32, description="namespaces; a cluster that names none has one of its own name"
    )
    users: tuple[UserSettings, ...] = Field((), description="beside the platform's own")
    roles: tuple[RoleSettings, ...] = Field((), description="beside the server's own")
    service: dict[str, Any] = Field(default_factory=dict, description="further parameters of the service context")
    network: dict[str, Any] = Field(default_factory=dict, description="further parameters of the network context")
    access_control_config: dict[str, Any] = Field(
        default_factory=dict, description="parameters of the security context"
    )
    logging: tuple[dict[str, Any], ...] = Field((), description="log sinks, in the operator's form")
    host_blocks: tuple[str, ...] = Field((), description="hosts that the operator moves the pods away from")
    paused: Flag = Field(description="the operator finishes the pass that runs and begins no other")
    passwords: dict[str, Generation] = Field(
        default_factory=dict,
        description="user → generation of its password, 1 when left out; each has a Secret of its own",
    )
    nudge: str = Field(
        "", description="another text has the operator set all passwords anew from their Secrets; no pod restarts"
    )
    restart: RestartSettings | None = Field(None, description="have every pod restarted once")
    alerts: AlertSettings = Field(AlertSettings(), description="thresholds; a matter of the tier or the cell")
