"""`size: auto`: the fewest pods in each rack that hold a cluster's workload with the settings of its pods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

from aerofleet.aerospike.sizing import (
    Assumptions,
    Device,
    Figure,
    GivenSize,
    Metal,
    NamespaceLoad,
    PodSettings,
    Shortfall,
    Sizing,
    Storage,
    Workload,
    figures,
    memory_shortfalls,
    parse_version,
    shortfalls,
    size,
    sized,
)
from aerofleet.aerospike.sizing import NamespaceSettings as NamespaceLimits
from aerofleet.model.metal_file import HostModelFile
from aerofleet.model.quantities import MAX_PODS
from aerofleet.model.resolved import StorageKind
from aerofleet.model.settings import NamespaceSettings, Settings

ASSUMPTIONS = Assumptions()
STOP_WRITES, SPRIGS, TRACKING = "stop-writes-used-pct", "partition-tree-sprigs", "cgroup-mem-tracking"


class NoSizeError(Exception):
    """No number of pods holds the workload; the text says what each of them would lack."""


@dataclass(frozen=True, slots=True)
class AutoSize:
    """``decides`` is what would fail first with a pod less in each rack."""

    pods_per_rack: int
    decides: str

    @property
    def formula(self) -> str:
        return f"the fewest pods that hold the workload for {ASSUMPTIONS.months} months; {self.decides} decides"


def auto_size(settings: Settings, version: str, models: Sequence[HostModelFile]) -> AutoSize:
    """``models`` are those of the pool's hosts; the weakest counts. Raises NoSizeError."""
    try:
        workload, pod = workload_of(settings, version), pod_of(settings, version)
        missing = memory_shortfalls(pod, ASSUMPTIONS)
        if missing:
            raise NoSizeError(told(missing[0]))
        metal = metal_of(settings, models)
        sizing = size(workload, metal, settings.racks, ASSUMPTIONS)
    except ValueError as error:
        raise NoSizeError(str(error)) from None
    if not sizing.fits:
        lacks = sizing.missing[0]
        raise NoSizeError(f"{lacks.constraint}: a pod needs {lacks.need:,.0f} {lacks.unit}, it has {lacks.have:,.0f}")
    return enough_for_settings(settings, sizing, pod)


def figures_of(settings: Settings, version: str, models: Sequence[HostModelFile], pods: int) -> tuple[Figure, ...]:
    """Every figure of one node, ``pods`` of them in all, at the end of the time that is planned for; none where the
    workload says too little."""
    try:
        workload, metal = workload_of(settings, version), metal_of(settings, models)
        return figures(sized(workload, metal, settings.racks, max(1, pods // settings.racks), ASSUMPTIONS))
    except ValueError:
        return ()


def enough_for_settings(settings: Settings, sizing: Sizing, pod: PodSettings) -> AutoSize:
    """The first size from ``sizing`` on with which the limits in the settings hold, too."""
    decides = str(sizing.binding)
    for pods in range(sizing.nodes_per_rack, MAX_PODS // settings.racks + 1):
        given = GivenSize(settings.racks, pods, pod, sizing.metal.network_bits_per_second, sizing.metal.devices)
        missing = shortfalls(sizing.workload, given, ASSUMPTIONS)
        if not missing:
            return AutoSize(pods, decides)
        decides = missing[0].path
    raise NoSizeError(told(missing[0]))


def told(lacks: Shortfall) -> str:
    return f"{lacks.path} is {lacks.have:,.0f} {lacks.unit}, {lacks.need:,.0f} are needed: {lacks.reason}"


def workload_of(settings: Settings, version: str) -> Workload:
    """The workload is written for the whole cluster: each namespace has an equal share of it."""
    asked, count = settings.workload, len(settings.namespaces)
    loads = tuple(
        NamespaceLoad(
            name=each.name,
            storage=storage_of(each),
            objects=-(-asked.objects // count),
            record=asked.record,
            reads_per_second=-(-asked.reads // count),
            writes_per_second=-(-asked.writes // count),
            replication_factor=each.replication_factor,
            strong_consistency=each.strong_consistency,
        )
        for each in settings.namespaces
    )
    return Workload(loads, parse_version(version), asked.peak, asked.growth_per_month, settings.security.tls)


def storage_of(namespace: NamespaceSettings) -> Storage:
    return Storage.MEMORY if namespace.storage is StorageKind.MEMORY else Storage.DEVICE


def metal_of(settings: Settings, models: Sequence[HostModelFile]) -> Metal:
    return Metal(
        memory_bytes=settings.resources.memory,
        cores=max(1, settings.resources.cpu // 1000),
        network_bits_per_second=min((model.network for model in models), default=0),
        devices=tuple(devices_of(settings, models)),
    )


def devices_of(settings: Settings, models: Sequence[HostModelFile]) -> Iterator[Device]:
    """A partition can do what its share of the drive can do."""
    drives = [drive for model in models for drive in model.drives]
    endurance = min((drive.dwpd for drive in drives), default=0)
    for namespace in settings.namespaces:
        if namespace.devices is not None and namespace.storage is StorageKind.DEVICE:
            wanted = namespace.devices.size
            rating = min((drive.act * min(1, wanted / drive.size) for drive in drives), default=0)
            yield from repeat(Device(wanted, rating, endurance), namespace.devices.count)


def pod_of(settings: Settings, version: str) -> PodSettings:
    return PodSettings(
        memory_bytes=settings.resources.memory,
        cores=max(1, settings.resources.cpu // 1000),
        namespaces=tuple(limits_of(each) for each in settings.namespaces),
        server_version=parse_version(version),
        tls=settings.security.tls,
        cgroup_memory_tracking=bool(settings.service.get(TRACKING)),
    )


def limits_of(each: NamespaceSettings) -> NamespaceLimits:
    in_memory = each.storage is StorageKind.MEMORY
    devices = None if in_memory else each.devices
    further = {
        key: value
        for key, value in (
            ("stop_writes_used_percent", each.storage_config.get(STOP_WRITES)),
            ("partition_tree_sprigs", each.config.get(SPRIGS)),
        )
        if isinstance(value, int)
    }
    return NamespaceLimits(
        name=each.name,
        storage=storage_of(each),
        indexes_memory_budget_bytes=each.indexes_memory_budget,
        data_size_bytes=each.data_size if in_memory else 0,
        device_bytes=devices.count * devices.size if devices else 0,
        devices=devices.count if devices else 0,
        set_indexes=sum(1 for entry in each.sets if entry.config.get("enable-index")),
        **further,
    )
