"""The settings that a server takes while it runs: by which name, how it reads the text, within which bounds.

Derived from aerospike-server 6.0.0.1 to 8.1.2.0 (cfg_info.c, earlier thr_info.c: the handler of each context; cfg.h,
service.h, storage.h and others for the bounds). The order is the server's own: of a command with several settings it
takes the first one that stands here and leaves the others, without a word.

A setting of one value for each branch of the configuration has a short name there: ``defrag-lwm-pct`` for
``storage-engine.defrag-lwm-pct``. What Enterprise adds for security and XDR is not public, and not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aerofleet.aerospike.server.live_value import (
    BYTES,
    MORE_BYTES,
    SECONDS,
    Reader,
    cast_uint32,
    int32,
    lax_int32,
    lax_int64,
    seconds,
    strict_int32,
    uint32,
    uint64,
)

NEWEST = "8.1.2"
"""The newest server whose settings are in the tables below."""

MAX_TTL_SECONDS = 10 * 365 * 24 * 3600
"""Ten years. Source: datamodel.h, MAX_ALLOWED_TTL."""
NEVER = 2**32 - 1
"""The time to live of a set whose records never expire. Source: datamodel.h, TTL_NEVER_EXPIRE."""
MAX_CLUSTER_SIZE = 256
"""Nodes of Enterprise Edition. Source: Aerospike documentation, System limits and thresholds."""
WRITE_BLOCK_BYTES = 8 << 20
"""Source: storage.h, WBLOCK_SZ (7.1 on)."""

UNBOUNDED = (-(2**63), 2**64)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``read`` is None for a text, which must be one of ``choices`` where there are any. ``least`` and
    ``most`` bound the number as the server reads it. ``bits``: what it is shown with, without a sign; ``factor``: the
    server multiplies by it and shows the quotient. ``shown_otherwise``: texts that it keeps as they are meant and shows
    as something else. ``needs`` names the conditions of ``live_needs``. ``since`` is the first version that has it,
    ``until`` the first one that has it no more."""

    read: Reader | None = None
    least: int = UNBOUNDED[0]
    most: int = UNBOUNDED[1]
    choices: tuple[str, ...] = ()
    bits: int = 32
    factor: int = 1
    units: Mapping[str, int] | None = None
    power_of_two: bool = False
    shown_otherwise: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    since: str = ""
    until: str = ""

    @property
    def is_flag(self) -> bool:
        return self.choices == FLAG


FLAG = ("true", "false")


def _flag(*needs: str, since: str = "", until: str = "") -> Setting:
    return Setting(choices=FLAG, needs=needs, since=since, until=until)


def _choice(*choices: str, needs: tuple[str, ...] = ()) -> Setting:
    return Setting(choices=choices, needs=needs)


def _int(least: int = UNBOUNDED[0], most: int = UNBOUNDED[1], *needs: str, since: str = "", until: str = "") -> Setting:
    return Setting(int32, least, most, units=BYTES, needs=needs, since=since, until=until)


def _bytes(least: int = 0, *needs: str, since: str = "", until: str = "") -> Setting:
    return Setting(uint64, least, bits=64, units=MORE_BYTES, needs=needs, since=since, until=until)


def _time(least: int = 0, most: int = NEVER, *needs: str, since: str = "") -> Setting:
    return Setting(seconds, least, most, units=SECONDS, needs=needs, since=since)


def _percent(*needs: str, since: str = "", until: str = "") -> Setting:
    return _int(0, 100, *needs, since=since, until=until)


_MILLISECONDS = Setting(int32, bits=64, factor=1_000_000, units=BYTES)
"""Kept in nanoseconds: a negative number, or one of 2^31 and more, becomes a huge one."""

Table = Mapping[str, Setting | tuple[Setting, ...]]
"""Name → how it is read; several where that depends on the version."""

SERVICE: Table = {
    "advertise-ipv6": _flag(),
    "batch-index-threads": Setting(int32, 0, 256, units=BYTES),
    "batch-max-buffers-per-queue": _int(),
    "batch-max-requests": (_int(until="6.4"), _int(since="7.1")),
    "batch-max-unused-buffers": _int(),
    "cgroup-mem-tracking": _flag(since="8.1.2"),
    "cluster-name": Setting(needs=("short-name",)),
    "downgrading": _flag(until="7.0"),
    "enable-benchmarks-fabric": _flag(),
    "enable-health-check": _flag(),
    "enable-hist-info": _flag(),
    "info-max-ms": Setting(int32, 500, 10_000, bits=64, units=BYTES, since="6.3"),
    "info-threads": _int(1, 256),
    "microsecond-histograms": _flag("no-benchmarks"),
    "migrate-fill-delay": _time(),
    "migrate-max-num-incoming": _int(0, 256),
    "migrate-threads": _int(0, 100),
    "min-cluster-size": _int(0, MAX_CLUSTER_SIZE, "size"),
    "proto-fd-idle-ms": _int(0),
    "proto-fd-max": (
        _int(1024, 2_097_152, until="8.1.2"),
        Setting(uint32, 1024, 2**31 - 1, units=BYTES, since="8.1.2"),
    ),
    "query-max-done": _int(0, 10_000),
    "query-threads-limit": _int(1, 1024),
    "service-threads": _int(1, 4096),
    "sindex-builder-threads": _int(most=32),
    "sindex-gc-period": _int(),
    "ticker-interval": _int(),
    "tls-refresh-period": _time(since="7.1"),
    "transaction-max-ms": _MILLISECONDS,
    "transaction-retry-ms": Setting(int32, units=BYTES, needs=("not-zero",)),
    "vault-token-file": Setting(needs=("vault",), since="6.3"),
}

NETWORK: Table = {
    "fabric.channel-bulk-recv-threads": _int(1, 128),
    "fabric.channel-ctrl-recv-threads": _int(1, 128),
    "fabric.channel-meta-recv-threads": _int(1, 128),
    "fabric.channel-rw-recv-threads": _int(1, 128, "pools"),
    "fabric.recv-rearm-threshold": _int(0, 1 << 20),
    "heartbeat.connect-timeout-ms": _int(50, UNBOUNDED[1], "heartbeat"),
    "heartbeat.interval": _int(50, 600_000, "heartbeat"),
    "heartbeat.mtu": Setting(int32, units=BYTES, shown_otherwise=("0",), needs=("mtu",)),
    "heartbeat.protocol": _choice("v3", "reset", "none", needs=("protocol",)),
    "heartbeat.timeout": Setting(cast_uint32, 3, units=BYTES, needs=("heartbeat",)),
}

NAMESPACE: Table = {
    "active-rack": _int(0, 1_000_000, since="7.2"),
    "allow-ttl-without-nsup": _flag(),
    "apply-ttl-reductions": _flag(since="8.1"),
    "background-query-max-rps": _int(1, 1_000_000),
    "conflict-resolution-policy": _choice("generation", "last-update-time", needs=("available",)),
    "conflict-resolve-writes": _flag(),
    "default-read-touch-ttl-pct": _percent(since="7.1"),
    "default-ttl": _time(0, MAX_TTL_SECONDS, "nsup"),
    "disable-mrt-writes": _flag("consistent", since="8.0"),
    "disable-write-dup-res": _flag("available"),
    "disallow-expunge": _flag("available", since="6.3"),
    "disallow-null-setname": _flag(),
    "enable-benchmarks-batch-sub": _flag(),
    "enable-benchmarks-ops-sub": _flag(),
    "enable-benchmarks-read": _flag(),
    "enable-benchmarks-udf": _flag(),
    "enable-benchmarks-udf-sub": _flag(),
    "enable-benchmarks-write": _flag(),
    "enable-hist-proxy": _flag(),
    "evict-hist-buckets": _int(100, 10_000_000),
    "evict-indexes-memory-pct": _percent(since="7.1"),
    "evict-sys-memory-pct": _percent(since="7.0", until="7.2"),
    "evict-tenths-pct": Setting(lax_int32, units=BYTES),
    "force-long-queries": _flag(since="6.3"),
    "high-water-disk-pct": _percent(until="7.0"),
    "high-water-memory-pct": _percent(until="7.0"),
    "ignore-migrate-fill-delay": _flag(),
    "indexes-memory-budget": _bytes(since="7.1"),
    "inline-short-queries": _flag(since="6.3"),
    "max-record-size": (
        _int(0, 128 << 20, "record-fits", until="7.1"),
        _int(0, WRITE_BLOCK_BYTES, since="7.1", until="8.0"),
        _int(64, WRITE_BLOCK_BYTES, since="8.0"),
    ),
    "memory-size": _bytes(0, "half-memory", until="7.0"),
    "migrate-order": _int(1, 10),
    "migrate-retransmit-ms": _int(),
    "migrate-skip-unreadable": _flag(since="8.0"),
    "migrate-sleep": _int(),
    "mounts-high-water-pct": _percent("index-on-mounts", until="7.0"),
    "mounts-size-limit": _bytes(0, "index-on-mounts", "index-room", until="7.0"),
    "mrt-duration": _time(1, 120, "consistent", since="8.0"),
    "nsup-hist-period": _time(),
    "nsup-period": _time(),
    "nsup-threads": _int(1, 128),
    "prefer-uniform-balance": _flag(),
    "rack-id": _int(0, 1_000_000),
    "read-consistency-level-override": _choice("all", "off", "one", needs=("available",)),
    "reject-non-xdr-writes": _flag(),
    "reject-xdr-writes": _flag(),
    "replication-factor": _int(1, MAX_CLUSTER_SIZE, "available"),
    "single-query-threads": _int(1, 128),
    "stop-writes-pct": _percent(until="7.0"),
    "stop-writes-sys-memory-pct": _percent(since="6.3"),
    "strong-consistency-allow-expunge": _flag("consistent"),
    "tomb-raider-eligible-age": _time(),
    "tomb-raider-period": _time(),
    "tomb-raider-unmark-threads": Setting(uint32, 0, 128, units=BYTES, needs=("devices",), since="8.1.2"),
    "transaction-pending-limit": _int(),
    "truncate-threads": _int(1, 128),
    "write-commit-level-override": _choice("all", "master", "off", needs=("available",)),
    "xdr-bin-tombstone-ttl": _time(0, MAX_TTL_SECONDS),
    "xdr-tomb-raider-period": _time(),
    "xdr-tomb-raider-threads": _int(1, 128),
    "index-type.evict-mounts-pct": _percent("index-on-mounts", since="7.0"),
    "index-type.mounts-budget": _bytes(0, "index-on-mounts", "index-room", since="7.0"),
    "sindex-type.evict-mounts-pct": _percent("sindex-on-mounts", since="7.0"),
    "sindex-type.mounts-budget": _bytes(1 << 30, "sindex-on-mounts", since="7.0"),
    "sindex-type.mounts-high-water-pct": _percent("index-on-mounts", since="6.4", until="7.0"),
    "sindex-type.mounts-size-limit": _bytes(1 << 30, "index-on-mounts", since="6.4", until="7.0"),
    "cache-replica-writes": _flag("on-device"),
    "compression": _choice("none", "lz4", "snappy", "zstd"),
    "compression-acceleration": _int(1, 65_537, since="6.3"),
    "compression-level": _int(1, 9),
    "defrag-lwm-pct": _int(),
    "defrag-queue-min": _int(),
    "defrag-sleep": _int(),
    "enable-benchmarks-storage": _flag(),
    "evict-used-pct": _percent(since="7.0"),
    "flush-max-ms": Setting(int32, bits=64, factor=1000, units=BYTES),
    "flush-size": Setting(
        int32, 4096, WRITE_BLOCK_BYTES, units=BYTES, power_of_two=True, needs=("flushes",), since="7.1"
    ),
    "max-used-pct": _percent(since="6.3", until="7.0"),
    "max-write-cache": _bytes(64 << 20),
    "min-avail-pct": _percent(until="7.0"),
    "post-write-cache": _bytes(0, "on-device", since="7.1"),
    "post-write-queue": _int(0, 8192, "on-device", until="7.1"),
    "read-page-cache": _flag("on-device"),
    "stop-writes-avail-pct": _percent(since="7.0"),
    "stop-writes-used-pct": _percent(since="7.0"),
    "tomb-raider-sleep": _int(),
    "geo2dsphere-within-max-cells": _int(1, 256),
    "geo2dsphere-within-max-level": _int(0, 30),
    "geo2dsphere-within-min-level": _int(0, 30),
}

SET: Table = {
    "default-read-touch-ttl-pct": Setting(strict_int32, -1, 100, units={"": 1}, shown_otherwise=("-1",), since="7.1"),
    "default-ttl": Setting(
        seconds, 0, NEVER, units=SECONDS, shown_otherwise=("-1",), needs=("set-ttl", "set-nsup"), since="7.0"
    ),
    "disable-eviction": _flag(),
    "enable-index": _flag(),
    "stop-writes-count": Setting(lax_int64, bits=64, units={"": 1}),
    "stop-writes-size": _bytes(since="6.3"),
}
