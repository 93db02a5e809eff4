"""What happens to the pods, and what that costs the data they hold."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, ignores_devices, is_purely_in_memory, namespaces, replication_factor, section
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.reasons.live import live_reasons
from aerofleet.ako.restart import COLD, CRASH, IMAGE, LIVE, WARM, RackRestart, judged_version
from aerofleet.findings.effect import Effect, Reason, reason_of
from aerofleet.units.version import is_at_least

SURVIVES_SINCE = "7.0.0.0"
"""From this server on the data of an in-memory namespace lies in shared memory and survives a restart in the pod."""


def restart_reasons(old: Cluster, new: Cluster, restart: RackRestart) -> Iterator[Reason]:
    lost = {kind: _loss(old, new, restart, kind) for kind in (WARM, COLD)}
    where = partial(config_path_of, new, restart.before, restart.rack)
    waiting = {where(key) for key in (*restart.config.hidden, *restart.config.reordered)}
    answered = list(live_reasons(judged_version(old, new), restart.config, where)) if restart.kind == LIVE else []
    yield from answered
    told = {reason.path for reason in answered}
    for kind, path, why in dict.fromkeys(restart.causes):
        if kind == CRASH:
            yield reason_of(Effect.REFUSED, "operator-panics", path, why)
        elif kind == LIVE and restart.kind != LIVE:
            yield reason_of(Effect.LIVE, "set-live", path, f"{why.removesuffix(', set live')}, comes with the restart")
        elif kind == LIVE and path in told:
            continue
        elif kind == LIVE and waiting:
            message = f"{why} later" if path in waiting else f"{why}, while another part of the change waits unseen"
            yield reason_of(Effect.WARM_RESTART, "half-applied", path, message)
        elif kind == LIVE:
            yield reason_of(Effect.LIVE, "set-live", path, why)
        else:
            effect, words = lost[COLD if kind == IMAGE else kind]
            rule = {WARM: "warm-restart", COLD: "pod-restart", IMAGE: "image"}[kind]
            yield reason_of(effect, rule, path, f"{why}; {words}" if words else why)
    for key in restart.config.unseen:
        message = "is only spelt otherwise: the server's file stays the same"
        yield reason_of(Effect.LIVE, "same-file", where(key), message)


def _loss(old: Cluster, new: Cluster, restart: RackRestart, kind: str) -> tuple[Effect, str]:
    """What a restart of this kind costs the data of the rack's pods."""
    plain = Effect.WARM_RESTART if kind == WARM else Effect.ROLLING_RESTART
    empties = [(name, copies_of(namespace, old.size)) for name, namespace in _emptied(old, restart, kind)]
    if kind == COLD and empties_local_storage(restart.rack):
        empties += [(name, copies_of(namespace, old.size)) for _, name, namespace in namespaces(restart.before.config)]
    if not empties:
        return plain, ""
    alone = sorted({name for name, copies in empties if copies <= 1})
    if alone:
        return Effect.DATA_AT_RISK, f"{', '.join(alone)} has one copy, and a pod comes back empty"
    names = ", ".join(dict.fromkeys(name for name, _ in empties))
    return Effect.MOVES_DATA, f"pods come back without their copy of {names}, and fill again from the others"


def copies_of(namespace: Config, size: int) -> int:
    """Copies that really exist: no more than there are pods."""
    return min(replication_factor(namespace), max(size, 1))


def _emptied(old: Cluster, restart: RackRestart, kind: str) -> Iterator[tuple[str, Config]]:
    survives = kind == WARM and is_at_least(old.version, SURVIVES_SINCE)
    after = {name: namespace for _, name, namespace in namespaces(restart.rack.config)}
    for _, name, namespace in namespaces(restart.before.config):
        is_ignored = kind == COLD and ignores_devices(after.get(name, namespace))
        if is_ignored or (is_purely_in_memory(namespace) and not survives):
            yield name, namespace


def empties_local_storage(rack: Rack) -> bool:
    """Does the operator delete local claims with a pod that it rebuilds?"""
    classes = rack.storage.get("localStorageClasses") or []
    if rack.storage.get("deleteLocalStorageOnRestart") is not True:
        return False
    claims = [section(volume, "source", "persistentVolume") for volume in rack.storage.get("volumes") or []]
    return any(claim.get("storageClass") in classes for claim in claims if claim)
