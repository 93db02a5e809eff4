"""Which namespaces have fewer records after a start, and which starts the data on the devices forbids.

A server marks each device, file or shadow with the namespace and the set of devices that it belongs to. At a start it
reads those that its configuration names, takes an unmarked one for new and empty, and says nothing of the ones that
are missing. At a cold start it reads the shadow of a device instead of the device; a memory namespace reads the files
or devices behind it; what was in memory alone is gone. A mark of another namespace ends the start.
Source: aerospike-server 6.0 to 8.1.2 (drv_ssd.c, drv_mem.c: read_header, init_synchronous, the sweep at a cold start;
drv_common.h for the version of the format).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

from aerofleet.aerospike.server_files import DEVICES, MEMORY
from aerofleet.findings import Finding, declared
from aerofleet.units.version import numbers

Config = Mapping[str, Any]
PathOf = Callable[[str], str]
"""From a path in the configuration to the storage behind it: a volume keeps its data under another path."""

FORMAT_SINCE = "6.0"
"""The first version of today's format on devices. Source: drv_common.h, DRV_VERSION 3 until 5.7, 4 since 6.0."""
FIXED_BLOCKS_SINCE = "7.1"
"""From here on a write block has 8 MiB, and older servers with smaller blocks refuse the devices. Source: drv_ssd.c."""
FIXED_BLOCK_BYTES = 8 << 20


@dataclass(frozen=True)
class Setup:
    """A server version with its aerospikeConfig. ``place`` returns the storage behind a path: by default the path."""

    version: str
    config: Config
    place: PathOf = str

    @cached_property
    def storages(self) -> list[tuple[str, _Storage]]:
        """Return (name, storage) of every namespace."""
        return [(name, _storage(namespace)) for name, namespace in _namespaces(self.config)]

    @cached_property
    def parts(self) -> dict[str, _Part]:
        """Return place → the part of the records that is there, for every place that the configuration names."""
        parts: dict[str, _Part] = {}
        for name, storage in self.storages:
            for number, line in enumerate(storage.lines):
                for path in (line.main, line.shadow):
                    if path:
                        parts[self.place(path)] = _Part(name, number)
        return parts


class LossKind(StrEnum):
    """Why a start does not find records."""

    NAMESPACE_REMOVED = "namespace-removed"
    MEMORY_ONLY = "memory-only"
    STORAGE_ENGINE = "storage-engine-changes"
    COLD_START_EMPTY = "cold-start-empty"
    SHADOW_ADDED = "shadow-added"
    DEVICE_REMOVED = "device-removed"


@dataclass(frozen=True, slots=True)
class Loss:
    """Records of ``namespace`` that the next start does not find. ``key`` is the parameter within the namespace that
    makes it so, empty for the namespace itself. ``places`` are the devices, shadows or files with the records, as the
    old configuration names them; none where they were in memory alone."""

    kind: LossKind
    namespace: str
    key: str
    places: tuple[str, ...]
    message: str

    @property
    def path(self) -> str:
        """``namespaces.{basket}.storage-engine.files``."""
        return path_in(self.namespace, self.key)


def path_in(namespace: str, key: str) -> str:
    """Return the path of ``key``, which is empty for the namespace itself, from the root of aerospikeConfig."""
    return f"namespaces.{{{namespace}}}" + (f".{key}" if key else "")


class _Line(NamedTuple):
    """One entry of ``devices`` or ``files``: paths of the device and of its shadow, empty where it has none."""

    main: str
    shadow: str


class _Storage(NamedTuple):
    """Where a namespace keeps its records. ``key`` is devices, files or empty."""

    kind: str
    key: str
    lines: tuple[_Line, ...]
    is_emptied: bool
    data_size: Any


class _Part(NamedTuple):
    """A share of the records of a namespace: the ``number``-th of its devices."""

    namespace: str
    number: int


def losses(before: Setup, after: Setup, *, is_cold: bool = True) -> list[Loss]:
    """Return every loss of a start with ``after`` on what a server with ``before`` left. ``is_cold``: nothing in memory
    survives, as in a new pod."""
    return list(_losses(before, after, is_cold))


def _losses(before: Setup, after: Setup, is_cold: bool) -> Iterator[Loss]:
    now = dict(after.storages)
    for name, old in before.storages:
        paths = tuple(path for line in old.lines for path in (line.main, line.shadow) if path)
        if name not in now:
            message = f"namespace {name} is no longer configured: none of its records is served"
            yield Loss(LossKind.NAMESPACE_REMOVED, name, "", paths, message)
            continue
        new = now[name]
        loss = _whole_loss(name, old, new, is_cold)
        if loss is not None:
            kind, key, message = loss
            yield Loss(kind, name, key, paths, message)
        else:
            sources = [_source(line, new, is_cold) for line in new.lines]
            read = {path: before.parts.get(after.place(path)) for path in sources}
            yield from _lost_parts(name, old, new, read)


def _whole_loss(name: str, old: _Storage, new: _Storage, is_cold: bool) -> tuple[LossKind, str, str] | None:
    """Return (kind, key, message) where all records of the namespace are lost."""
    if not old.lines:
        if is_cold:
            return LossKind.MEMORY_ONLY, "storage-engine", f"{name} keeps its records in memory alone, and starts empty"
        if new.lines or old.data_size != new.data_size:
            message = f"the memory of {name} is laid out anew, and it starts empty"
            return LossKind.MEMORY_ONLY, "storage-engine", message
        return None
    where = ", ".join(line.main for line in old.lines)
    if not new.lines:
        message = f"{name} moves into memory alone: what is on {where} is not read, and it starts empty"
        return LossKind.STORAGE_ENGINE, "storage-engine.type", message
    if (old.kind == "pmem") != (new.kind == "pmem"):
        message = f"{name} moves from {old.kind} to {new.kind}: what is on {where} can't be read that way"
        return LossKind.STORAGE_ENGINE, "storage-engine.type", message
    if new.is_emptied and new.kind == "device" and is_cold:
        message = f"cold-start-empty erases what {name} has on {where} at every cold start"
        return LossKind.COLD_START_EMPTY, "storage-engine.cold-start-empty", message
    return None


def _lost_parts(name: str, old: _Storage, new: _Storage, read: Mapping[str, _Part | None]) -> Iterator[Loss]:
    """Yield the losses of a namespace. ``read``: path that the start reads → the part there, or None."""
    lost = [line for number, line in enumerate(old.lines) if _Part(name, number) not in read.values()]
    shadowed = {line.main: line.shadow for line in new.lines if line.shadow in read}
    key = f"storage-engine.{new.key}"
    gone = [line for line in lost if line.main not in shadowed]
    for line in lost:
        if line.main in shadowed:
            shadow = shadowed[line.main]
            message = f"{line.main} of {name} gets the shadow {shadow}, which a cold start reads, without these records"
            yield Loss(LossKind.SHADOW_ADDED, name, key, (line.main,), message)
    if gone:
        paths = tuple(path for line in gone for path in (line.main, line.shadow) if path)
        share = "all its records" if len(gone) == len(old.lines) else f"its records on {len(gone)} of {len(old.lines)}"
        message = f"{name} no longer reads {', '.join(paths)} and loses {share}"
        new_ones = [path for path, part in read.items() if part is None]
        message += f"; {', '.join(new_ones)} starts empty" if new_ones else ""
        yield Loss(LossKind.DEVICE_REMOVED, name, key, paths, message)


def _source(line: _Line, storage: _Storage, is_cold: bool) -> str:
    """Return the path that a start reads: a shadow instead of its device, if the start is cold."""
    return line.shadow if line.shadow and is_cold and storage.kind == "device" else line.main


def shadows_removed(before: Config, after: Config) -> Iterator[tuple[str, str, str, str]]:
    """Yield (namespace, key, device, shadow) of every device that stays without its shadow. No record is lost by it."""
    now = dict(_namespaces(after))
    for name, namespace in _namespaces(before):
        new = _storage(now.get(name, {}))
        bare = {line.main for line in new.lines if not line.shadow}
        for line in _storage(namespace).lines:
            if line.shadow and line.main in bare:
                yield name, f"storage-engine.{new.key}", line.main, line.shadow


# --- starts that the data forbids ---------------------------------------------------------------------------------


SOURCE = f"{DEVICES}: ssd_read_header; {MEMORY}: read_header"

OTHER_NAMESPACE_DATA = declared(
    "other-namespace-data",
    "No device or file has data of another namespace.",
    scope="config",
    severity="error",
    source=SOURCE,
)
OTHER_FORMAT = declared(
    "other-format",
    "What is on devices has the format of the server version: it changed with 6.0.",
    scope="config",
    severity="error",
    remedy="an erased device, filled from the other nodes",
    source=f"{SOURCE}; aerospike-server 6.0, as/include/storage/drv_common.h: DRV_VERSION",
)
SMALLER_BLOCKS = declared(
    "smaller-blocks",
    "Write blocks are no smaller than those in which the data on devices was written.",
    scope="config",
    severity="error",
    source=SOURCE,
)
RULES = (OTHER_NAMESPACE_DATA, OTHER_FORMAT, SMALLER_BLOCKS)


def unreadable(before: Setup, after: Setup) -> list[Finding]:
    """Return why a cold start with ``after`` fails on what a server with ``before`` left on its devices."""
    return list(_unreadable(before, after))


def _unreadable(before: Setup, after: Setup) -> Iterator[Finding]:
    known = dict(_namespaces(before.config))
    for name, namespace in _namespaces(after.config):
        new = _storage(namespace)
        if new.is_emptied and new.kind == "device":
            continue
        sources = [_source(line, new, is_cold=True) for line in new.lines]
        read = {path: before.parts.get(after.place(path)) for path in sources}
        for path, part in read.items():
            if part is not None and part.namespace != name:
                message = f"{path} of {name} has data of namespace {part.namespace}: the server does not start on it"
                remedy = f"a device or file that {part.namespace} did not use, or one that was erased"
                yield OTHER_NAMESPACE_DATA.finding(path_in(name, f"storage-engine.{new.key}"), message, remedy)
        mine = [path for path, part in read.items() if part is not None and part.namespace == name]
        if mine and name in known:
            versions = numbers(before.version), numbers(after.version)
            yield from _written_otherwise(f"{mine[0]} of {name}", name, versions, known[name], namespace)


def _written_otherwise(
    device: str, name: str, versions: tuple[tuple[int, ...], tuple[int, ...]], before: Config, after: Config
) -> Iterator[Finding]:
    """Yield a finding where the data of namespace ``name`` on its device was written in another way."""
    was, now = versions
    if (was < numbers(FORMAT_SINCE)) != (now < numbers(FORMAT_SINCE)):
        writer = f"servers {'before' if was < now else 'since'} {FORMAT_SINCE}"
        message = f"{device} has the format of {writer}: the server does not start on it"
        yield OTHER_FORMAT.finding(path_in(name, "storage-engine"), message)
        return
    old, new = _block_bytes(before, was), _block_bytes(after, now)
    if new % old:
        key = "storage-engine.write-block-size" if now < numbers(FIXED_BLOCKS_SINCE) else "storage-engine"
        message = f"{device} was written in blocks of {old} bytes, and {new} is no multiple of it"
        remedy = f"a write-block-size of {old} bytes or more, or an erased device"
        yield SMALLER_BLOCKS.finding(path_in(name, key), f"{message}: the server does not start on it", remedy)


def _block_bytes(namespace: Config, version: tuple[int, ...]) -> int:
    """Return the bytes of a write block: before 7.1 it is 1 MiB by default; memory had 8 MiB already in 7.0."""
    storage = _storage(namespace)
    if version >= numbers(FIXED_BLOCKS_SINCE) or (storage.kind == "memory" and version >= (7, 0)):
        return FIXED_BLOCK_BYTES
    size = _section(namespace, "storage-engine").get("write-block-size")
    return size if isinstance(size, int) and size > 0 else 1 << 20


# --- reading ------------------------------------------------------------------------------------------------------


def _namespaces(config: Config) -> Iterator[tuple[str, Config]]:
    listed = config.get("namespaces")
    for namespace in listed if isinstance(listed, list) else ():
        if isinstance(namespace, Mapping) and isinstance(namespace.get("name"), str):
            yield namespace["name"], namespace


def _section(config: Config, key: str) -> Config:
    value = config.get(key)
    return value if isinstance(value, Mapping) else {}


def _storage(namespace: Config) -> _Storage:
    engine = _section(namespace, "storage-engine")
    kind = engine.get("type")
    key = next((key for key in ("devices", "files") if engine.get(key)), "")
    entries = engine.get(key)
    lines = [str(entry).split() for entry in entries] if isinstance(entries, list) else []
    return _Storage(
        kind=kind if isinstance(kind, str) else "memory",
        key=key,
        lines=tuple(_Line(paths[0], paths[1] if len(paths) > 1 else "") for paths in lines if paths),
        is_emptied=engine.get("cold-start-empty") is True,
        data_size=engine.get("data-size"),
    )
