"""Owns the way from a workload to memory, devices, network and nodes, and the report of the result.

Imports `aerofleet.findings` and `aerofleet.units` only; must not import definitions or Aerospike's parameters.

>>> from aerofleet.sizing import Device, Capacity, NamespaceLoad, Storage, Workload, size
>>> shop = NamespaceLoad("shop", Storage.DEVICE, 200_000_000, 1500, reads_per_second=40_000, writes_per_second=8_000)
>>> capacity = Capacity(64 << 30, 16, 25_000_000_000, (Device(1_600_000_000_000, 30, 3),) * 2)
>>> size(Workload((shop,), (8, 1, 1), peak_factor=3), capacity, racks=3).nodes
3
"""

from aerofleet.sizing.assumptions import SOURCES, Assumptions
from aerofleet.sizing.cluster import Sizing, Totals, size, sized
from aerofleet.sizing.constraint import Comparison, Constraint
from aerofleet.sizing.explain import figures
from aerofleet.sizing.figure import Figure
from aerofleet.sizing.headroom import Survive
from aerofleet.sizing.pod import NamespaceLimits, PodSettings
from aerofleet.sizing.record import Bin, Particle, Record
from aerofleet.sizing.shortfall import Shortfall, SizeToCheck, memory_shortfalls, shortfalls
from aerofleet.sizing.threshold import Threshold, thresholds
from aerofleet.sizing.workload import Capacity, Device, NamespaceLoad, Storage, Workload, host_share, memory_for_pods
from aerofleet.units.version import parse_version

__all__ = [
    "SOURCES",
    "Assumptions",
    "Bin",
    "Capacity",
    "Comparison",
    "Constraint",
    "Device",
    "Figure",
    "NamespaceLimits",
    "NamespaceLoad",
    "Particle",
    "PodSettings",
    "Record",
    "Shortfall",
    "SizeToCheck",
    "Sizing",
    "Storage",
    "Survive",
    "Threshold",
    "Totals",
    "Workload",
    "figures",
    "host_share",
    "memory_for_pods",
    "memory_shortfalls",
    "parse_version",
    "shortfalls",
    "size",
    "sized",
    "thresholds",
]
