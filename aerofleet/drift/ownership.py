"""Who wrote a field of an object, read from its ``metadata.managedFields``.

The API server records for each manager the fields that it wrote last (Kubernetes 1.35, server-side apply, fieldsV1):
``f:NAME`` is a key of a mapping, ``k:{…}`` an entry of a list by its keys, ``v:…`` an entry of a set. A field without
entries below it is owned as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aerofleet.drift.path import Entry, Path

OURS = ("pulumi-kubernetes", "aerofleet")
"""Beginnings of the managers that write what is rendered: the provider's (with a suffix for each resource), and that of
the embedded control plane."""
CONTROLLERS = frozenset(
    {
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubelet",
        "aerospike-operator",
        "aerospike-kuberneter-operator",
        "manager",
        "pod",
        "cert-manager-cainjector",
        "cert-manager-certificates-issuing",
        "cert-manager-certificates-readiness",
        "cert-manager-certificates-trigger",
        "cert-manager-issuers",
        "external-secrets",
        "PrometheusOperator",
        "node-fetch",
    }
)
"""Managers that add fields of their own to objects of others as their daily work: controllers of Kubernetes, AKO 4.5.0
(also its pods, ``pod``, and its client's default, ``manager``), cert-manager, External Secrets, prometheus-operator. A
value of the definitions that one of them changes is drift all the same."""


@dataclass(frozen=True, slots=True)
class Manager:
    """``time``: when it wrote last, in the server's form; ``subresource``: ``scale`` for `kubectl scale`."""

    name: str
    time: str = ""
    subresource: str = ""

    @property
    def is_ours(self) -> bool:
        return self.name.startswith(OURS)

    @property
    def is_controller(self) -> bool:
        return self.name in CONTROLLERS

    def __str__(self) -> str:
        through = f" through the subresource {self.subresource}" if self.subresource else ""
        return f"{self.name}{through}{f' at {self.time}' if self.time else ''}"


def managers_of(live: Mapping[str, Any], path: Path) -> tuple[Manager, ...]:
    """Return who owns the field at ``path`` or a field below it, the latest first; empty where nobody does."""
    found = [
        Manager(str(entry.get("manager") or ""), str(entry.get("time") or ""), str(entry.get("subresource") or ""))
        for entry in _entries(live)
        if entry.get("subresource") != "status" and _owns(entry.get("fieldsV1") or {}, path, live)
    ]
    return tuple(sorted(found, key=lambda manager: manager.time, reverse=True))


def other_writers(live: Mapping[str, Any]) -> tuple[Manager, ...]:
    """Return everybody else who owns anything of the object but its status, controllers left out, the latest first."""
    return tuple(manager for manager in managers_of(live, ()) if not manager.is_ours and not manager.is_controller)


def has_record(live: Mapping[str, Any]) -> bool:
    """Return whether the object says who wrote its fields."""
    return bool(_entries(live))


def _entries(live: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return (live.get("metadata") or {}).get("managedFields") or ()


def _owns(fields: Mapping[str, Any], path: Path, value: Any) -> bool:
    for step in path:
        if not fields:
            return True  # an atomic mapping or list: owned as a whole
        if isinstance(step, str) and not isinstance(step, Entry):
            if f"f:{step}" not in fields:
                return False
            fields = fields[f"f:{step}"]
            value = value.get(step) if isinstance(value, Mapping) else None
            continue
        value = entry_of(value, step)
        inner = next(_keyed(fields, value), None)
        if inner is None:
            # A list that is owned as a whole has no entries below it.
            return not any(key.startswith(("k:", "v:")) for key in fields)
        fields = inner
    return True


def entry_of(value: Any, step: int | str) -> Any:
    """Return the entry of a list: by its name, or by its position."""
    if not isinstance(value, list):
        return None
    if isinstance(step, int):
        return value[step] if step < len(value) else None
    return next((one for one in value if isinstance(one, Mapping) and one.get("name") == step), None)


def _keyed(fields: Mapping[str, Any], value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of a list's entry whose keys are those of ``value``."""
    for key, inner in fields.items():
        if key.startswith("k:") and isinstance(value, Mapping):
            if all(value.get(name) == content for name, content in json.loads(key[2:]).items()):
                yield inner
        elif key.startswith("v:") and json.loads(key[2:]) == value:
            yield inner
