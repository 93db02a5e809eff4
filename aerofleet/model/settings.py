"""What can be set for a cluster, by its tier, its cell or its team: the merged layers are read as one of these.

Nothing but absence is a default here. Defaults are data, in `templates/tiers/base.yaml`, where a person can read and
change them and where every value has a line that `aerofleet explain` can name.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aerofleet.model.file_model import FileModel
from aerofleet.model.quantities import Bytes, Count, Flag, Millicores, Number, Percent, PerSecond, Pods, Seconds, Whole
from aerofleet.model.resolved import StorageKind


class WorkloadSettings(FileModel):
    """What the application does with one cluster, over all its namespaces."""

    objects: Count = Field(description="records, each counted once")
    record: Bytes = Field(description="average size of a record as stored")
    reads: PerSecond = Field(description="reads per second on average")
    writes: PerSecond = Field(description="writes per second on average")
    peak: Number = Field(ge=1, description="how many times the average at the busiest moment of the year")
    growth_per_month: Percent = Field(description="growth of the number of records")


class ResourceSettings(FileModel):
    cpu: Millicores
    memory: Bytes


class BatchSettings(FileModel):
    rolling_update: Whole = Field(
        ge=0, description="pods of one rack restarted together; 0 = the operator's default of 1"
    )
    scale_down: Whole = Field(ge=0, description="pods of one rack removed together; 0 = the operator's default of 1")
    max_unavailable: Whole = Field(ge=1, description="pods that a node drain may take at a time")


class SecuritySettings(FileModel):
    access_control: Flag
    tls: Flag


class ExporterSettings(FileModel):
    image: str
    cpu: Millicores
    memory: Bytes


class DeviceSettings(FileModel):
    count: Whole = Field(ge=1, le=128, description="devices of each pod")
    size: Bytes
    storage_class: str


class SetSettings(FileModel):
    name: str
    config: dict[str, Any] = Field(default_factory=dict)


class NamespaceSettings(FileModel):
    name: str = Field(max_length=31)
    replication_factor: Whole = Field(ge=1, le=256)
    strong_consistency: Flag
    storage: StorageKind
    devices: DeviceSettings | None = None
    data_size: Bytes = Field(0, description="memory for data, for storage: memory")
    indexes_memory_budget: Bytes = Field(description="memory for all indexes; writes stop when it is reached")
    default_ttl: Seconds
    sets: tuple[SetSettings, ...] = ()
    config: dict[str, Any] = Field(default_factory=dict, description="further parameters of the namespace")
    storage_config: dict[str, Any] = Field(default_factory=dict, description="further parameters of its storage engine")


class RoleSettings(FileModel):
    name: str
    privileges: tuple[str, ...]
    whitelist: tuple[str, ...] = ()
    read_quota: Whole = 0
    write_quota: Whole = 0


class UserSettings(FileModel):
    name: str
    roles: tuple[str, ...]


class Settings(FileModel):
    """One cluster, complete."""

    pool: str
    channel: str = Field(description="server channel of the cell, or an exact version")
    racks: Whole = Field(ge=1, description="physical racks the cluster is spread over")
    size: Pods = Field(description="pods in each rack; auto asks the sizing")
    workload: WorkloadSettings
    resources: ResourceSettings
    multi_pod_per_host: Flag
    batches: BatchSettings
    dynamic_config: Flag = Field(description="let the operator apply settings live where the server can")
    security: SecuritySettings
    exporter: ExporterSettings | None = Field(None, description="metrics sidecar; null for none")
    work_directory: DeviceSettings = Field(description="file system for the server's own files, on a persistent volume")
    namespace_defaults: dict[str, Any] = Field(default_factory=dict, description="for every namespace of the cluster")
    namespaces: tuple[NamespaceSettings, ...] = Field(min_length=1, max_length=32)
    users: tuple[UserSettings, ...] = ()
    roles: tuple[RoleSettings, ...] = ()
    service: dict[str, Any] = Field(default_factory=dict, description="further parameters of the service context")
    network: dict[str, Any] = Field(default_factory=dict, description="further parameters of the network context")
    access_control_config: dict[str, Any] = Field(
        default_factory=dict, description="parameters of the security context"
    )
    logging: tuple[dict[str, Any], ...] = ()
    host_blocks: tuple[str, ...] = Field((), description="hosts that the operator moves the pods away from")
    paused: Flag
    nudge: str = Field("", description="change it to have every pod restarted once, for a rotated secret say")
    alerts: dict[str, Number] = Field(default_factory=dict, description="thresholds of the alert rules")
