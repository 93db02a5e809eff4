"""Reasons for what no rule knows: fields that the API server drops, and values that no schema has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.admission.definition import UNKNOWN_FIELD
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_file import is_same
from aerofleet.ako.config_schema import new_choices
from aerofleet.ako.new_fields import new_field_changes
from aerofleet.ako.operator_files import DEFINITION
from aerofleet.findings import Effect, Reason, declared

UNKNOWN_EFFECT = declared(
    "unknown-effect",
    "A field of the definition changes, and no rule knows what the operator does with it.",
    scope="change",
    severity="severe",
    source=f"{DEFINITION}",
)
UNKNOWN_VALUE = declared(
    "unknown-value",
    "A value is none of those that the schema of the parameter, or Kubernetes, has at any known version.",
    scope="change",
    severity="severe",
    source="Aerospike configuration schemas, 6.0 to 8.2; Kubernetes 1.35, API of pods",
)

NO_RULE = "unknown: no rule knows what this field does"
"""Message for a field that the definition has: the operator does something with it."""

EVERY = "*"
CHOICES: dict[tuple[str, ...], frozenset[str]] = {
    ("dnsPolicy",): frozenset({"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"}),
    ("tolerations", EVERY, "effect"): frozenset({"", "NoSchedule", "PreferNoSchedule", "NoExecute"}),
    ("tolerations", EVERY, "operator"): frozenset({"", "Equal", "Exists"}),
    ("sidecars", EVERY, "imagePullPolicy"): frozenset({"", "Always", "IfNotPresent", "Never"}),
    ("initContainers", EVERY, "imagePullPolicy"): frozenset({"", "Always", "IfNotPresent", "Never"}),
}
"""Place in a pod spec → the values that Kubernetes knows there. The operator checks none. Source: Kubernetes 1.35."""


def unknown_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for every field and value of ``new`` that no rule knows and that differs from ``old``."""
    before, after = old.reading.pruned, new.reading.pruned
    for path in sorted(before.keys() | after.keys()):
        if path in before and path in after and is_same(before[path], after[path]):
            continue
        message = "unknown: no rule knows this field; the API server drops it"
        yield UNKNOWN_FIELD.reason(Effect.DATA_AT_RISK, path, message)
    for path in new_field_changes(old.spec, new.spec, new.operator):
        yield UNKNOWN_EFFECT.reason(Effect.DATA_AT_RISK, path, NO_RULE)
    specs = [("spec.podSpec", old.pod_spec, new.pod_spec)]
    known = {rack.id: rack.pod_spec for rack in old.racks}
    for rack in new.racks:
        if rack.own.get("podSpec"):
            place = f"spec.rackConfig.racks[{rack.position}].podSpec"
            specs.append((place, known.get(rack.id, {}), rack.pod_spec))
    for place, was, now in specs:
        for keys, choices in CHOICES.items():
            yield from _values(place, keys, choices, was, now)


def choice_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for every value of a parameter that a newer server may know, and that no version with data has."""
    for path, message in sorted({*new_choices(new)} - {*new_choices(old)}):
        yield UNKNOWN_VALUE.reason(Effect.DATA_AT_RISK, path, f"unknown: {message} at any version with data")


def _values(place: str, keys: tuple[str, ...], choices: frozenset[str], was: Any, now: Any) -> Iterator[Reason]:
    before = dict(_at(was, keys, place))
    for path, value in _at(now, keys, place):
        if value not in choices and before.get(path) != value:
            message = f"unknown: {value} is none of {', '.join(sorted(choice for choice in choices if choice))}"
            yield UNKNOWN_VALUE.reason(Effect.DATA_AT_RISK, path, message)


def _at(value: Any, keys: tuple[str, ...], path: str) -> Iterator[tuple[str, str]]:
    """Yield (path, text) for every text at ``keys`` below ``value``."""
    if not keys:
        if isinstance(value, str):
            yield path, value
    elif keys[0] == EVERY:
        for position, entry in enumerate(value if isinstance(value, list) else ()):
            yield from _at(entry, keys[1:], f"{path}[{position}]")
    elif isinstance(value, dict):
        yield from _at(value.get(keys[0]), keys[1:], f"{path}.{keys[0]}")


RULES = (UNKNOWN_EFFECT, UNKNOWN_VALUE)
