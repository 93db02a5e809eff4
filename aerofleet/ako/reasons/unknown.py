"""What no rule knows: fields that the API server drops, values that Kubernetes has no meaning for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_file import is_same
from aerofleet.ako.new_fields import new_field_changes
from aerofleet.findings.effect import Effect, Reason, reason_of

NO_RULE = "unknown: no rule knows what this field does"
"""Said of a field that the definition has: the operator does something with it."""

EVERY = "*"
CHOICES: dict[tuple[str, ...], frozenset[str]] = {
    ("dnsPolicy",): frozenset({"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"}),
    ("tolerations", EVERY, "effect"): frozenset({"", "NoSchedule", "PreferNoSchedule", "NoExecute"}),
    ("tolerations", EVERY, "operator"): frozenset({"", "Equal", "Exists"}),
    ("sidecars", EVERY, "imagePullPolicy"): frozenset({"", "Always", "IfNotPresent", "Never"}),
    ("initContainers", EVERY, "imagePullPolicy"): frozenset({"", "Always", "IfNotPresent", "Never"}),
}
"""Places in a pod spec where Kubernetes knows few values and the operator checks none. Source: Kubernetes 1.35."""


def unknown_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    before, after = old.reading.pruned, new.reading.pruned
    for path in sorted(before.keys() | after.keys()):
        if path in before and path in after and is_same(before[path], after[path]):
            continue
        message = "unknown: no rule knows this field; the API server drops it"
        yield reason_of(Effect.DATA_AT_RISK, "unknown-field", path, message)
    for path in new_field_changes(old.spec, new.spec, new.operator):
        yield reason_of(Effect.DATA_AT_RISK, "unknown-field", path, NO_RULE)
    specs = [("spec.podSpec", old.pod_spec, new.pod_spec)]
    known = {rack.id: rack.pod_spec for rack in old.racks}
    for rack in new.racks:
        if rack.own.get("podSpec"):
            place = f"spec.rackConfig.racks[{rack.position}].podSpec"
            specs.append((place, known.get(rack.id, {}), rack.pod_spec))
    for place, was, now in specs:
        for keys, choices in CHOICES.items():
            yield from _values(place, keys, choices, was, now)


def _values(place: str, keys: tuple[str, ...], choices: frozenset[str], was: Any, now: Any) -> Iterator[Reason]:
    before = dict(_at(was, keys, place))
    for path, value in _at(now, keys, place):
        if value not in choices and before.get(path) != value:
            message = f"unknown: {value} is none of {', '.join(sorted(choice for choice in choices if choice))}"
            yield reason_of(Effect.DATA_AT_RISK, "unknown-value", path, message)


def _at(value: Any, keys: tuple[str, ...], path: str) -> Iterator[tuple[str, str]]:
    if not keys:
        if isinstance(value, str):
            yield path, value
    elif keys[0] == EVERY:
        for place, each in enumerate(value if isinstance(value, list) else ()):
            yield from _at(each, keys[1:], f"{path}[{place}]")
    elif isinstance(value, dict):
        yield from _at(value.get(keys[0]), keys[1:], f"{path}.{keys[0]}")
