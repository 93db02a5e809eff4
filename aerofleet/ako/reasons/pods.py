"""Reasons for what happens to the pods of a rack that stays, and what that costs the data in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, ignores_devices, is_purely_in_memory, namespaces, replication_factor, section
from aerofleet.ako.config_change import ConfigChange
from aerofleet.ako.operator_files import CONTROLLER, LIBRARY, RESTARTS
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.reasons.live import live_reasons
from aerofleet.ako.restart import CRASH, IMAGE, LIVE, POD_RESTART, WARM, RackRestart, judged_version
from aerofleet.findings import Effect, Problem, Reason, declared, rule, rules_in
from aerofleet.units.version import is_at_least

SURVIVES_SINCE = "7.0.0.0"
"""The first server that keeps the data of an in-memory namespace in shared memory, where it survives a warm restart."""

SOURCE = f"{CONTROLLER}/pod.go: getRollingRestartTypeMap, getRollingRestartTypePod; {RESTARTS}"


@rule(
    "half-applied",
    scope="config",
    severity="severe",
    remedy="the two parts in two changes, or a WarmRestart operation after it",
    source=SOURCE,
)
def half_applied(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The operator sets one part of the change live. It writes the other part to the file only, which no running server
    reads before a later restart.
    """
    if kind == LIVE:
        for key in (*change.hidden, *change.reordered):
            yield key, "is written, and not applied before a later restart"


@rule(
    "operator-panics",
    scope="config",
    severity="severe",
    remedy="the kind that it has now; the other one in a new cluster only",
    source=SOURCE,
)
def operator_panics(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The operator admits the change, and its own code panics on it: from a text to a list of names, or back."""
    for key in change.crashing:
        yield key, "goes from a text to a list of names, or back"


SET_LIVE = declared(
    "set-live",
    "The operator sets a parameter on running servers.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/pod.go: isAllDynamicConfig",
)
WARM_RESTART = declared(
    "warm-restart",
    "Servers restart in their pods, one batch after the other.",
    scope="change",
    severity="info",
    source=SOURCE,
)
REBUILT_PODS = declared(
    "pod-restart",
    "The operator deletes and makes pods again, one batch after the other.",
    scope="change",
    severity="info",
    source=SOURCE,
)
IMAGE_CHANGE = declared(
    "image",
    "The operator makes pods again with another image, one batch after the other.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/rack.go: isRackUpgradeNeeded; {RESTARTS}",
)
SAME_FILE = declared(
    "same-file",
    "A value is only spelt in another way; the server's file stays the same.",
    scope="change",
    severity="info",
    source=f"{LIBRARY}, asconfig/conffilewriter.go",
)

RULE_OF_KIND = {WARM: WARM_RESTART, POD_RESTART: REBUILT_PODS, IMAGE: IMAGE_CHANGE}
"""Kind of restart → its rule."""


def restart_reasons(old: Cluster, new: Cluster, restart: RackRestart) -> Iterator[Reason]:
    """Yield a reason for every cause of what the rack's pods do, with the effect on the data in them."""
    costs = {kind: _cost(old, new, restart, kind) for kind in (WARM, POD_RESTART)}
    where = partial(config_path_of, new, restart.before, restart.rack)
    waiting = {where(key) for key in (*restart.config.hidden, *restart.config.reordered)}
    answered = list(live_reasons(judged_version(old, new), restart.config, where)) if restart.kind == LIVE else []
    yield from answered
    answered_paths = {reason.path for reason in answered}
    for kind, path, why in dict.fromkeys(restart.causes):
        if kind == CRASH:
            yield operator_panics.reason(Effect.REFUSED, path, why)
        elif kind == LIVE and restart.kind != LIVE:
            yield SET_LIVE.reason(Effect.LIVE, path, f"{why.removesuffix(', set live')}, comes with the restart")
        elif kind == LIVE and path in answered_paths:
            continue
        elif kind == LIVE and waiting:
            message = f"{why} later" if path in waiting else f"{why}, while another part of the change waits unseen"
            yield half_applied.reason(Effect.WARM_RESTART, path, message)
        elif kind == LIVE:
            yield SET_LIVE.reason(Effect.LIVE, path, why)
        else:
            effect, cost = costs[POD_RESTART if kind == IMAGE else kind]
            yield RULE_OF_KIND[kind].reason(effect, path, f"{why}; {cost}" if cost else why)
    for key in restart.config.unseen:
        message = "is only spelt otherwise: the server's file stays the same"
        yield SAME_FILE.reason(Effect.LIVE, where(key), message)


def _cost(old: Cluster, new: Cluster, restart: RackRestart, kind: str) -> tuple[Effect, str]:
    """Return the effect of a restart of this kind on the data of the rack's pods, and a clause about it; the clause
    is empty where all data survives.
    """
    plain = Effect.WARM_RESTART if kind == WARM else Effect.ROLLING_RESTART
    emptied = [(name, copies_of(namespace, old.size)) for name, namespace in _emptied(old, restart, kind)]
    if kind == POD_RESTART and empties_local_storage(restart.rack):
        emptied += [(name, copies_of(namespace, old.size)) for _, name, namespace in namespaces(restart.before.config)]
    if not emptied:
        return plain, ""
    alone = sorted({name for name, copies in emptied if copies <= 1})
    if alone:
        return Effect.DATA_AT_RISK, f"{', '.join(alone)} has one copy, and a pod comes back empty"
    names = ", ".join(dict.fromkeys(name for name, _ in emptied))
    return Effect.MOVES_DATA, f"pods come back without their copy of {names}, and fill again from the others"


def copies_of(namespace: Config, size: int) -> int:
    """Return how many copies of a record really exist: no more than there are pods."""
    return min(replication_factor(namespace), max(size, 1))


def _emptied(old: Cluster, restart: RackRestart, kind: str) -> Iterator[tuple[str, Config]]:
    """Yield (name, namespace before) for every namespace whose data a restart of this kind empties in a pod."""
    survives = kind == WARM and is_at_least(old.version, SURVIVES_SINCE)
    after = {name: namespace for _, name, namespace in namespaces(restart.rack.config)}
    for _, name, namespace in namespaces(restart.before.config):
        is_ignored = kind == POD_RESTART and ignores_devices(after.get(name, namespace))
        if is_ignored or (is_purely_in_memory(namespace) and not survives):
            yield name, namespace


def empties_local_storage(rack: Rack) -> bool:
    """Return whether the operator deletes local claims with a pod that it rebuilds."""
    classes = rack.storage.get("localStorageClasses") or []
    if rack.storage.get("deleteLocalStorageOnRestart") is not True:
        return False
    claims = [section(volume, "source", "persistentVolume") for volume in rack.storage.get("volumes") or []]
    return any(claim.get("storageClass") in classes for claim in claims if claim)


RULES = rules_in(globals())
