"""Reasons for a change that lets the server delete records by itself: it evicts them, whatever copies they have.

A server evicts records that have a time to live while `nsup-period` is not 0 and one of the thresholds below is met.
All of them are 0, which is off, by default. Source: aerospike-server 6.0 to 8.1 (nsup.c, namespace.c).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.config import Config, entries, section
from aerofleet.findings import Effect, Reason, declared, rules_in

EVICTS = declared(
    "evicts",
    "A namespace begins to evict records, or evicts earlier than before: records with a time to live may be deleted"
    " at once, whatever copies they have.",
    scope="change",
    severity="severe",
    source="aerospike-server 6.0 to 8.1.2, as/src/base/nsup.c: eval_hwm_breached",
)

Keys = tuple[str, ...]

THRESHOLDS: dict[Keys, Keys] = {
    ("high-water-memory-pct",): ("memory-size",),
    ("high-water-disk-pct",): (),
    ("evict-sys-memory-pct",): (),
    ("evict-indexes-memory-pct",): ("indexes-memory-budget",),
    ("storage-engine", "evict-used-pct"): ("storage-engine", "data-size"),
    ("index-type", "mounts-high-water-pct"): ("index-type", "mounts-size-limit"),
    ("index-type", "evict-mounts-pct"): ("index-type", "mounts-budget"),
    ("sindex-type", "mounts-high-water-pct"): ("sindex-type", "mounts-size-limit"),
    ("sindex-type", "evict-mounts-pct"): ("sindex-type", "mounts-budget"),
}
"""Threshold in percent → the limit that it is a part of, where that is a parameter."""


def eviction_reasons(name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    """Yield the reasons of the namespace ``name`` at ``path``; none where the server does not evict afterwards."""
    limits = {keys: _number(after, keys) for keys in THRESHOLDS}
    if not _number(after, ("nsup-period",)) or not any(limits.values()):
        return
    if not _number(before, ("nsup-period",)):
        yield _evicts(f"{path}.nsup-period", f"{name} begins to evict")
    for keys, now in limits.items():
        was = _number(before, keys)
        if now and (not was or now < was):
            yield _evicts(
                f"{path}.{'.'.join(keys)}", f"{name} evicts from {now} percent on instead of {was or 'never'}"
            )
        budget = THRESHOLDS[keys]
        sizes = [_number(namespace, budget) if budget else 0 for namespace in (before, after)]
        if now and sizes[1] and (not sizes[0] or sizes[1] < sizes[0]):
            pair = f"{sizes[0] or 'no limit'} becomes {sizes[1]}"
            message = f"{pair}, and {keys[-1]} of {name} is {now} percent of it"
            yield _evicts(f"{path}.{'.'.join(budget)}", message)
    yield from _sets(name, before, after, path)


def new_thresholds(before: Config, after: Config) -> Iterator[tuple[str, float]]:
    """Yield (path within the namespace, percent) for every threshold that is new or lower than before."""
    for keys in THRESHOLDS:
        was, now = _number(before, keys), _number(after, keys)
        if now and (not was or now < was):
            yield ".".join(keys), now


def _sets(name: str, before: Config, after: Config, path: str) -> Iterator[Reason]:
    spared = [
        {entry.get("name") for entry in entries(namespace, "sets") if entry.get("disable-eviction") is True}
        for namespace in (before, after)
    ]
    for entry in sorted(map(str, spared[0] - spared[1])):
        yield _evicts(f"{path}.sets.{{{entry}}}.disable-eviction", f"set {entry} of {name} was spared until now")


def _evicts(path: str, message: str) -> Reason:
    return EVICTS.reason(Effect.DATA_AT_RISK, path, f"{message}: records with a time to live may be deleted at once")


def _number(namespace: Config, keys: Keys) -> float:
    value: Any = section(namespace, *keys[:-1]).get(keys[-1])
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else 0


RULES = rules_in(globals())
