"""`size: auto`: the fewest pods in each rack that carry a cluster's workload with the settings of its pods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import repeat

from aerofleet.files.choices import StorageKind
from aerofleet.files.cluster.namespaces import NamespaceSettings
from aerofleet.files.metal import HostModel
from aerofleet.files.quantities import MAX_PODS
from aerofleet.files.settings import Settings
from aerofleet.findings.stop import NoFitError
from aerofleet.sizing import (
    Assumptions,
    Capacity,
    Constraint,
    Device,
    Figure,
    NamespaceLimits,
    NamespaceLoad,
    PodSettings,
    Shortfall,
    SizeToCheck,
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
from aerofleet.units.amount import amount

ASSUMPTIONS = Assumptions()
TRACKING = "cgroup-mem-tracking"
NAMESPACE_PARAMETERS = {
    "partition_tree_sprigs": "partition-tree-sprigs",
    "record_limit_bytes": "max-record-size",
}
STORAGE_PARAMETERS = {
    "stop_writes_used_percent": "stop-writes-used-pct",
    "stop_writes_available_percent": "stop-writes-avail-pct",
}
"""Field of NamespaceLimits → the Aerospike parameter that sets it."""
SETTING_PATHS = {
    "memory_bytes": "resources.memory",
    "indexes_memory_budget_bytes": "indexesMemoryBudget",
    "data_size_bytes": "dataSize",
    "memory_size_bytes": "indexesMemoryBudget + dataSize",
    "device_bytes": "devices",
    "stop_writes_used_percent": "storageConfig.stop-writes-used-pct",
    "record_limit_bytes": "config.max-record-size",
}
"""Setting of the sizing → its path in the definitions."""


ONE_LIMIT_BEFORE = (7, 0)
"""Server version before which `memory-size` limits indexes and data together."""


class NoSizeError(NoFitError):
    """No number of pods carries the workload; the text names what a pod has too little of."""


@dataclass(frozen=True, slots=True)
class AutoSize:
    """A computed size. ``decides``: the constraint that fails first with one pod fewer in each rack."""

    pods_per_rack: int
    decides: str

    @property
    def formula(self) -> str:
        return f"the fewest pods that hold the workload for {ASSUMPTIONS.months} months; {self.decides} decides"


def unreadable(settings: Settings, version: str) -> str:
    """Return why the sizing can't read a cluster's settings, whatever their size; empty where it can."""
    try:
        workload_of(settings, version)
        pod_of(settings, version)
        assumptions_of(settings)
    except ValueError as error:
        return str(error)
    return ""


def auto_size(settings: Settings, version: str, models: Sequence[HostModel]) -> AutoSize:
    """Return the smallest size that carries the workload on the weakest of ``models``, those of the pool's hosts.

    Raises NoSizeError.
    """
    if settings.resources.cpu < 1000:
        cpu = f"{settings.resources.cpu}m"
        raise NoSizeError(f"resources.cpu is {cpu} and has to be 1 at least: the sizing counts whole cores")
    try:
        workload, pod, assumed = workload_of(settings, version), pod_of(settings, version), assumptions_of(settings)
        missing = memory_shortfalls(pod, assumed)
        if missing:
            raise NoSizeError(shortfall_message(missing[0]))
        capacity = capacity_of(settings, models)
        sizing = size(workload, capacity, settings.racks, assumed)
    except ValueError as error:
        raise NoSizeError(str(error)) from None
    if not sizing.fits:
        shortfall = sizing.missing[0]
        need, have = amount(shortfall.need, shortfall.unit), amount(shortfall.have, shortfall.unit)
        raise NoSizeError(f"{shortfall.constraint}: a pod needs {need}, it has {have}")
    return enough_for_settings(settings, sizing, pod)


def lacks_for_settings(settings: Settings, version: str) -> list[str]:
    """Return one message for each shortfall of a pod's memory against the limits in its settings."""
    try:
        return [
            shortfall_message(shortfall)
            for shortfall in memory_shortfalls(pod_of(settings, version), assumptions_of(settings))
        ]
    except ValueError:
        return []


def lacks_for_workload(settings: Settings, version: str, models: Sequence[HostModel]) -> list[str]:
    """Return one message for each shortfall of the written size against the workload; none if the workload is
    incomplete.

    Shortfalls of the settings alone are left out: ``lacks_for_settings`` returns them.
    """
    try:
        workload, pod, assumed = workload_of(settings, version), pod_of(settings, version), assumptions_of(settings)
        capacity = capacity_of(settings, models)
        size = SizeToCheck(settings.racks, int(settings.size), pod, capacity.network_bits_per_second, capacity.devices)
        missing = shortfalls(workload, size, assumed)
    except ValueError:
        return []
    known = memory_shortfalls(pod, assumed)
    return [shortfall_message(shortfall) for shortfall in missing if shortfall not in known]


def sizing_of(settings: Settings, version: str, models: Sequence[HostModel]) -> tuple[Sizing, tuple[Shortfall, ...]]:
    """Return the sizing of a cluster as it is defined, its pods with their own settings, and what it lacks for its
    workload until the planned date. Raises ValueError if the sizing can't read the settings."""
    workload, pod, assumed = workload_of(settings, version), pod_of(settings, version), assumptions_of(settings)
    capacity, pods = capacity_of(settings, models), int(settings.size)
    size = SizeToCheck(settings.racks, pods, pod, capacity.network_bits_per_second, capacity.devices)
    sizing = sized(workload, capacity, settings.racks, pods, assumed)
    return replace(sizing, pod=pod), shortfalls(workload, size, assumed)


def figures_of(settings: Settings, version: str, models: Sequence[HostModel], pods: int) -> tuple[Figure, ...]:
    """Return every figure of one node at the planned date, with ``pods`` nodes in the cluster; none if the workload is
    incomplete."""
    try:
        workload, capacity = workload_of(settings, version), capacity_of(settings, models)
        pods_per_rack = max(1, pods // settings.racks)
        return figures(sized(workload, capacity, settings.racks, pods_per_rack, assumptions_of(settings)))
    except ValueError:
        return ()


def enough_for_settings(settings: Settings, sizing: Sizing, pod: PodSettings) -> AutoSize:
    """Return the first size, from that of ``sizing`` up, at which the limits in the settings suffice, too."""
    decides = str(sizing.binding)
    for pods in range(sizing.nodes_per_rack, MAX_PODS // settings.racks + 1):
        size = SizeToCheck(settings.racks, pods, pod, sizing.capacity.network_bits_per_second, sizing.capacity.devices)
        missing = shortfalls(sizing.workload, size, sizing.assumptions)
        if not missing:
            return AutoSize(pods, decides)
        decides = setting_path(missing[0].path)
    raise NoSizeError(shortfall_message(missing[0]))


def shortfall_message(shortfall: Shortfall) -> str:
    """Return a message: what is too small, what it has to be, and the consequence."""
    have, need = amount(shortfall.have, shortfall.unit), amount(shortfall.need, shortfall.unit)
    if shortfall.path == Constraint.COPIES:
        return f"the copies and a majority need {need}, there are {have}"
    if "." not in shortfall.path and "_" not in shortfall.path:
        return f"{shortfall.path}: each node needs {need}, it has {have}"
    if shortfall.unit == "%":
        consequence = f"writes stop, because data fill {need} after the loss that is planned for"
        return f"{setting_path(shortfall.path)} is {have}: {consequence}"
    have = have if shortfall.have else "not set"
    return f"{setting_path(shortfall.path)} is {have} and has to be {need}: {shortfall.reason}"


def setting_path(path: str) -> str:
    """Return a path as in the definitions: ``namespaces.cart.data_size_bytes`` → ``namespaces.cart.dataSize``."""
    above, dot, name = path.rpartition(".")
    return f"{above}{dot}{SETTING_PATHS.get(name, name)}"


def assumptions_of(settings: Settings) -> Assumptions:
    """Return the planning figures, overridden by the settings; of several namespaces the highest value counts."""
    on_devices = [
        namespace.storage_config for namespace in settings.namespaces if namespace.storage is StorageKind.DEVICE
    ]
    parameters = (
        ("post_write_cache_bytes", "post-write-cache", on_devices),
        ("write_cache_bytes", "max-write-cache", on_devices),
        ("defrag_lwm_percent", "defrag-lwm-pct", on_devices),
        ("connections", "proto-fd-max", [settings.service]),
    )
    overrides = {
        figure: max(parameters.get(parameter, getattr(ASSUMPTIONS, figure)) for parameters in places)
        for figure, parameter, places in parameters
        if places and all(isinstance(parameters.get(parameter, 0), int) for parameters in places)
    }
    marks = [parameters.get("defrag-lwm-pct", ASSUMPTIONS.device_used_percent) for parameters in on_devices]
    used = min((mark for mark in marks if isinstance(mark, int)), default=ASSUMPTIONS.device_used_percent)
    return replace(ASSUMPTIONS, **overrides, device_used_percent=min(used, ASSUMPTIONS.device_used_percent))


def workload_of(settings: Settings, version: str) -> Workload:
    """Return the sizing's workload: the cluster's workload in equal shares for its namespaces."""
    asked, count = settings.workload, len(settings.namespaces)
    loads = tuple(
        NamespaceLoad(
            name=namespace.name,
            storage=storage_of(namespace),
            objects=-(-asked.objects // count),
            record=asked.record,
            reads_per_second=-(-asked.reads // count),
            writes_per_second=-(-asked.writes // count),
            replication_factor=namespace.replication_factor,
            strong_consistency=namespace.strong_consistency,
            devices=namespace.devices.count if namespace.devices else 0,
            commit_to_device=namespace.storage_config.get("commit-to-device") is True,
        )
        for namespace in settings.namespaces
    )
    return Workload(loads, parse_version(version), asked.peak, asked.growth_per_month, settings.security.tls)


def storage_of(namespace: NamespaceSettings) -> Storage:
    return Storage.MEMORY if namespace.storage is StorageKind.MEMORY else Storage.DEVICE


def capacity_of(settings: Settings, models: Sequence[HostModel]) -> Capacity:
    return Capacity(
        memory_bytes=settings.resources.memory,
        cores=settings.resources.cpu // 1000,
        network_bits_per_second=min((model.network for model in models), default=0),
        devices=tuple(devices_of(settings, models)),
    )


def devices_of(settings: Settings, models: Sequence[HostModel]) -> Iterator[Device]:
    """Yield the devices of a pod; a partition has its share of the rating of the weakest drive."""
    drives = [drive for model in models for drive in model.drives]
    endurance = min((drive.dwpd for drive in drives), default=0)
    for namespace in settings.namespaces:
        if namespace.devices is not None and namespace.storage is StorageKind.DEVICE:
            wanted = namespace.devices.size
            rating = min((drive.act * min(1, wanted / drive.size) for drive in drives), default=0)
            yield from repeat(Device(wanted, rating, endurance), namespace.devices.count)


def pod_of(settings: Settings, version: str) -> PodSettings:
    stops = [namespace.config.get("stop-writes-sys-memory-pct", 90) for namespace in settings.namespaces]
    return PodSettings(
        memory_bytes=settings.resources.memory,
        cores=settings.resources.cpu // 1000,
        namespaces=tuple(limits_of(namespace, parse_version(version)) for namespace in settings.namespaces),
        server_version=parse_version(version),
        tls=settings.security.tls,
        cgroup_memory_tracking=bool(settings.service.get(TRACKING)),
        stop_writes_sys_memory_percent=min((stop for stop in stops if isinstance(stop, int)), default=90),
    )


def limits_of(namespace: NamespaceSettings, version: tuple[int, ...]) -> NamespaceLimits:
    """Return the limits of a namespace in each pod; a parameter that is not written has the sizing's default.

    Before 7.0 one limit covers indexes and data; from 7.1 on the indexes have a limit of their own.
    """
    in_memory = namespace.storage is StorageKind.MEMORY
    data_size = namespace.data_size if in_memory else 0
    devices = None if in_memory else namespace.devices
    parameters = [(name, namespace.config.get(parameter)) for name, parameter in NAMESPACE_PARAMETERS.items()]
    parameters += [(name, namespace.storage_config.get(parameter)) for name, parameter in STORAGE_PARAMETERS.items()]
    further = {name: value for name, value in parameters if isinstance(value, int)}
    return NamespaceLimits(
        name=namespace.name,
        storage=storage_of(namespace),
        indexes_memory_budget_bytes=0 if version < ONE_LIMIT_BEFORE else namespace.indexes_memory_budget,
        memory_size_bytes=namespace.indexes_memory_budget + data_size if version < ONE_LIMIT_BEFORE else 0,
        data_size_bytes=0 if version < ONE_LIMIT_BEFORE else data_size,
        device_bytes=devices.count * devices.size if devices else 0,
        devices=devices.count if devices else 0,
        set_indexes=sum(1 for entry in namespace.sets if entry.config.get("enable-index")),
        **further,
    )
