"""Hazards of a change of aerospikeConfig alone."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.parameters import data_version, nodes_at
from aerofleet.ako.config_change import ConfigChange, Difference
from aerofleet.ako.config_file import is_same
from aerofleet.ako.operator_files import CONTROLLER, LIBRARY
from aerofleet.ako.reasons.live import live_mangled, live_order, live_refused
from aerofleet.ako.reasons.parameters import unknown_parameter
from aerofleet.ako.reasons.pods import half_applied, operator_panics
from aerofleet.ako.restart import LIVE
from aerofleet.findings import Problem, Rule, rule


@rule(
    "order-restarts",
    scope="config",
    severity="warning",
    remedy="the order that is running",
    source=f"{LIBRARY}, asconfig/confdiff.go: isValueDiff; {CONTROLLER}/pod.go: getRollingRestartTypeMap",
)
def order_restarts(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """A list is the same in another order. Servers restart for it, although nothing changes."""
    for key in change.reordered:
        yield key, "holds the same in another order"


@rule(
    "default-restarts",
    scope="config",
    severity="info",
    remedy="the line as it was, unless servers restart anyway",
    source=f"{LIBRARY}, asconfig/confdiff.go: detailedDiff",
)
def default_restarts(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """A default is written out, or taken away. It counts as a change, and restarts servers."""
    if kind == LIVE:
        return
    for difference in _of_what_stays(change):
        sides = [side for side in (difference.before, difference.after) if side is not None]
        defaults = [node.get("default") for node in nodes_at(data_version(version), difference.parameter)]
        # The variants of a section (memory, device) have different defaults of `type`.
        if len(sides) == 1 and defaults and all(is_same(default, sides[0]) for default in defaults):
            yield difference.key, f"{sides[0]} is the default: nothing but the file changes"


@rule(
    "one-static-restarts-all",
    scope="config",
    severity="info",
    remedy="static and dynamic parameters in two changes",
    source=f"{CONTROLLER}/pod.go: isAllDynamicConfig",
)
def one_static_restarts_all(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """One static parameter makes the whole change a restart; the others could have been set live."""
    live = [difference.key for difference in _of_what_stays(change) if difference.is_dynamic]
    if change.static and live:
        yield change.static[0], f"restarts servers also for {', '.join(live)}"


def _of_what_stays(change: ConfigChange) -> list[Difference]:
    """Return the differences outside of entries that are new or removed as a whole."""
    entries = [difference.names[:-1] for difference in change.differences if difference.names[-1] == "name"]
    return [
        difference
        for difference in change.differences
        if not any(difference.names[: len(entry)] == entry for entry in entries)
    ]


@rule(
    "devices-added-restart",
    scope="config",
    severity="info",
    remedy="device and dynamic parameters in two changes",
    source=f"{CONTROLLER}/pod.go: getRollingRestartTypePod, handleNSOrDeviceAddition",
)
def devices_added_restart(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """A block device is added, so servers restart also for parameters that could be set live."""
    if change.adds_devices and change.differences and change.is_dynamic:
        yield change.differences[0].key, "could be set live, but a device is added beside it"


RULES = (order_restarts, default_restarts, one_static_restarts_all, devices_added_restart)

CONFIG_HAZARDS: tuple[Rule[[str, ConfigChange, str]], ...] = (
    half_applied,
    order_restarts,
    default_restarts,
    one_static_restarts_all,
    operator_panics,
    unknown_parameter,
    devices_added_restart,
    live_refused,
    live_order,
    live_mangled,
)
"""With the rules that are reasons as well: these are beside the reasons."""
