"""Judge from its custom resource alone whether a cluster is rolled out. Pure.

The operator has no observedGeneration and no conditions. "Done" is phase Completed and a status that mirrors the spec
(AKO 4.5.0 copies the spec to the status only when a whole reconcile has finished); the phase alone reads Completed
for a moment after an edit, before the operator has picked it up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.status import MIRRORED, OTHER_NAMES
from aerofleet.drift.compare import Difference, compared
from aerofleet.drift.expected import completed_spec
from aerofleet.drift.path import ABSENT, shown, value_at
from aerofleet.live.position import Position

Json = Mapping[str, Any]

NOT_MIRRORED = frozenset({"paused", "validationPolicy"})
"""Spec fields that change how the operator works, not what runs; the status does not have them."""

POD_HASHES = ("aerospikeConfigHash", "networkPolicyHash", "podSpecHash")


class Progress(Enum):
    DONE = "done"
    RUNNING = "running"
    STUCK = "stuck"
    """The roll-out is running and the operator reports an error; it keeps trying, so this may pass."""
    WRONG = "wrong"
    """The roll-out can't finish: to wait longer does not help."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """``position``: the step of its forecast that a running roll-out is at, where that can be known."""

    progress: Progress
    reason: str
    position: Position | None = None


def judge(desired: Json, live: Json | None, operator: str = OPERATOR) -> Rollout:
    """Compare the rendered resource ``desired`` with the one on the server. ``operator``: the release that acts."""
    if live is None:
        return Rollout(Progress.WRONG, "not on the server: `pulumi up` has not made it, or somebody has deleted it")
    if (live.get("metadata") or {}).get("deletionTimestamp"):
        return Rollout(Progress.WRONG, "is being deleted on the server")
    wanted, found = (completed_spec(one, operator) for one in (desired, live))
    for difference in compared(wanted, found, ("spec",)):
        return Rollout(Progress.WRONG, _drifted(desired, difference))
    spec, status = live.get("spec", {}), live.get("status") or {}
    stale = stale_reason(spec, status)
    if not stale:
        return Rollout(Progress.DONE, finished_reason(spec, status))
    if spec.get("paused"):
        way_out = "the operator ends the pass that runs, and begins no other until spec.paused is false"
        return Rollout(Progress.WRONG, f"paused, and {stale}: {way_out}")
    if status.get("phase") == "Error":
        return Rollout(Progress.STUCK, f"the operator reports an error and tries again; {stale}")
    return Rollout(Progress.RUNNING, stale)


def _drifted(desired: Json, difference: Difference) -> str:
    """Return what differs between the definitions and the server, and the way out."""
    path = shown(difference.path)
    if value_at(desired, difference.path) is ABSENT:
        way_out = "run `pulumi up`; if it stays, somebody else has set it and has to remove it"
        return f"{path} is on the server and not in the definitions: {way_out}; `aerofleet drift` names who"
    way_out = "run `pulumi up`; if that shows no change, somebody else has set it: `aerofleet drift` names who"
    return f"{path} on the server differs from the definitions: {way_out}"


def with_failures(rollout: Rollout, failures: Mapping[str, str]) -> Rollout:
    """Return the verdict with failed pods. ``failures``: pod → reason. The operator does not watch pods, so its phase
    may be Completed all the same.
    """
    if not failures or rollout.progress is Progress.WRONG:
        return rollout
    named = ", ".join(f"{pod} ({why})" for pod, why in sorted(failures.items()))
    return replace(rollout, progress=Progress.STUCK, reason=f"failed: {named}; {rollout.reason}")


def finished_reason(spec: Json, status: Json) -> str:
    """Return a message: what is finished, and what the status cannot show."""
    reason = f"{len(status.get('pods') or {})} pods match the definitions"
    ignored = (spec.get("rackConfig") or {}).get("maxIgnorablePods")
    if ignored not in (None, 0, "0%"):
        reason += f", but up to {ignored} failed pods of each rack (maxIgnorablePods)"
    return f"{reason}; paused: what is changed next waits" if spec.get("paused") else reason


def stale_reason(spec: Json, status: Json) -> str:
    """Return why the status does not show ``spec`` as rolled out yet; empty if it does."""
    phase = status.get("phase") or "not set"
    if status.get("aerospikeConfig") is None:
        return f"phase {phase}, never completed so far"
    # Also fields that the spec no longer has: the status keeps them until the operator has removed them.
    for key in dict.fromkeys((*spec, *MIRRORED)):
        if key not in NOT_MIRRORED and not same(spec.get(key), status.get(OTHER_NAMES.get(key, key))):
            return f"phase {phase}, spec.{key} is not yet in the status"
    if phase != "Completed":
        return f"phase {phase}"
    return stale_pods(spec, status.get("pods") or {})


def stale_pods(spec: Json, pods: Mapping[str, Json]) -> str:
    if len(pods) != spec.get("size"):
        return f"{len(pods)} of {spec.get('size')} pods are known"
    hashes: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for name in sorted(pods):
        pod = pods[name]
        if pod.get("image") != spec.get("image"):
            return f"pod {name} runs {pod.get('image')}"
        if pod.get("dynamicConfigUpdateStatus"):
            return f"pod {name}: live settings {pod['dynamicConfigUpdateStatus']}"
        rack = (pod.get("aerospike") or {}).get("rackID"), name.rsplit("-", 1)[0]
        mine = tuple(pod.get(key) for key in POD_HASHES)
        if hashes.setdefault(rack, mine) != mine:
            return f"pod {name} differs from the other pods of its rack"
    return ""


def same(spec: Any, status: Any) -> bool:
    """Return whether both are equal; an absent value equals an empty one, since the status drops empty values."""
    if isinstance(spec, Mapping) and isinstance(status, Mapping):
        return all(same(spec.get(key), status.get(key)) for key in {*spec, *status})
    if isinstance(spec, list) and isinstance(status, list):
        return len(spec) == len(status) and all(same(a, b) for a, b in zip(spec, status, strict=True))
    if empty(spec) and empty(status):
        return True
    return bool(spec == status) and isinstance(spec, bool) == isinstance(status, bool)


def empty(value: Any) -> bool:
    """Return whether a value is empty. 0 is not empty: in aerospikeConfig it is a setting like any other, and both
    sides keep it. A mapping of only empty values is empty: the operator writes such mappings.
    """
    if isinstance(value, Mapping):
        return all(empty(item) for item in value.values())
    return value is None or value is False or value in ("", [])
