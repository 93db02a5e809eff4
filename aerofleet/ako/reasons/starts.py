"""What the next start of a server can't take over: the index in shared memory, or what is on its devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.config import Config, ignores_devices, is_purely_in_memory, section
from aerofleet.ako.config_file import is_same
from aerofleet.findings.effect import Effect, Reason, reason_of

ERASES: dict[tuple[str, ...], str] = {
    ("storage-engine", "encryption"): "what is on the devices was written otherwise: servers don't start with it",
    ("storage-engine", "encryption-key-file"): "what is on the devices was written with another key",
    ("single-bin",): "what is on the devices was written with another count of bins: servers don't start with it",
}
"""Parameters whose change makes what is on the devices unreadable. Source: aerospike-server 8.1 (drv_ssd.c), 6.3."""

COLD_START: tuple[tuple[str, ...], ...] = (
    ("partition-tree-sprigs",),
    ("index-stage-size",),
    ("sindex-stage-size",),
    ("data-in-index",),
    ("index-type", "type"),
    ("index-type", "mounts"),
    ("sindex-type", "type"),
    ("sindex-type", "mounts"),
)
"""Parameters with which a server doesn't take over the index from before. Source: aerospike-server 8.1, cold start."""

SHRINKS: tuple[tuple[str, ...], ...] = (
    ("storage-engine", "write-block-size"),
    ("storage-engine", "filesize"),
    ("storage-engine", "data-size"),
)
"""Sizes below which what is there may not fit."""


def start_reasons(name: str, before: Config, after: Config, copies: int, path: str) -> Iterator[Reason]:
    """Of one namespace at ``path``; ``copies`` are those that really exist."""
    for keys, why in ERASES.items():
        if _differs(before, after, keys) and not _rotates_key(before, after, keys):
            yield reason_of(Effect.DATA_AT_RISK, "erases", f"{path}.{'.'.join(keys)}", why)
    for keys in SHRINKS:
        was, now = _at(before, keys), _at(after, keys)
        if _is_number(was) and _is_number(now) and now < was:
            message = f"{keys[-1]} of {name} shrinks from {was} to {now}: what is there may not fit"
            yield reason_of(Effect.DATA_AT_RISK, "shrinks", f"{path}.{'.'.join(keys)}", message)
    yield from _cold_starts(name, before, after, copies, path)


def _cold_starts(name: str, before: Config, after: Config, copies: int, path: str) -> Iterator[Reason]:
    for keys in COLD_START:
        if _differs(before, after, keys):
            where, message = f"{path}.{'.'.join(keys)}", f"the index of {name} is built anew"
            if is_purely_in_memory(before) or ignores_devices(after):
                yield refilled(copies, "cold-start", where, message)
            else:
                yield reason_of(Effect.ROLLING_RESTART, "cold-start", where, f"{message} from its devices")


def builds_index(before: Config, after: Config) -> bool:
    """Does the next start build the index anew, although the memory of the one before is still there?"""
    return any(_differs(before, after, keys) for keys in COLD_START)


def refilled(copies: int, rule: str, path: str, message: str) -> Reason:
    """A node loses its copies and gets them from the others, if there are any."""
    if copies <= 1:
        return reason_of(Effect.DATA_AT_RISK, rule, path, f"{message}; there is no other copy to fill it from")
    return reason_of(Effect.MOVES_DATA, rule, path, f"{message}; nodes fill again from the others")


def _rotates_key(before: Config, after: Config, keys: tuple[str, ...]) -> bool:
    """The key of before is given as the old one: the server reads with both."""
    engine, wanted = section(before, "storage-engine"), section(after, "storage-engine")
    key = engine.get("encryption-key-file")
    return keys[-1] == "encryption-key-file" and key is not None and wanted.get("encryption-old-key-file") == key


def _differs(before: Config, after: Config, keys: tuple[str, ...]) -> bool:
    """Default and absence are one to the server, for all of these."""
    return not is_same(_at(before, keys) or DEFAULTS.get(keys), _at(after, keys) or DEFAULTS.get(keys))


DEFAULTS: dict[tuple[str, ...], Any] = {
    ("storage-engine", "encryption"): "aes-128",
    ("index-type", "type"): "shmem",
    ("sindex-type", "type"): "shmem",
    ("partition-tree-sprigs",): 256,
    ("index-stage-size",): 1 << 30,
    ("sindex-stage-size",): 1 << 30,
}
"""Where the default is not nothing. Source: the server's schemas, 6.0 to 8.1."""


def _at(namespace: Config, keys: tuple[str, ...]) -> Any:
    return section(namespace, *keys[:-1]).get(keys[-1])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
