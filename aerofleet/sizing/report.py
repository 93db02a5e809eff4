"""A sizing as text and JSON: the verdict, what a node needs and has, and the settings of its pod."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from aerofleet.sizing import Comparison, Constraint, Figure, PodSettings, Sizing, Storage, thresholds
from aerofleet.sizing.node import NodeNeed
from aerofleet.sizing.server import NEWEST
from aerofleet.units.amount import amount, counted
from aerofleet.units.kubernetes_quantity import kubernetes_bytes

SCHEMA = "aerofleet.io/size/v1"


def as_text(sizing: Sizing, explained: Sequence[Figure], assumed: Mapping[str, object]) -> str:
    lines = [*summary(sizing), *assumptions(assumed), *tables(sizing), *settings(sizing.pod), *totals(sizing)]
    if explained:
        lines += ["", f"the node that carries most, {date_of(sizing)}:", *map(str, explained)]
    return "".join(f"{line}\n" for line in lines)


def as_json(sizing: Sizing, explained: Sequence[Figure], assumed: Mapping[str, Any]) -> str:
    """Return exact integers of the base units; ``figures`` only if there are any."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "fits": sizing.fits,
        "racks": sizing.racks,
        "nodesPerRack": sizing.nodes_per_rack,
        "binding": sizing.binding,
        "unknown": sizing.unknown,
        **needs(sizing),
        "rack": asdict(sizing.rack),
        "cluster": asdict(sizing.cluster),
    }
    if assumed:
        data["assumed"] = dict(assumed)
    if explained:
        data["figures"] = [asdict(figure) for figure in explained]
    return json.dumps(data, indent=2) + "\n"


def needs(sizing: Sizing) -> dict[str, Any]:
    """Return the needs of a node, and the settings of its pod, as JSON."""
    return {
        "comparisons": [asdict(comparison) | {"fits": comparison.fits} for comparison in sizing.comparisons],
        "moments": [asdict(moment) for moment in (sizing.now, sizing.peak, sizing.date)],
        "thresholds": [asdict(threshold) for threshold in thresholds(sizing)],
        "pod": asdict(sizing.pod),
    }


def summary(sizing: Sizing) -> Iterator[str]:
    verdict = "carries it" if sizing.fits else "does not carry it"
    if not sizing.fits and sizing.nodes_per_rack == sizing.assumptions.maximum_nodes // sizing.racks:
        verdict += ", and there can be no more"
    racks = f"{counted(sizing.racks, 'rack')} × {sizing.nodes_per_rack} = {counted(sizing.nodes, 'node')}"
    yield f"{racks}: {verdict}; {sizing.binding} binds"
    if sizing.workload.server_version[:2] > NEWEST:
        yield f"the server is newer than what is known here: sized as {'.'.join(map(str, NEWEST))}"


def assumptions(assumed: Mapping[str, object]) -> Iterator[str]:
    """Yield the values that were assumed for missing options."""
    if assumed:
        values = ", ".join(f"{name} {value}" for name, value in assumed.items())
        yield f"assumed, because the option is missing: {values}"


def tables(sizing: Sizing) -> Iterator[str]:
    moments, date = (sizing.now, sizing.peak, sizing.date), date_of(sizing)
    heads = "".join(f"{head:>18}" for head in ("now", "peak", date))
    yield ""
    yield f"{'need of a node':<26}{heads}"
    for name, (needed, unit) in NEEDS.items():
        amounts = [needed(need) for need in moments]
        if any(amounts) or name not in OF_DEVICES:
            yield f"  {name:<24}" + "".join(f"{amount(value, unit):>18}" for value in amounts)
    yield ""
    yield f"{'used after the loss':<26}{heads}"
    for limit in thresholds(sizing):
        used = "".join(f"{percent:>16} %" for percent in (limit.now, limit.peak, limit.date))
        yield f"  {limit.namespace + ' ' + limit.of:<24}{used}  writes stop at {limit.stop} % ({limit.parameter})"
    yield ""
    yield f"{date:<26}{'need':>18}{'has':>18}"
    for comparison in sizing.comparisons:
        need, have, unit = comparison.need, comparison.have, comparison.unit
        if need or have:
            has = amount(have, unit) if comparison.known else "not measured"
            yield f"  {comparison.constraint:<24}{amount(need, unit):>18}{has:>18}" + missing(comparison)


def limits(sizing: Sizing) -> Iterator[str]:
    """Yield what each namespace's own limits need, and have, at the date that is planned for."""
    for need, limit in zip(sizing.date.namespaces, sizing.pod.namespaces, strict=True):
        for name, parameter in LIMITS.items():
            needed, allowed = getattr(need, name), getattr(limit, name)
            if needed and allowed:
                comparison = Comparison(Constraint.MEMORY, needed, allowed, "B")
                title = f"{limit.name} {parameter}"
                yield f"  {title:<24}{amount(needed, 'B'):>18}{amount(allowed, 'B'):>18}{missing(comparison)}"


def settings(pod: PodSettings) -> Iterator[str]:
    yield ""
    yield f"pod: memory request = limit {kubernetes_bytes(pod.memory_bytes)}, {counted(pod.cores, 'core')}"
    budget = "indexes-memory-budget" if pod.index_budget else "indexes (planned; nothing limits them before 7.1)"
    limit = "max-record-size" if pod.index_budget else "write-block-size"
    for namespace in pod.namespaces:
        values = {
            budget: namespace.indexes_memory_budget_bytes,
            "data-size": namespace.data_size_bytes,
            "memory-size": namespace.memory_size_bytes,
            "devices": namespace.device_bytes,
            "mounts-budget": namespace.mounts_budget_bytes,
            limit: namespace.record_limit_bytes,
        }
        shown = ", ".join(f"{name} {amount(value, 'B')}" for name, value in values.items() if value)
        yield f"  namespace {namespace.name}: {shown}"
        if namespace.storage is Storage.MEMORY_AND_DEVICE and namespace.data_size_bytes:
            yield "    memory takes as much as these devices have: cut partitions of that size"
    if pod.cgroup_memory_tracking:
        stops = f"writes stop at {pod.stop_writes_sys_memory_percent} % of the pod's memory"
        yield f"  cgroup-mem-tracking true: {stops}, the kernel's cache of files counted in"
    else:
        watches = "the server watches the memory of the host: " if pod.server_version >= (6, 3) else ""
        yield f"  {watches}only the settings above keep the pod below its limit"


def totals(sizing: Sizing) -> Iterator[str]:
    for name, total in (("rack", sizing.rack), ("cluster", sizing.cluster)):
        parts = [counted(total.pods, "pod"), f"{amount(total.memory_bytes, 'B')} of memory"]
        parts += [counted(total.cores, "core")]
        if total.device_bytes:
            parts += [f"{amount(total.device_bytes, 'B')} of devices"]
        yield f"{name}: {', '.join(parts)}"


def date_of(sizing: Sizing) -> str:
    return f"in {counted(sizing.assumptions.months, 'month')}"


def missing(comparison: Comparison) -> str:
    return "" if comparison.fits else f"  missing {amount(comparison.need - comparison.have, comparison.unit)}"


LIMITS = {
    "indexes_memory_budget_bytes": "indexes",
    "data_size_bytes": "data-size",
    "memory_size_bytes": "memory-size",
    "device_bytes": "devices",
}
"""Need of a namespace → its name in a table."""
OF_DEVICES = ("devices", "device load (ACT)", "written a day")
NEEDS: dict[str, tuple[Callable[[NodeNeed], float], str]] = {
    "memory limit": (lambda need: need.memory_limit_bytes, "B"),
    "devices": (lambda need: need.device_bytes, "B"),
    "device load (ACT)": (lambda need: need.act_load, "x"),
    "written a day": (lambda need: need.written_bytes_per_day, "B/day"),
    "network": (lambda need: need.network_bits_per_second, "bit/s"),
    "operations": (lambda need: need.operations_per_second, "ops/s"),
    "cores": (lambda need: need.cores, "cores"),
}
