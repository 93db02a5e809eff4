"""How many pods may be away at once: batch sizes and percentages of the cluster's size."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import is_strongly_consistent, namespaces, replication_factor

BATCHES = ("rollingUpdateBatchSize", "scaleDownBatchSize")
"""Keys of rackConfig with a batch size."""
_PERCENTAGE = re.compile(r"([+-]?[0-9]+)%")


def percent_of(value: Any) -> int | None:
    """Return the number of a well-formed percentage: ``30%`` → 30; None for anything else."""
    match = _PERCENTAGE.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def unsafe_batches(cluster: Cluster, racks: list[Rack], aware: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (field path, fault, remedy) of each batch size that is not safe for ``racks``.

    ``racks`` with the rack-aware namespaces ``aware`` are those of the cluster, or those that are running.
    """
    keys = [key for key in BATCHES if cluster.rack_config.get(key) is not None]
    if not keys:
        return
    configured = [(name, namespace) for rack in racks for _, name, namespace in namespaces(rack.config)]
    counts = Counter(name for name, _ in configured)
    for key in keys:
        for message, hint in _batch_faults(key, racks, aware, configured, counts):
            yield f"spec.rackConfig.{key}", message, hint


def _batch_faults(
    key: str, racks: list[Rack], aware: list[str], configured: list[tuple[str, dict[str, Any]]], counts: Counter[str]
) -> Iterator[tuple[str, str]]:
    if len(racks) < 2:
        yield "needs at least two racks", "leave it out"
        return
    for name in sorted(counts.keys() - set(aware)):
        yield f"namespace {name} is not rack-aware", "list it in rackConfig.namespaces"
    for name in sorted(name for name, count in counts.items() if count < 2):
        yield f"namespace {name} is in one rack only", "configure it in two racks or more"
    for name in sorted({name for name, namespace in configured if replication_factor(namespace) <= 1}):
        yield f"namespace {name} has replication-factor 1", "a batch would take its only copy away"
    if key == "scaleDownBatchSize":
        for name in sorted({name for name, namespace in configured if is_strongly_consistent(namespace)}):
            yield f"namespace {name} is strongly consistent", "pods of such a cluster leave one by one"
