"""Reasons for what the next start of a server can't take over: the index in shared memory, or data on devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.server_files import DEVICES, MEMORY, SERVER
from aerofleet.ako.config import Config, ignores_devices, is_purely_in_memory, section
from aerofleet.ako.config_file import is_same
from aerofleet.findings import Effect, Reason, Rule, declared, rules_in

ERASES = declared(
    "erases",
    "A parameter changes with which servers can't read what is on their devices.",
    scope="change",
    severity="severe",
    source=(
        f"Aerospike documentation, Configure encryption at rest; {SERVER}, as/src/storage/drv_ssd_ce.c:"
        " ssd_header_validate_cfg"
    ),
)
SHRINKS = declared(
    "shrinks",
    "A namespace gets less room for its data than before: what is there may not fit.",
    scope="change",
    severity="severe",
    source=f"{DEVICES}; {MEMORY}",
)
COLD_START = declared(
    "cold-start",
    "A parameter changes with which a server does not take over its index, and builds it anew.",
    scope="change",
    severity="info",
    source="Aerospike documentation, Cold restart",
)

UNREADABLE_WITH: dict[tuple[str, ...], str] = {
    ("storage-engine", "encryption"): "what is on the devices was written otherwise: servers don't start with it",
    ("storage-engine", "encryption-key-file"): "what is on the devices was written with another key",
    ("single-bin",): "what is on the devices was written with another count of bins: servers don't start with it",
}
"""Parameter whose change makes what is on the devices unreadable → why."""

INDEX_PARAMETERS: tuple[tuple[str, ...], ...] = (
    ("partition-tree-sprigs",),
    ("index-stage-size",),
    ("sindex-stage-size",),
    ("data-in-index",),
    ("index-type", "type"),
    ("index-type", "mounts"),
    ("sindex-type", "type"),
    ("sindex-type", "mounts"),
)
"""Parameters with which a server doesn't take over the index from before."""

SIZE_PARAMETERS: tuple[tuple[str, ...], ...] = (
    ("storage-engine", "write-block-size"),
    ("storage-engine", "filesize"),
    ("storage-engine", "data-size"),
)
"""Sizes below which what is there may not fit."""


def start_reasons(name: str, before: Config, after: Config, copies: int, path: str) -> Iterator[Reason]:
    """Yield the reasons of the namespace ``name`` at ``path``; ``copies`` of each record really exist."""
    for keys, why in UNREADABLE_WITH.items():
        if _differs(before, after, keys) and not _rotates_key(before, after, keys):
            yield ERASES.reason(Effect.DATA_AT_RISK, f"{path}.{'.'.join(keys)}", why)
    for keys in SIZE_PARAMETERS:
        was, now = _at(before, keys), _at(after, keys)
        if _is_number(was) and _is_number(now) and now < was:
            message = f"{keys[-1]} of {name} shrinks from {was} to {now}: what is there may not fit"
            yield SHRINKS.reason(Effect.DATA_AT_RISK, f"{path}.{'.'.join(keys)}", message)
    yield from _cold_starts(name, before, after, copies, path)


def _cold_starts(name: str, before: Config, after: Config, copies: int, path: str) -> Iterator[Reason]:
    for keys in INDEX_PARAMETERS:
        if _differs(before, after, keys):
            where, message = f"{path}.{'.'.join(keys)}", f"the index of {name} is built anew"
            if is_purely_in_memory(before) or ignores_devices(after):
                yield refilled(COLD_START, copies, where, message)
            else:
                yield COLD_START.reason(Effect.ROLLING_RESTART, where, f"{message} from its devices")


def builds_index(before: Config, after: Config) -> bool:
    """Return whether the next start builds the index anew, although the one before is still in memory."""
    return any(_differs(before, after, keys) for keys in INDEX_PARAMETERS)


def refilled(rule: Rule[...], copies: int, path: str, message: str) -> Reason:
    """Return the reason of ``rule`` for nodes that lose their copies and get them from the others, if there are any."""
    if copies <= 1:
        return rule.reason(Effect.DATA_AT_RISK, path, f"{message}; there is no other copy to fill it from")
    return rule.reason(Effect.MOVES_DATA, path, f"{message}; nodes fill again from the others")


def _rotates_key(before: Config, after: Config, keys: tuple[str, ...]) -> bool:
    """Return whether the key from before is configured as the old one: the server reads with both."""
    engine, wanted = section(before, "storage-engine"), section(after, "storage-engine")
    key = engine.get("encryption-key-file")
    return keys[-1] == "encryption-key-file" and key is not None and wanted.get("encryption-old-key-file") == key


def _differs(before: Config, after: Config, keys: tuple[str, ...]) -> bool:
    """Return whether the values at ``keys`` differ; absence counts as the default."""
    return not is_same(_at(before, keys) or DEFAULTS.get(keys), _at(after, keys) or DEFAULTS.get(keys))


DEFAULTS: dict[tuple[str, ...], Any] = {
    ("storage-engine", "encryption"): "aes-128",
    ("index-type", "type"): "shmem",
    ("sindex-type", "type"): "shmem",
    ("partition-tree-sprigs",): 256,
    ("index-stage-size",): 1 << 30,
    ("sindex-stage-size",): 1 << 30,
}
"""Parameter → its default, where there is one. Source: the server's schemas, 6.0 to 8.1."""


def _at(namespace: Config, keys: tuple[str, ...]) -> Any:
    return section(namespace, *keys[:-1]).get(keys[-1])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


RULES = rules_in(globals())
