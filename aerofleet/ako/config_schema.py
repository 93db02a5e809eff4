"""What of an aerospikeConfig does not fit the parameters of its server version."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.parameters import data_version, has_schema
from aerofleet.aerospike.schema import fits
from aerofleet.aerospike.schema_errors import schema_errors
from aerofleet.ako.cluster import Cluster

Fault = tuple[str, str, str]
"""(field path, what is wrong, what would be right)."""
MAY_BE_NEW = ("unknown", "enum")
"""Kinds of faults that a newer server version may not have: a parameter or a choice came with it."""


def schema_version(version: str) -> str | None:
    """Return the version whose parameters are used: ``version`` or the nearest older one; None without any."""
    try:
        return data_version(version)
    except KeyError:
        return None


def schema_faults(cluster: Cluster) -> Iterator[tuple[str, Fault]]:
    """Yield (kind, fault) of everything that does not fit; a fault of several racks comes once."""
    version = schema_version(cluster.version)
    if version is None:
        return
    yielded: set[tuple[str, str]] = set()
    for rack in cluster.distinct_racks:
        if fits(rack.config, version):
            continue
        for error in schema_errors(rack.config, version):
            path = cluster.config_path(rack, *error.path)
            if (path, error.message) not in yielded:
                yielded.add((path, error.message))
                yield error.kind, (path, error.message, error.hint)


def is_new(cluster: Cluster, kind: str) -> bool:
    """Return whether a fault of this kind may be none: there is no data for the cluster's server version."""
    return kind in MAY_BE_NEW and not has_schema(cluster.version)


def new_faults(cluster: Cluster) -> Iterator[tuple[str, Fault]]:
    """Yield (kind, fault) of what only a version without data may know: nothing where there is data for it."""
    if not has_schema(cluster.version):
        yield from (fault for fault in schema_faults(cluster) if is_new(cluster, fault[0]))


def new_choices(cluster: Cluster) -> Iterator[tuple[str, str]]:
    """Yield (path, message) of values that only a version without data may know."""
    for kind, (path, message, _) in new_faults(cluster):
        if kind == "enum":
            yield path, message
