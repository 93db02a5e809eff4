"""Racks, batches, and how many pods may be away."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from aerofleet.ako.batches import BATCHES, percent_of, unsafe_batches
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import is_strongly_consistent, namespaces, replication_factor, section
from aerofleet.ako.operator_files import VALIDATING_WEBHOOK
from aerofleet.findings import Problem, rule
from aerofleet.units.names import DNS_LABEL
from aerofleet.units.version import Range


@rule(
    "rackid-override-single",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateRackConfig",
    operator=Range("4.3.0"),
)
def override_has_one_rack(cluster: Cluster) -> Iterator[Problem]:
    """With rack ids taken from pod annotations the spec has one rack only."""
    if cluster.spec.get("enableRackIDOverride") is True and len(cluster.racks) > 1:
        yield (
            "spec.rackConfig.racks",
            f"{len(cluster.racks)} racks beside enableRackIDOverride",
            "keep one rack, or switch it off",
        )


@rule(
    "rackid-override-namespaces",
    scope="cluster",
    severity="warning",
    source=f"{VALIDATING_WEBHOOK}: validateRackConfig",
    operator=Range("4.3.0"),
)
def override_names_namespaces(cluster: Cluster) -> Iterator[Problem]:
    """Rack ids are taken from pod annotations, and `rackConfig.namespaces` is empty: no namespace is rack-aware."""
    if cluster.spec.get("enableRackIDOverride") is True and not cluster.rack_namespaces:
        yield (
            "spec.rackConfig.namespaces",
            "no namespace is rack-aware, so the rack ids have no effect",
            "list the namespaces",
        )


@rule("rack-ns-space", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRackConfig")
def rack_namespaces_have_no_blanks(cluster: Cluster) -> Iterator[Problem]:
    """A name in `rackConfig.namespaces` has no blank."""
    for position, name in enumerate(cluster.rack_namespaces):
        if " " in name:
            yield f"spec.rackConfig.namespaces[{position}]", f"{name!r} has a blank in it", "write the namespace's name"


@rule("rack-dup", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRackConfig")
def rack_ids_differ(cluster: Cluster) -> Iterator[Problem]:
    """No two racks have the same id."""
    seen: set[int] = set()
    for rack in cluster.racks:
        if rack.id in seen:
            yield (
                f"spec.rackConfig.racks[{rack.position}].id",
                f"rack id {rack.id} is used twice",
                "give each rack its own id",
            )
        seen.add(rack.id)


@rule(
    "rack-rev-chars",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateRackConfig",
    operator=Range("4.4.0"),
)
def revisions_are_labels(cluster: Cluster) -> Iterator[Problem]:
    """A rack's revision becomes part of names: lower-case letters, digits and hyphens."""
    for rack in cluster.racks:
        if rack.revision and not DNS_LABEL.fullmatch(rack.revision):
            yield (
                f"spec.rackConfig.racks[{rack.position}].revision",
                f"{rack.revision!r} can't be part of a name",
                "such as v2",
            )


@rule("rack-net-sec", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRackConfig")
def racks_share_network_and_security(cluster: Cluster) -> Iterator[Problem]:
    """A rack's own configuration has no `network` and no `security`."""
    for rack in cluster.racks:
        for key in ("network", "security"):
            if key in section(rack.own, "aerospikeConfig"):
                path = f"spec.rackConfig.racks[{rack.position}].aerospikeConfig.{key}"
                yield path, f"a rack can't have its own {key}", "move it to spec.aerospikeConfig"


@rule("mfd-same", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateRackConfig")
def fill_delay_is_the_same(cluster: Cluster) -> Iterator[Problem]:
    """`migrate-fill-delay` is the same in all racks."""
    delays = [_whole(section(rack.config, "service").get("migrate-fill-delay", 0)) for rack in cluster.racks]
    for rack, delay in zip(cluster.racks, delays, strict=True):
        if delay != delays[0]:
            path = cluster.config_path(rack, "service", "migrate-fill-delay")
            yield path, f"{delay} here, {delays[0]} in the first rack", "set it once, in spec.aerospikeConfig"


def _whole(value: Any) -> Any:
    """Return the value without its fraction, as the operator reads it; what is no number is refused by the schema."""
    return int(value) if isinstance(value, float) and isfinite(value) else value


@rule(
    "rf-same",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateReplicationFactorConsistencyAcrossRacks",
    operator=Range("4.4.0"),
)
def replication_factor_is_the_same(cluster: Cluster) -> Iterator[Problem]:
    """A namespace has the same replication factor in all racks."""
    factors: dict[str, int] = {}
    for rack in cluster.distinct_racks:
        for position, name, namespace in namespaces(rack.config):
            factor = replication_factor(namespace)
            if factors.setdefault(name, factor) != factor:
                path = cluster.config_path(rack, "namespaces", position, "replication-factor")
                yield (
                    path,
                    f"{name}: {factor} here, {factors[name]} in another rack",
                    "set it once, in spec.aerospikeConfig",
                )


@rule("int-or-percent", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateIntOrStringField")
def counts_are_numbers_or_percentages(cluster: Cluster) -> Iterator[Problem]:
    """Values of maxUnavailable, batch sizes and maxIgnorablePods are whole numbers from 0, or `0%` to `100%`."""
    fields = [(f"spec.rackConfig.{key}", cluster.rack_config.get(key)) for key in (*BATCHES, "maxIgnorablePods")]
    if cluster.spec.get("disablePDB") is not True:
        fields.append(("spec.maxUnavailable", cluster.spec.get("maxUnavailable")))
    for path, value in fields:
        number = value if type(value) is int else percent_of(value)
        if value is None:
            continue
        if number is None:
            yield path, f"{value!r} is neither a whole number nor a percentage", "such as 1 or 25%"
        elif number < 0:
            yield path, f"{value} is negative", "0 or more"
        elif type(value) is str and number > 100:
            yield path, f"{value} is more than 100%", "at most 100%"


@rule("batch", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateBatchSize")
def batches_are_safe(cluster: Cluster) -> Iterator[Problem]:
    """A batch size needs two racks, every namespace rack-aware and in two racks, RF 2; scaling down also no SC
    namespace.
    """
    yield from unsafe_batches(cluster, cluster.racks, cluster.rack_namespaces)


@rule(
    "force-block",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateRackBlockedFromRoster",
    operator=Range("4.2.0"),
)
def a_rack_stays_in_the_roster(cluster: Cluster) -> Iterator[Problem]:
    """With forceBlockFromRoster a rack is left in the roster, and there is neither rosterNodeBlockList nor
    maxIgnorablePods.
    """
    blocked = [rack for rack in cluster.racks if rack.is_blocked_from_roster]
    if not blocked:
        return
    path = f"spec.rackConfig.racks[{blocked[0].position}].forceBlockFromRoster"
    if cluster.rack_config.get("maxIgnorablePods") is not None:
        yield path, "can't be combined with maxIgnorablePods", "take one of them away"
    if cluster.spec.get("rosterNodeBlockList"):
        yield path, "can't be combined with rosterNodeBlockList", "take one of them away"
    left = len(cluster.racks) - len(blocked)
    if left == 0:
        yield path, "no rack would be left in the roster", "leave one unblocked"
    elif left == 1 and any(cluster.rack_config.get(key) is not None for key in BATCHES):
        yield path, "one rack would be left while a batch size is set", "take the batch sizes away first"


@rule("maxunavail-rf", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateMaxUnavailable")
def not_all_copies_may_be_away(cluster: Cluster) -> Iterator[Problem]:
    """A number as maxUnavailable is below every replication factor (RF 1 aside) and below the size."""
    if cluster.spec.get("disablePDB") is True or cluster.size <= 1:
        return
    factors = [
        replication_factor(namespace) for rack in cluster.distinct_racks for _, _, namespace in namespaces(rack.config)
    ]
    limit = min([cluster.size, *(factor for factor in factors if factor != 1)])
    value = cluster.spec.get("maxUnavailable")
    if type(value) is int and value >= limit:
        yield (
            "spec.maxUnavailable",
            f"{value} pods away at once could be all copies of a record",
            f"at most {limit - 1}",
        )


@rule("pdb-unused", scope="cluster", severity="warning", source=f"{VALIDATING_WEBHOOK}: validateMaxUnavailable")
def no_budget_without_a_pdb(cluster: Cluster) -> Iterator[Problem]:
    """Nothing reads maxUnavailable while disablePDB is true."""
    if cluster.spec.get("disablePDB") is True and cluster.written.get("maxUnavailable") is not None:
        yield "spec.maxUnavailable", "is dropped, because disablePDB is true", "take one of them away"


def strongly_consistent(rack: Rack) -> frozenset[str]:
    return frozenset(name for _, name, namespace in namespaces(rack.config) if is_strongly_consistent(namespace))


@rule("sc-same-racks", scope="cluster", severity="error", source=f"{VALIDATING_WEBHOOK}: validateSCNamespaces")
def racks_agree_on_strong_consistency(cluster: Cluster) -> Iterator[Problem]:
    """All racks have the same strongly consistent namespaces."""
    racks = cluster.distinct_racks
    for rack in racks[1:]:
        if strongly_consistent(rack) != strongly_consistent(racks[0]):
            path = cluster.config_path(rack, "namespaces")
            yield (
                path,
                "other strongly consistent namespaces than in another rack",
                "set strong-consistency in spec.aerospikeConfig",
            )
