"""What to do with operations that a crashed run left open. Pure: state and look-ups in, decisions out.

The provider refuses to create what already exists, and rightly. So after a crash between the server's write and the
state's, the object has to be adopted, and after a crash before the write, the note about it has to be dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.model.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE

Lookup = Callable[[str, str, str, str], Mapping[str, Any] | None]
"""(apiVersion, kind, namespace, name) → the object on the server, or None where there is none."""

Holder = Callable[[str], str]
"""URN → another stack of the cell whose state holds that resource, or an empty text."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """``adopt`` are (URN, id) of objects that are there; ``forget`` URNs of which nothing is; ``refused`` says why in
    words where an object is there and is not ours; ``redo`` are operations that the next `up` simply repeats.

    ``elsewhere`` are (URN, stack) of objects that another stack holds: a move was begun, or taken back, while the
    definitions said otherwise. Adopted, they would stand in two states, and either stack could delete them.
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


def held(state: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """URN → resource of all that the state holds as made.

    Not of those that were deleted to make room for a replacement: the engine keeps them until it has that one.
    """
    resources = (state.get("deployment") or {}).get("resources") or ()
    return {resource["urn"]: resource for resource in resources if not resource.get("pendingReplacement")}


def context_of(state: Mapping[str, Any]) -> str:
    """The kubeconfig context the stack was applied to, from its own provider; empty where it has none yet.

    Not from the definitions: they may have changed since, or not be readable, when somebody needs a recovery.
    """
    for resource in (state.get("deployment") or {}).get("resources") or ():
        if resource["type"] == "pulumi:providers:kubernetes":
            return str((resource.get("inputs") or {}).get("context", ""))
    return ""


def plan_recovery(state: Mapping[str, Any], look_up: Lookup, holder: Holder) -> Recovery:
    """Decide for every pending operation of an exported ``state``."""
    adopt: list[tuple[str, str]] = []
    forget: list[str] = []
    redo: list[str] = []
    refused: list[str] = []
    elsewhere: list[tuple[str, str]] = []
    finished = set(held(state))
    for operation in pending_operations(state):
        resource = operation["resource"]
        urn = str(resource["urn"])
        if operation["type"] != "creating" or is_patch(resource["type"]):
            # Updates, patches and deletes are sent again by the next `up`; sending them twice changes nothing.
            redo.append(urn)
            continue
        reference = object_reference(resource)
        if urn in finished or reference is None:
            forget.append(urn)
            continue
        found = look_up(*reference)
        if found is None:
            forget.append(urn)
        elif is_ours(found) and (other := holder(urn)):
            elsewhere.append((urn, other))
        elif is_ours(found):
            adopt.append((urn, object_id(reference[2], reference[3])))
        else:
            refused.append(
                f"{reference[1]} {object_id(reference[2], reference[3])} is on the server without the label "
                f"{MANAGED_BY_LABEL}={MANAGED_BY_VALUE}: somebody else made it. "
                "Delete or rename it, then run this again"
            )
    return Recovery(tuple(adopt), tuple(forget), tuple(redo), tuple(refused), tuple(elsewhere))


def with_lost_creates(state: Mapping[str, Any], planned: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The state as if the ``planned`` creates were pending, as far as an earlier run can have sent them.

    Where only the provider plugin died, the engine lived on to strike its note, though the server may have written.
    Patches are left out: the next `up` sends them again. So are replacements of what is still there to be deleted.
    """
    there = held(state)
    providers = {f"{urn}::{resource.get('id')}" for urn, resource in there.items()}
    pending = [
        {"type": "creating", "resource": resource}
        for resource in planned
        if resource.get("provider") in providers and resource["urn"] not in there and not is_patch(resource["type"])
    ]
    return {**state, "deployment": {**state["deployment"], "pending_operations": pending}}


def recovered_state(state: Mapping[str, Any], recovery: Recovery) -> dict[str, Any]:
    """The state with the adopted objects in it, by their ids, and nothing pending.

    What the server holds of them has to be read afterwards (`pulumi refresh`). Patches, updates and deletes need no
    trace: their resources stand in the state as they were, so the next `up` finds the same work.
    """
    ids = dict(recovery.adopt)
    adopted = {
        urn: {**operation["resource"], "id": ids[urn], "outputs": {}}
        for operation in pending_operations(state)
        if (urn := operation["resource"]["urn"]) in ids
    }
    deployment = {key: value for key, value in state["deployment"].items() if key != "pending_operations"}
    # A replacement stands where the replaced one stood: before what depends on it.
    resources = [adopted.pop(resource["urn"], resource) for resource in deployment.get("resources") or ()]
    return {**state, "deployment": {**deployment, "resources": [*resources, *adopted.values()]}}


def unread(state: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(URN, id) of objects that a recovery adopted and did not come to read, because it was itself cut off."""
    resources = (state.get("deployment") or {}).get("resources") or ()
    return tuple(
        (resource["urn"], resource["id"])
        for resource in resources
        if object_reference(resource) and resource.get("id") and not resource.get("outputs")
    )


def is_patch(resource_type: str) -> bool:
    return resource_type.startswith("kubernetes:") and resource_type.endswith("Patch")


def object_reference(resource: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """(apiVersion, kind, namespace, name) of a pending Kubernetes object; None for anything else."""
    inputs = resource.get("inputs") or {}
    name = (inputs.get("metadata") or {}).get("name")
    if not str(resource["type"]).startswith("kubernetes:") or not name:
        return None
    return str(inputs["apiVersion"]), str(inputs["kind"]), str(inputs["metadata"].get("namespace") or ""), str(name)


def object_id(namespace: str, name: str) -> str:
    """The provider's id of an object."""
    return f"{namespace}/{name}" if namespace else name


def is_ours(found: Mapping[str, Any]) -> bool:
    labels = (found.get("metadata") or {}).get("labels") or {}
    return bool(labels.get(MANAGED_BY_LABEL) == MANAGED_BY_VALUE)
