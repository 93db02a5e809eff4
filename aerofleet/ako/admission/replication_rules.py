"""Copies of the data, which change alone or never. A check gets the old cluster, the new one and what is rolled out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_strongly_consistent, namespaces, section
from aerofleet.ako.operator_files import CONFIG_VALIDATION, VALIDATING_WEBHOOK
from aerofleet.ako.replication import changed_factors, factors
from aerofleet.ako.status import Status
from aerofleet.findings import Problem, rule
from aerofleet.units.version import Range

BESIDE_REPLICATION_FACTOR = frozenset({"enableDynamicConfigUpdate", "paused"})


@rule("sc-frozen", scope="change", severity="error", source=f"{CONFIG_VALIDATION}: validateNsConfUpdate")
def strong_consistency_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The strong-consistency of a namespace never changes; written out or left out is a change, too."""
    yield from _frozen(old, new, "strong-consistency", only_strong=False)


@rule("sc-rf-frozen", scope="change", severity="error", source=f"{CONFIG_VALIDATION}: validateNsConfUpdate")
def strong_replication_stays(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The replication-factor of a strongly consistent namespace never changes; writing the default out is a change,
    too.
    """
    yield from _frozen(old, new, "replication-factor", only_strong=True)


def _frozen(old: Cluster, new: Cluster, key: str, *, only_strong: bool) -> Iterator[Problem]:
    for before, after, rack in _pairs(old, new):
        known = {name: namespace for _, name, namespace in namespaces(before)}
        for position, name, namespace in namespaces(after):
            was = known.get(name)
            if was is None or (only_strong and not is_strongly_consistent(namespace)):
                continue
            if was.get(key) != namespace.get(key):
                path = new.config_path(rack, "namespaces", position, key)
                shown = f"{key}: {was[key]}" if key in was else f"no {key}"
                another = "; another one needs another cluster or namespace, and the data moved there"
                yield path, f"{key} of {name} can't change", f"keep {shown}{another}"


@rule(
    "ap-rf-alone",
    scope="change",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateReplicationFactorUpdateComparison",
    operator=Range("4.4.0"),
)
def replication_factor_changes_alone(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """The replication factor of one namespace changes at a time, alone, with dynamic configuration on. A factor that
    is not rolled out yet counts as changing.
    """
    yield from _lone_factor_faults(old.racks, old.spec, new, status.racks if status.is_complete else None)
    if status.is_complete:
        yield from _lone_factor_faults(status.racks, status.spec, new, None)


def _lone_factor_faults(
    racks: list[Rack], spec: dict[str, Any], new: Cluster, rolled_out: list[Rack] | None
) -> Iterator[Problem]:
    """Yield the faults of one comparison: from ``racks`` and their ``spec`` to the new cluster."""
    changed = changed_factors(racks, new.racks)
    if not changed:
        return
    names = dict.fromkeys(name for _, name in changed)
    rack_id, name = changed[0]
    rack = next(rack for rack in new.racks if rack.id == rack_id)
    position = next(position for position, configured, _ in namespaces(rack.config) if configured == name)
    path = new.config_path(rack, "namespaces", position, "replication-factor")
    text = ", ".join(names)
    if len(names) > 1:
        yield path, f"the factor of {text} changes at once", "one namespace after the other"
    if rolled_out is not None and not set(changed) <= factors(rolled_out).keys():
        yield path, f"{text} is still being added", "wait for the roll-out"
    if factors(racks).keys() != factors(new.racks).keys() or _rest(spec) != _rest(new.spec):
        before, after = _rest(spec), _rest(new.spec)
        others = [f"spec.{key}" for key in {**before, **after} if before.get(key) != after.get(key)]
        beside = ", ".join(others) or "something else"
        message = f"the factor of {text} changes beside {beside}, or a roll-out is under way"
        yield path, message, _alone(spec, new)
    if not new.is_dynamic:
        message = f"the factor of {text} changes without dynamic configuration"
        yield path, message, "set enableDynamicConfigUpdate: true"


def _alone(spec: dict[str, Any], new: Cluster) -> str:
    """Return a hint. A cluster whose size is computed gets another one with more copies: it has to be pinned first."""
    was, racks = spec.get("size"), len(new.racks)
    if was == new.spec.get("size") or not isinstance(was, int) or was % racks:
        return "change it alone"
    pinned = f"where the definitions have `size: auto`, write `size: {was // racks}` first"
    return f"change it alone, and keep the size of {was} pods: {pinned}"


def _rest(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the spec without what may change beside a replication factor."""
    rest = {key: value for key, value in spec.items() if key not in BESIDE_REPLICATION_FACTOR}
    rest["aerospikeConfig"] = _without_factors(section(spec, "aerospikeConfig"))
    racks = section(spec, "rackConfig").get("racks")
    if racks:
        kept = [{**rack, "aerospikeConfig": _without_factors(section(rack, "aerospikeConfig"))} for rack in racks]
        rest["rackConfig"] = {**section(spec, "rackConfig"), "racks": kept}
    return rest


def _without_factors(config: Config) -> Config:
    listed = config.get("namespaces")
    if not isinstance(listed, list):
        return config
    kept = [
        {key: value for key, value in namespace.items() if key != "replication-factor"}
        if isinstance(namespace, dict)
        else namespace
        for namespace in listed
    ]
    return {**config, "namespaces": kept}


def _pairs(old: Cluster, new: Cluster) -> Iterator[tuple[Config, Config, Rack]]:
    """Yield (old, new, rack) of the configuration of the cluster and of every rack that stays."""
    first = new.distinct_racks[0]
    yield old.config, new.config, first
    before = {rack.id: rack for rack in old.racks}
    compared: set[tuple[int, int]] = {(id(old.config), id(new.config))}
    for rack in new.racks:
        known = before.get(rack.id)
        if known is None or (known.is_shared and rack.is_shared):
            continue
        if (id(known.config), id(rack.config)) not in compared:
            compared.add((id(known.config), id(rack.config)))
            yield known.config, rack.config, rack
