"""The drift of one object: what differs from the rendered one, who wrote it, and the way back."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.drift.compare import Difference, compared
from aerofleet.drift.expected import completed, is_filled_in
from aerofleet.drift.ownership import Manager, has_record, managers_of, other_writers
from aerofleet.drift.path import ABSENT, pointer, shown, value_at
from aerofleet.drift.putting_back import PuttingBack, effect_of, wanted_at
from aerofleet.drift.rules import FIELD_ADDED, FIELD_CHANGED, NOT_DEPLOYED, OBJECT_LEFT_OVER, OBJECT_REMOVED
from aerofleet.drift.text import difference_text, value_text, writers_text
from aerofleet.findings import Finding, Subject
from aerofleet.findings.effect import Effect
from aerofleet.findings.finding import Severity
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.names import POOL_LABEL
from aerofleet.units.object_identity import kind_of, label_of, metadata_of, name_of

Object = Mapping[str, Any]

MEASURING = frozenset({"PodMonitor", "PrometheusRule"})
"""Kinds that only measure: no cluster depends on them."""
PATCHED = frozenset({"Node"})
"""Kinds of which the definitions only have some fields: all others are somebody else's by right."""
BY_CLUSTER_CONTENT = ("spec",)


@dataclass(frozen=True, slots=True)
class Owned:
    """``rendered``: an object of a stack. ``operator``: the release that completes AerospikeClusters."""

    rendered: Object
    stack: str
    operator: str


def object_drift(owned: Owned, live: Object | None) -> list[Finding]:
    """Return the drift of one object; ``live`` is None where the API server does not have it."""
    if live is None:
        return [_removed(owned, "is not on the API server: somebody deleted it, or no deployment has made it yet")]
    if since := metadata_of(live).get("deletionTimestamp"):
        return [_removed(owned, f"is being deleted on the API server since {since}", live)]
    return list(_field_drift(owned, live))


def differences_of(owned: Owned, live: Object) -> tuple[Difference, ...]:
    """Return the fields that differ, without those that the API server, a controller or the operator filled in."""
    found = compared(completed(owned.rendered, owned.operator), completed(live, owned.operator))
    return tuple(one for one in found if not one.is_added or _is_drift(owned, live, one))


def _is_drift(owned: Owned, live: Object, added: Difference) -> bool:
    """Return whether a field that only the live object has was written by somebody."""
    if kind_of(owned.rendered) in PATCHED or is_filled_in(added.path, added.found):
        return False
    if is_cluster(owned.rendered) and added.path[:1] == BY_CLUSTER_CONTENT:
        return True  # the operator's own values are on both sides
    return any(not one.is_ours and not one.is_controller for one in managers_of(live, added.path))


def _field_drift(owned: Owned, live: Object) -> Iterator[Finding]:
    differences = differences_of(owned, live)
    back = PuttingBack(live, differences, owned.operator)
    for one in differences:
        writers = [manager for manager in managers_of(live, one.path) if not manager.is_ours]
        is_moved = _has_moved_on(live, one, writers)
        rule = NOT_DEPLOYED if is_moved else FIELD_ADDED if one.is_added else FIELD_CHANGED
        message = "; ".join(
            filter(
                None,
                (
                    difference_text(one, _source(owned, one)),
                    "" if is_moved else _who(live, one, writers),
                    _effect_text(back, one),
                ),
            )
        )
        remedy = (
            f"deploy stack {owned.stack}" if is_moved else _way_back(owned, live, one, writers[0] if writers else None)
        )
        severity = "info" if is_moved else _severity(owned.rendered, one)
        yield rule.finding(shown(one.path), message, remedy, subject=_subject(live), severity=severity)


def _source(owned: Owned, difference: Difference) -> str:
    is_default = not difference.is_order and value_at(owned.rendered, difference.path) is ABSENT
    return "by the operator's default" if is_default else "in the definitions"


def _has_moved_on(live: Object, difference: Difference, writers: list[Manager]) -> bool:
    """Return whether the last deployment wrote the value: the definitions have another one since."""
    return difference.found is not ABSENT and not writers and bool(managers_of(live, difference.path))


def _who(live: Object, difference: Difference, writers: list[Manager]) -> str:
    if writers:
        return f"written by {writers_text(writers)}"
    if difference.found is not ABSENT or not has_record(live):
        return "the API server has no record of who wrote it"
    others = other_writers(live)
    last = f"; the last other writer of the object is {others[0]}" if others else ""
    return f"the API server keeps no record of who removes a field{last}"


def _effect_text(back: PuttingBack, difference: Difference) -> str:
    effect, why = back.effect(difference)
    return f"to put it back: {effect}{f' ({why})' if why and effect > Effect.NONE else ''}"


def _severity(rendered: Object, difference: Difference) -> Severity:
    """Return how much a difference matters: somebody else's label is no harm, a cluster's own field may be."""
    if difference.path[0] == "metadata":
        return "info" if difference.is_added else "warning"
    if kind_of(rendered) in MEASURING:
        return "warning"
    return "severe"


def _way_back(owned: Owned, live: Object, difference: Difference, writer: Manager | None) -> str:
    write = "or write it into the definitions"
    refresh = f"`pulumi up --refresh --stack {owned.stack}`"
    if difference.is_order:
        return f"{refresh}, {write}"
    patch = _patch(live, difference, writer)
    if difference.is_added:
        return f"no deployment removes it: `{patch}`, {write}"
    if writer is None:
        return f"{refresh}, {write}"
    return f"{refresh}; if that ends with a field conflict, `{patch}`; {write}"


def _patch(live: Object, difference: Difference, writer: Manager | None) -> str:
    """Return the command that puts the value back in the name of whoever wrote it, so that nobody new owns it."""
    path = pointer(live, difference.path)
    if difference.is_added:
        operation: dict[str, Any] = {"op": "remove", "path": path}
    else:
        verb = "add" if difference.found is ABSENT else "replace"
        operation = {"op": verb, "path": path, "value": wanted_at(live, difference)}
    metadata = metadata_of(live)
    place = ["--namespace", str(metadata["namespace"])] if metadata.get("namespace") else []
    named = ["--field-manager", writer.name] if writer else []
    kind = f"{kind_of(live).lower()}/{name_of(live)}"
    return shlex.join(["kubectl", "patch", kind, *place, "--type", "json", *named, "--patch", json.dumps([operation])])


def _removed(owned: Owned, message: str, live: Object | None = None) -> Finding:
    rendered = owned.rendered
    effect, why = effect_of(None, rendered, owned.operator)
    again = f"to make it again: {effect}{f' ({why})' if why else ''}"
    remedy = f"`pulumi refresh --stack {owned.stack}`, look at the preview, then deploy"
    if live is not None:
        finalizers = value_text(metadata_of(live).get("finalizers") or [], ("metadata", "finalizers"))
        remedy = f"a deletion can't be taken back: find who waits for what (finalizers {finalizers}), then {remedy}"
    severity: Severity = "warning" if kind_of(rendered) in MEASURING else "severe"
    return OBJECT_REMOVED.finding("", f"{message}; {again}", remedy, subject=_subject(rendered), severity=severity)


def left_over(live: Object, operator: str) -> Finding:
    """Return the finding for an object with the labels of the cell that no definition makes."""
    if kind_of(live) in PATCHED:
        return _labelled(live)
    effect, why = effect_of(live, None, operator)
    made = metadata_of(live).get("creationTimestamp")
    message = (
        f"has the labels of this cell, and the definitions do not make it{f'; it was made at {made}' if made else ''};"
        f" to delete it: {effect}{f' ({why})' if why else ''}"
    )
    metadata = metadata_of(live)
    place = f" --namespace {metadata['namespace']}" if metadata.get("namespace") else ""
    delete = f"`kubectl delete {kind_of(live).lower()}/{name_of(live)}{place}`"
    remedy = (
        "end it step by step: docs/how-to/end-a-cluster.md"
        if is_cluster(live)
        else f"look who uses it, then {delete}; or write it into the definitions"
    )
    severity: Severity = "severe" if effect >= Effect.DATA_AT_RISK else "warning"
    return OBJECT_LEFT_OVER.finding("", message, remedy, subject=_subject(live), severity=severity)


def _labelled(node: Object) -> Finding:
    """Return the finding for a node that no pool of the cell has; only our label is left over."""
    pool = metadata_of(node)["labels"][POOL_LABEL]
    message = f"is {pool}, and no pool of the definitions has this host: pods of the pool can be placed there"
    remedy = f"`kubectl label node/{name_of(node)} {POOL_LABEL}-`, or write the host into hosts.yaml"
    return OBJECT_LEFT_OVER.finding(shown(("metadata", "labels", POOL_LABEL)), message, remedy, subject=_subject(node))


def _subject(resource: Object) -> Subject:
    return Subject("object", label_of(resource))
