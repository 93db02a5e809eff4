"""The constraints of a cluster: every need of a node compared with the resources of its host."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aerofleet.sizing.node import NodeNeed
from aerofleet.sizing.workload import Capacity


class Constraint(StrEnum):
    COPIES = "copies and majority"
    MEMORY = "memory"
    DEVICE_CAPACITY = "device capacity"
    DEVICE_SPEED = "device speed (ACT)"
    ENDURANCE = "device endurance (DWPD)"
    NETWORK = "network"
    CORES = "cores"
    OPERATIONS = "operations per node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A need and the resource for it. Without a measurement ``have`` is 0 and ``known`` is false: there is no
    verdict.
    """

    constraint: Constraint
    need: float
    have: float
    unit: str
    known: bool = True

    @property
    def fits(self) -> bool:
        return not self.known or self.need <= self.have

    @property
    def use(self) -> float:
        """The need as a share of the resource."""
        if not self.known or not self.need:
            return 0.0
        return self.need / self.have if self.have else float("inf")


@dataclass(frozen=True, slots=True)
class Limits:
    """The resources of one node; ``act_rating`` and ``writable_bytes_per_day`` are 0 if unknown."""

    memory_bytes: int
    device_bytes: int
    act_rating: float
    writable_bytes_per_day: int
    network_bits_per_second: int
    cores: int
    operations_per_second: int


def limits_of(capacity: Capacity, operations_per_second: int) -> Limits:
    return Limits(
        capacity.memory_bytes,
        capacity.device_bytes,
        capacity.act_rating,
        capacity.writable_bytes_per_day,
        capacity.network_bits_per_second,
        capacity.cores,
        operations_per_second,
    )


def fits(need: NodeNeed, limits: Limits) -> bool:
    """Return whether all of :func:`comparisons` fit, without making them: the search calls it for every candidate."""
    return (
        need.memory_limit_bytes <= limits.memory_bytes
        and need.device_bytes <= limits.device_bytes
        and need.network_bits_per_second <= limits.network_bits_per_second
        and need.cores <= limits.cores
        and need.operations_per_second <= limits.operations_per_second
        and (need.act_load <= limits.act_rating or not limits.act_rating)
        and (need.written_bytes_per_day <= limits.writable_bytes_per_day or not limits.writable_bytes_per_day)
    )


def comparisons(need: NodeNeed, limits: Limits) -> tuple[Comparison, ...]:
    """Return all comparisons of one node except the copies. A rating of 0 is unknown if there is a load on the
    devices.
    """
    act, per_day = limits.act_rating, limits.writable_bytes_per_day
    act_known = act > 0 or not need.act_load
    per_day_known = per_day > 0 or not need.written_bytes_per_day
    return (
        Comparison(Constraint.MEMORY, need.memory_limit_bytes, limits.memory_bytes, "B"),
        Comparison(Constraint.DEVICE_CAPACITY, need.device_bytes, limits.device_bytes, "B"),
        Comparison(Constraint.DEVICE_SPEED, need.act_load, act, "x", act_known),
        Comparison(Constraint.ENDURANCE, need.written_bytes_per_day, per_day, "B/day", per_day_known),
        Comparison(Constraint.NETWORK, need.network_bits_per_second, limits.network_bits_per_second, "bit/s"),
        Comparison(Constraint.CORES, need.cores, limits.cores, "cores"),
        Comparison(Constraint.OPERATIONS, need.operations_per_second, limits.operations_per_second, "ops/s"),
    )


def tightest(need: NodeNeed, limits: Limits) -> Comparison:
    return max(comparisons(need, limits), key=lambda comparison: comparison.use)
