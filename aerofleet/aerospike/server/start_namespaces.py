"""Start rules of namespaces and sets: names, counts, times to live, indexes.

Source: aerospike-server, namespace.c and cfg.c (as_config_init at the end of the namespace context).
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server import values
from aerofleet.aerospike.server.file import Line, Reading, Section
from aerofleet.aerospike.server.rule import StartProblem, start_rule
from aerofleet.aerospike.server.table import limit
from aerofleet.aerospike.server_files import CONFIG, NAMESPACE
from aerofleet.units.version import Range

LONGEST_TTL_SECONDS = 10 * 365 * 86400
"""Source: aerospike-server, MAX_ALLOWED_TTL."""


@start_rule("namespace-missing", source=f"{CONFIG}: as_config_post_process")
def namespace_missing(reading: Reading) -> Iterator[StartProblem]:
    """The configuration has a namespace."""
    if not reading.namespaces:
        yield ("namespaces",), "there is no namespace", "add one"


@start_rule("namespace-name-length", source=f"{NAMESPACE}: as_namespace_create")
def namespace_name_length(reading: Reading) -> Iterator[StartProblem]:
    """The name of a namespace has at most 31 bytes."""
    most = limit(reading.version, "namespace-name-bytes") - 1
    for namespace in reading.namespaces:
        size = len(namespace.value.encode())
        if size > most:
            message = f"the namespace name {namespace.value!r} has {size} bytes"
            yield (*namespace.path, "name"), message, f"at most {most} bytes"


@start_rule("namespace-twice", source=f"{NAMESPACE}: as_namespace_create")
def namespace_twice(reading: Reading) -> Iterator[StartProblem]:
    """No two namespaces have one name; of a name with a blank or # only the first word counts."""
    seen: set[str] = set()
    for namespace in reading.namespaces:
        if namespace.value in seen:
            yield (*namespace.path, "name"), f"the namespace {namespace.value!r} is there twice", "a name for each"
        seen.add(namespace.value)


@start_rule(
    "namespace-count",
    source=f"{NAMESPACE}: as_namespace_create; Aerospike documentation, Configure namespaces: 32 in Enterprise Edition",
)
def namespace_count(reading: Reading) -> Iterator[StartProblem]:
    """There are at most 32 namespaces."""
    most = limit(reading.version, "namespaces")
    if len(reading.namespaces) > most:
        message = f"{len(reading.namespaces)} namespaces are more than the server takes"
        yield reading.namespaces[most].path, message, f"at most {most}"


@start_rule(
    "ttl-without-nsup", source=f"{CONFIG}: as_config_init", taken_live=("nsup-period", "allow-ttl-without-nsup")
)
def ttl_without_nsup(reading: Reading) -> Iterator[StartProblem]:
    """A default-ttl of a namespace needs a nsup-period above 0, or allow-ttl-without-nsup."""
    for namespace in reading.namespaces:
        ttl = _seconds(reading, namespace.line("default-ttl"))
        if ttl and not _seconds(reading, namespace.line("nsup-period")):
            allowed = namespace.line("allow-ttl-without-nsup")
            if allowed is None or not values.boolean(allowed.value):
                line = namespace.line("nsup-period") or namespace.line("default-ttl")
                message = f"default-ttl is {ttl} and nsup-period is 0, so nothing takes away what has expired"
                path = line.path if line is not None else namespace.path
                yield path, message, "a nsup-period above 0, or allow-ttl-without-nsup: true"


def _seconds(reading: Reading, line: Line | None) -> int:
    return (values.seconds(line.value, reading.version) or 0) if line is not None else 0


@start_rule("set-name-length", source=f"{CONFIG}: cfg_strcpy")
def set_name_length(reading: Reading) -> Iterator[StartProblem]:
    """The name of a set has at least one byte and at most 63."""
    most = limit(reading.version, "set-name-bytes") - 1
    for entry in _sets(reading):
        size = len(entry.value.encode())
        if not 1 <= size <= most:
            yield (*entry.path, "name"), f"the set name {entry.value!r} has {size} bytes", f"1 to {most} bytes"


@start_rule("set-count", source=f"{CONFIG}: cfg_add_set")
def set_count(reading: Reading) -> Iterator[StartProblem]:
    """A namespace has no more sets with settings than the server counts (4095 since 6.3, 1023 before)."""
    most = limit(reading.version, "sets")
    for namespace in reading.namespaces:
        sets = namespace.sections_of("set")
        if len(sets) > most:
            yield sets[most].path, f"{len(sets)} sets are more than the server takes", f"at most {most}"


@start_rule("set-ttl", source=f"{CONFIG}: cfg_check_set_default_ttl", server=Range("7.0"))
def set_ttl(reading: Reading) -> Iterator[StartProblem]:
    """The default-ttl of a set is at most ten years, or -1 for never."""
    for entry in _sets(reading):
        line = entry.line("default-ttl")
        ttl = _seconds(reading, line)
        if line is not None and LONGEST_TTL_SECONDS < ttl != values.NEVER_EXPIRES:
            hint = f"at most {LONGEST_TTL_SECONDS} seconds, or -1 for never"
            yield line.path, f"default-ttl {line.value} of a set is too long", hint


def _sets(reading: Reading) -> Iterator[Section]:
    for namespace in reading.namespaces:
        yield from namespace.sections_of("set")


@start_rule(
    "memory-size", source="aerospike-server 6.0 to 6.4, as/src/base/cfg.c: as_config_init", server=Range(until="7.0")
)
def memory_size(reading: Reading) -> Iterator[StartProblem]:
    """A namespace has a memory-size."""
    for namespace in reading.namespaces:
        if namespace.line("memory-size") is None:
            yield (*namespace.path, "memory-size"), f"{namespace.value} has no memory-size", "add memory-size, in bytes"


@start_rule("flash-index", source=f"{CONFIG}: as_config_init")
def flash_index(reading: Reading) -> Iterator[StartProblem]:
    """An index on flash goes with data on devices (before 7.0: with anything but pmem)."""
    refused = ("memory", "pmem") if reading.is_at_least("7.0") else ("pmem",)
    for namespace in reading.namespaces:
        index, engine = namespace.section("index-type"), namespace.section("storage-engine")
        if index is not None and engine is not None and index.value == "flash" and engine.value in refused:
            message = f"index-type flash does not go with storage-engine {engine.value}"
            yield (*index.path, "type"), message, "index-type shmem, or storage-engine device"


@start_rule("index-mounts", source=f"{CONFIG}: as_config_init, cfg_add_pi_xmem_mount, cfg_add_si_xmem_mount")
def index_mounts(reading: Reading) -> Iterator[StartProblem]:
    """An index in pmem or on flash has a budget for its mounts; no mount is listed twice or too many."""
    budget = "mounts-budget" if reading.is_at_least("7.0") else "mounts-size-limit"
    most = limit(reading.version, "mounts")
    for namespace in reading.namespaces:
        for index in (*namespace.sections_of("index-type"), *namespace.sections_of("sindex-type")):
            if index.value not in ("pmem", "flash"):
                continue
            if index.line(budget) is None:
                yield (*index.path, budget), f"{index.kind} {index.value} has no {budget}", f"add {budget}, in bytes"
            seen: set[str] = set()
            for line in index.lines_of("mount"):
                if line.value in seen:
                    yield line.path, f"mount {line.value} is listed twice", "each mount once"
                seen.add(line.value)
            if len(index.lines_of("mount")) > most:
                message = f"{len(index.lines_of('mount'))} mounts are more than the server takes"
                yield index.lines_of("mount")[most].path, message, f"at most {most}"


@start_rule(
    "data-in-index", source="aerospike-server 6.0 to 6.3, as/src/base/cfg.c: as_config_init", server=Range(until="6.4")
)
def data_in_index(reading: Reading) -> Iterator[StartProblem]:
    """With data-in-index there are single-bin, data-in-memory and devices; with conflict-resolve-writes there is no
    single-bin.
    """
    for namespace in reading.namespaces:
        engine = namespace.section("storage-engine")
        is_on = {name: _is_true(namespace, name) for name in ("data-in-index", "single-bin", "conflict-resolve-writes")}
        fits = engine is not None and engine.value == "device" and _is_true(engine, "data-in-memory")
        if is_on["data-in-index"] and not (is_on["single-bin"] and fits):
            message = "data-in-index needs single-bin, storage-engine device and data-in-memory"
            yield (*namespace.path, "data-in-index"), message, "all of them, or data-in-index: false"
        if is_on["conflict-resolve-writes"] and is_on["single-bin"]:
            path = (*namespace.path, "conflict-resolve-writes")
            yield path, "conflict-resolve-writes does not go with single-bin", "only one of them"


def _is_true(section: Section, name: str) -> bool:
    line = section.line(name)
    return line is not None and line.value.lower() in ("true", "yes")
