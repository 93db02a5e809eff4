"""Decide about the pending operations of a crashed run. Pure: state and look-ups in, decisions out.

The provider refuses to create an object that already exists. So after a crash between the write to the server and the
write to the state, the object has to be adopted; after a crash before both, the pending operation has to be dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.units.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE
from aerofleet.units.object_identity import namespaced

Lookup = Callable[[str, str, str, str], Mapping[str, Any] | None]
"""(apiVersion, kind, namespace, name) → the object on the server, or None."""

Holder = Callable[[str], str]
"""URN → another stack of the cell whose state has that resource, or an empty text."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The decisions for all pending operations.

    ``adopt``: (URN, id) of objects that exist; ``forget``: URNs of objects that do not; ``redo``: URNs whose operation
    the next `up` repeats; ``refused``: a message for every object that exists and is not ours.

    ``elsewhere``: (URN, stack) of objects in the state of another stack, because a move was begun or reverted while the
    definitions differed. They are not adopted: two states would have them, and either stack could delete them.
    """

    adopt: tuple[tuple[str, str], ...] = ()
    forget: tuple[str, ...] = ()
    redo: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str], ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.adopt or self.forget or self.redo or self.refused or self.elsewhere)


def pending_operations(state: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return tuple((state.get("deployment") or {}).get("pending_operations") or ())


def resources_of(state: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return URN → resource of every existing resource in the state.

    A resource that was deleted for its replacement is left out: the engine keeps it in the state until the replacement
    exists.
    """
    resources = (state.get("deployment") or {}).get("resources") or ()
    return {resource["urn"]: resource for resource in resources if not resource.get("pendingReplacement")}


def context_of(state: Mapping[str, Any]) -> str:
    """Return the kubeconfig context of the stack's provider; empty if the state has no provider yet.

    The definitions may have changed since the last `up`, or may be unreadable when a recovery is needed.
    """
    for resource in (state.get("deployment") or {}).get("resources") or ():
        if resource["type"] == "pulumi:providers:kubernetes":
            return str((resource.get("inputs") or {}).get("context", ""))
    return ""


def plan_recovery(state: Mapping[str, Any], look_up: Lookup, holder: Holder) -> Recovery:
    """Return the decision for every pending operation of an exported ``state``."""
    adopt: list[tuple[str, str]] = []
    forget: list[str] = []
    redo: list[str] = []
    refused: list[str] = []
    elsewhere: list[tuple[str, str]] = []
    finished = set(resources_of(state))
    for operation in pending_operations(state):
        resource = operation["resource"]
        urn = str(resource["urn"])
        if operation["type"] != "creating" or is_patch(resource["type"]):
            # The next `up` sends updates, patches and deletes again; sending them twice changes nothing.
            redo.append(urn)
            continue
        reference = object_reference(resource)
        if urn in finished or reference is None:
            forget.append(urn)
            continue
        existing = look_up(*reference)
        if existing is None:
            forget.append(urn)
        elif is_ours(existing) and (other := holder(urn)):
            elsewhere.append((urn, other))
        elif is_ours(existing):
            adopt.append((urn, namespaced(reference[2], reference[3])))
        else:
            refused.append(
                f"{reference[1]} {namespaced(reference[2], reference[3])} is on the server without the label "
                f"{MANAGED_BY_LABEL}={MANAGED_BY_VALUE}: somebody else made it. "
                "Delete or rename it, then run this again"
            )
    return Recovery(tuple(adopt), tuple(forget), tuple(redo), tuple(refused), tuple(elsewhere))


def with_lost_creates(state: Mapping[str, Any], planned: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the state with those ``planned`` creates as pending operations that an earlier run may have sent.

    If only the provider plugin crashed, the engine removed its pending operation, though the server may have created
    the object. Patches are left out: the next `up` sends them again. So are replacements of resources that still exist.
    """
    existing = resources_of(state)
    providers = {f"{urn}::{resource.get('id')}" for urn, resource in existing.items()}
    pending = [
        {"type": "creating", "resource": resource}
        for resource in planned
        if resource.get("provider") in providers and resource["urn"] not in existing and not is_patch(resource["type"])
    ]
    return {**state, "deployment": {**state["deployment"], "pending_operations": pending}}


def recovered_state(state: Mapping[str, Any], recovery: Recovery) -> dict[str, Any]:
    """Return the state with the adopted objects, by their ids, and without pending operations.

    `pulumi refresh` has to read the adopted objects afterwards. Patches, updates and deletes need no change of the
    state: their resources are in it as before, so the next `up` plans the same operations.
    """
    ids = dict(recovery.adopt)
    adopted = {
        urn: {**operation["resource"], "id": ids[urn], "outputs": {}}
        for operation in pending_operations(state)
        if (urn := operation["resource"]["urn"]) in ids
    }
    deployment = {key: value for key, value in state["deployment"].items() if key != "pending_operations"}
    # A replacement takes the position of the replaced resource: before its dependents.
    resources = [adopted.pop(resource["urn"], resource) for resource in deployment.get("resources") or ()]
    return {**state, "deployment": {**deployment, "resources": [*resources, *adopted.values()]}}


def unread(state: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (URN, id) of adopted objects without outputs: the recovery was cut off before it read them."""
    resources = (state.get("deployment") or {}).get("resources") or ()
    return tuple(
        (resource["urn"], resource["id"])
        for resource in resources
        if object_reference(resource) and resource.get("id") and not resource.get("outputs")
    )


def is_patch(resource_type: str) -> bool:
    return resource_type.startswith("kubernetes:") and resource_type.endswith("Patch")


def object_reference(resource: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """Return (apiVersion, kind, namespace, name) of a pending Kubernetes object; None for any other resource."""
    inputs = resource.get("inputs") or {}
    name = (inputs.get("metadata") or {}).get("name")
    if not str(resource["type"]).startswith("kubernetes:") or not name:
        return None
    return str(inputs["apiVersion"]), str(inputs["kind"]), str(inputs["metadata"].get("namespace") or ""), str(name)


def is_ours(manifest: Mapping[str, Any]) -> bool:
    labels = (manifest.get("metadata") or {}).get("labels") or {}
    return bool(labels.get(MANAGED_BY_LABEL) == MANAGED_BY_VALUE)
