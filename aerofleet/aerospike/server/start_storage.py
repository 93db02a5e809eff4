"""Start rules of a namespace's storage: devices, files, shadows, and which parameters go together.

Source: aerospike-server, cfg.c (as_config_init at the end of a storage context, cfg_add_storage_device and its
siblings), drv_ssd.c and drv_mem.c for storage of two namespaces.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server import values
from aerofleet.aerospike.server.file import Line, Reading, Section
from aerofleet.aerospike.server.rule import StartProblem, StartRule, start_rule
from aerofleet.aerospike.server.table import limit
from aerofleet.aerospike.server_files import CONFIG, DEVICES, MEMORY
from aerofleet.units.version import Range

LARGEST_RECORD_BYTES = 8 << 20
LARGEST_RECORD_IN_MEMORY_BYTES = 128 << 20
DEFAULT_WRITE_BLOCK_BYTES = 1 << 20
DEFAULT_POST_WRITE_QUEUE = 256
COMPRESSION = (("compression-acceleration", "lz4"), ("compression-level", "zstd"))
"""Parameter → the algorithm that it belongs to."""


def _engines(reading: Reading) -> Iterator[tuple[str, Section]]:
    """Yield (namespace's name, storage engine) of every namespace that has one."""
    for namespace in reading.namespaces:
        if (engine := namespace.section("storage-engine")) is not None:
            yield namespace.value, engine


def _backing(engine: Section) -> list[Line]:
    return engine.lines_of("device") + engine.lines_of("file")


def _is_true(section: Section, name: str) -> bool:
    line = section.line(name)
    return line is not None and line.value.lower() in ("true", "yes")


@start_rule("storage-missing", source=f"{CONFIG}: as_config_init", server=Range("7.0"))
def storage_missing(reading: Reading) -> Iterator[StartProblem]:
    """A namespace has a storage-engine."""
    for namespace in reading.namespaces:
        if namespace.section("storage-engine") is None:
            yield (
                (*namespace.path, "storage-engine"),
                f"{namespace.value} has no storage-engine",
                "add one, with a type",
            )


@start_rule("storage-empty", source=f"{CONFIG}: as_config_init")
def storage_empty(reading: Reading) -> Iterator[StartProblem]:
    """A device engine has devices or files, a pmem engine files; files have a filesize."""
    for name, engine in _engines(reading):
        if engine.value == "device" and not _backing(engine):
            yield (*engine.path, "devices"), f"{name} has no devices and no files", "add devices, or files and filesize"
        if engine.value == "pmem" and not engine.lines_of("file"):
            yield (*engine.path, "files"), f"{name} has no files", "add files and filesize"
        if engine.lines_of("file") and engine.line("filesize") is None:
            yield (*engine.path, "filesize"), f"{name} has files and no filesize", "add filesize, in bytes"


@start_rule("storage-mixed", source=f"{CONFIG}: cfg_add_storage_device, cfg_add_storage_file")
def storage_mixed(reading: Reading) -> Iterator[StartProblem]:
    """A namespace has devices or files, not both."""
    for name, engine in _engines(reading):
        if engine.lines_of("device") and engine.lines_of("file"):
            yield engine.lines_of("file")[0].path, f"{name} has devices and files", "only one kind"


@start_rule("storage-twice", source=f"{CONFIG}: cfg_add_storage_device, cfg_add_storage_file")
def storage_twice(reading: Reading) -> Iterator[StartProblem]:
    """No device, file or shadow of a namespace is listed twice, and there are at most 128."""
    most = limit(reading.version, "devices")
    for name, engine in _engines(reading):
        for kind in ("device", "file"):
            lines = engine.lines_of(kind)
            if len(lines) > most:
                yield lines[most].path, f"{len(lines)} {kind}s of {name} are more than it takes", f"at most {most}"
            for column, what in ((0, kind), (1, f"shadow {kind}")):
                seen: set[str] = set()
                for line in lines if column == 0 or engine.value != "memory" else ():
                    if line.values[column] and line.values[column] in seen:
                        yield line.path, f"{what} {line.values[column]} is listed twice", "each once"
                    seen.add(line.values[column])


@start_rule("shadow-missing", source=f"{CONFIG}: cfg_add_storage_device, cfg_add_storage_file")
def shadow_missing(reading: Reading) -> Iterator[StartProblem]:
    """Either every device (or file) of a namespace has a shadow, or none."""
    for _, engine in _engines(reading):
        lines = _backing(engine) if engine.value != "memory" else []
        if any(line.values[1] for line in lines):
            for line in lines:
                if not line.values[1]:
                    yield line.path, f"{line.value} has no shadow, and others have one", "a shadow for each, or none"


@start_rule("storage-shared", source=f"{DEVICES}: ssd_read_header; {MEMORY}: read_header")
def storage_shared(reading: Reading) -> Iterator[StartProblem]:
    """No device or file belongs to two namespaces."""
    owners: dict[str, str] = {}
    for name, engine in _engines(reading):
        for line in _backing(engine):
            read = line.values[1] or line.value if engine.value != "memory" else line.value
            if owners.get(read, name) != name:
                message = f"{read} belongs to {owners[read]} already: {name} finds the other's header on it"
                yield line.path, message, "devices of its own for each namespace"
        for line in _backing(engine):
            for written in line.values[:2] if engine.value != "memory" else line.values[:1]:
                if written:
                    owners.setdefault(written, name)


@start_rule("memory-storage", source=f"{CONFIG}: as_config_init", server=Range("7.0"))
def memory_storage(reading: Reading) -> Iterator[StartProblem]:
    """Data in memory has a data-size or something behind it, not both; without it nothing of a device applies."""
    for name, engine in _engines(reading):
        if engine.value != "memory":
            continue
        size, backing = engine.line("data-size"), _backing(engine)
        if backing and size is not None:
            yield size.path, f"{name} has a data-size and {backing[0].name}s behind it", "one of them"
        if backing:
            continue
        if size is None:
            yield (*engine.path, "data-size"), f"{name} has no data-size and nothing behind it", "add data-size"
        flush, key = engine.line("flush-size"), engine.line("encryption-key-file")
        if flush is not None and reading.is_at_least("7.1"):
            yield flush.path, f"{name} has a flush-size and nothing to flush to", "take it out"
        if key is not None:
            yield key.path, f"{name} has an encryption-key-file and no device to encrypt", "take it out"
        if _is_true(engine, "commit-to-device") and reading.is_at_least("7.1"):
            path = (*engine.path, "commit-to-device")
            yield path, f"{name} has commit-to-device and no device to commit to", "take it out"


@start_rule("commit-without-sync", source=f"{CONFIG}: as_config_init")
def commit_without_sync(reading: Reading) -> Iterator[StartProblem]:
    """At most one of commit-to-device and disable-odsync is true."""
    for name, engine in _engines(reading):
        if _is_true(engine, "commit-to-device") and _is_true(engine, "disable-odsync"):
            yield (*engine.path, "disable-odsync"), f"{name} has commit-to-device as well", "only one of them"


@start_rule(
    "compression-parameter",
    source=f"{CONFIG}: as_config_init",
    taken_live=("compression", "compression-acceleration", "compression-level"),
)
def compression_parameter(reading: Reading) -> Iterator[StartProblem]:
    """With compression-acceleration the compression is lz4, with compression-level zstd."""
    for _, engine in _engines(reading):
        chosen = engine.line("compression")
        algorithm = chosen.value if chosen is not None else "none"
        for name, owner in COMPRESSION:
            line = engine.line(name)
            if line is not None and algorithm != owner:
                message = f"{name} belongs to compression {owner}, and compression is {algorithm}"
                yield line.path, message, f"take it out, or compression {owner}"


@start_rule(
    "data-in-memory", source="aerospike-server 6.0 to 6.4, as/src/base/cfg.c: as_config_init", server=Range(until="7.0")
)
def data_in_memory(reading: Reading) -> Iterator[StartProblem]:
    """With data-in-memory there is no post-write-queue, cache-replica-writes or sindex-startup-device-scan."""
    for name, engine in _engines(reading):
        if not _is_true(engine, "data-in-memory"):
            continue
        queue = engine.line("post-write-queue")
        if queue is not None and values.unsigned(queue.value) not in (0, DEFAULT_POST_WRITE_QUEUE, None):
            yield queue.path, f"{name} has data-in-memory and a post-write-queue", "take it out"
        for key in ("cache-replica-writes", "sindex-startup-device-scan"):
            if _is_true(engine, key):
                yield (*engine.path, key), f"{name} has data-in-memory and {key}", "take it out"


@start_rule(
    "record-too-large",
    source="aerospike-server 6.0 to 7.0, as/src/base/cfg.c: as_config_init",
    server=Range(until="7.1"),
)
def record_too_large(reading: Reading) -> Iterator[StartProblem]:
    """A max-record-size is at most a write block: write-block-size on devices, 8 MiB in pmem and memory (128 MiB before
    7.0).
    """
    for namespace in reading.namespaces:
        line, engine = namespace.line("max-record-size"), namespace.section("storage-engine")
        size = values.unsigned(line.value) if line is not None else None
        if line is None or not size:
            continue
        most = _largest_record(reading, engine)
        if most is not None and size > most:
            yield line.path, f"max-record-size {line.value} is more than a write block of {most}", f"at most {most}"


def _largest_record(reading: Reading, engine: Section | None) -> int | None:
    kind = engine.value if engine is not None else "memory"
    if engine is not None and kind == "device":
        block = engine.line("write-block-size")
        return values.unsigned(block.value) if block is not None else DEFAULT_WRITE_BLOCK_BYTES
    if kind == "memory" and not reading.is_at_least("7.0"):
        return LARGEST_RECORD_IN_MEMORY_BYTES
    return LARGEST_RECORD_BYTES if kind in ("memory", "pmem") else None


DEVICE_RULES: frozenset[StartRule] = frozenset(
    {storage_missing, storage_empty, storage_mixed, storage_twice, storage_shared}
)
"""Rules of which devices and files namespaces have."""
