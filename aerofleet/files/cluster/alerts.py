"""Thresholds of the alert rules of a cluster."""

from __future__ import annotations

from pydantic import Field

from aerofleet.files.file_model import FileModel
from aerofleet.files.quantities import Number


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


class AlertingSettings(FileModel):
    alerts: AlertSettings = Field(AlertSettings(), description="thresholds; a matter of the tier or the cell")
