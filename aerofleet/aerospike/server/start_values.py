"""Start rules of single values: every name is known to its section, and every value can be read and is within bounds.

Source: aerospike-server, cfg.c: the table of names of each section (see `table`) and the functions that read a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple

from aerofleet.aerospike.parameters import RENAMED, has_schema
from aerofleet.aerospike.server import values
from aerofleet.aerospike.server.file import Line, Path, Reading, Section
from aerofleet.aerospike.server.rule import StartProblem, StartRule, start_rule
from aerofleet.aerospike.server.table import Entry, Names, sections
from aerofleet.aerospike.server_files import CONFIG_SINCE_6
from aerofleet.units.version import build_numbers, first_build

SOURCE = "cfg.c, 6.0 to 8.1.2"
LONGEST_LINE_BYTES = 1023
"""Source: aerospike-server, MAX_LINE_SIZE less the terminating null."""
INDENT_BYTES = 16
SEPARATOR_BYTES = 4
"""Source: aerospike-management-lib, conffilewriter.go: four blanks a level, and four before a value."""

UNITS = "a whole number, or one with K, M, G, T or P (powers of 1024)"
TIME_UNITS = "a whole number of seconds, or one with s, m, h or d"

Fault = tuple[StartRule, StartProblem]


@start_rule("unknown-name", source=f"{CONFIG_SINCE_6}: cfg_unknown_name_tok")
def unknown_name(reading: Reading) -> Iterator[StartProblem]:
    """Every name is one that this server version knows in its section."""
    return _problems(unknown_name, reading)


@start_rule("obsolete-name", source=f"{CONFIG_SINCE_6}: cfg_obsolete")
def obsolete_name(reading: Reading) -> Iterator[StartProblem]:
    """No name is one that an earlier release took away."""
    return _problems(obsolete_name, reading)


@start_rule("value-form", source=f"{CONFIG_SINCE_6}: cfg_bool, cfg_u64_anyval_no_checks")
def value_form(reading: Reading) -> Iterator[StartProblem]:
    """A value can be read: numbers have no sign, fraction or long unit, booleans are true or false."""
    return _problems(value_form, reading)


@start_rule("value-bounds", source=f"{CONFIG_SINCE_6}: cfg_u32, cfg_u64")
def value_bounds(reading: Reading) -> Iterator[StartProblem]:
    """A number is within the server's own bounds; those of the schema are wider in places."""
    return _problems(value_bounds, reading)


@start_rule("power-of-two", source=f"{CONFIG_SINCE_6}: cfg_u32_power_of_2, cfg_u64_power_of_2")
def power_of_two(reading: Reading) -> Iterator[StartProblem]:
    """Sizes and counts of index, sprigs, blocks and queues are exact powers of two."""
    return _problems(power_of_two, reading)


@start_rule("multiple", source=f"{CONFIG_SINCE_6}: cfg_u32_multiple_of")
def multiple(reading: Reading) -> Iterator[StartProblem]:
    """The max-throughput of a namespace that is shipped is a multiple of 100."""
    return _problems(multiple, reading)


@start_rule("unknown-choice", source=f"{CONFIG_SINCE_6}: cfg_unknown_val_tok_1")
def unknown_choice(reading: Reading) -> Iterator[StartProblem]:
    """A value is one of the choices that the server knows."""
    return _problems(unknown_choice, reading)


@start_rule("text-length", source=f"{CONFIG_SINCE_6}: cfg_strcpy, cfg_strdup")
def text_length(reading: Reading) -> Iterator[StartProblem]:
    """Names of sets, bins, users and paths are shorter than the server's buffers."""
    return _problems(text_length, reading)


@start_rule("line-length", source=f"{CONFIG_SINCE_6}: as_config_init, MAX_LINE_SIZE")
def line_length(reading: Reading) -> Iterator[StartProblem]:
    """A line of the server's file has at most 1023 bytes; what is behind is read as a line of its own."""
    return _problems(line_length, reading)


VALUE_RULES: tuple[StartRule, ...] = (
    unknown_name,
    obsolete_name,
    value_form,
    value_bounds,
    power_of_two,
    multiple,
    unknown_choice,
    text_length,
    line_length,
)
MAY_BE_NEW = frozenset([unknown_name, unknown_choice])
"""Rules of what a version that the tables do not have may know: the nearest older version is no proof against it."""


def _problems(rule: StartRule, reading: Reading) -> Iterator[StartProblem]:
    """Return the problems of one of the rules in the file."""
    return (problem for owner, problem in _faults(reading) if owner is rule)


@lru_cache(maxsize=1)
def _faults(reading: Reading) -> tuple[Fault, ...]:
    """Return every fault of a name or a value in the file."""
    version = reading.version
    faults = tuple(_section_faults(reading.file, "", sections(version), version))
    is_known = version.count(".") < 2 or has_schema(version)
    return faults if is_known else tuple(fault for fault in faults if fault[0] not in MAY_BE_NEW)


def _section_faults(section: Section, context: str, tables: dict[str, Names], version: str) -> Iterator[Fault]:
    names = tables[context or "top"]
    place = SectionNames(context, version, names)
    if context != "network.info":  # The server passes over everything in it.
        for line in section.lines:
            yield from _line_faults(line, names.get(line.name), place)
    for child in section.sections:
        entry = names.get(child.kind)
        inner = f"{context}.{child.kind}".removeprefix(".")
        if entry is None or entry[0] not in ("section", "one-of"):
            yield _unknown(child.kind, child.path, entry, place)
        elif entry[0] == "section":
            if context != "network.info":
                yield from _section_faults(child, inner, tables, version)
        elif child.value not in entry[1:]:
            path = (*child.path, "type")
            yield unknown_choice, (path, _not_a_choice(child.kind, child.value, version), _one_of(entry))
        elif f"{inner}.{child.value}" in tables:
            yield from _section_faults(child, f"{inner}.{child.value}", tables, version)
        else:
            for line in child.lines:
                message = f"{child.kind} {child.value} takes no parameter {line.name} at server {version}"
                yield unknown_name, (line.path, message, f"take it out, or choose another {child.kind}")


class SectionNames(NamedTuple):
    """A section of the file, and the names that a server of ``version`` knows in it."""

    context: str
    version: str
    names: Names


def _line_faults(line: Line, entry: Entry | None, place: SectionNames) -> Iterator[Fault]:
    if entry is None or entry[0] in ("section", "obsolete"):
        yield _unknown(line.name, line.path, entry, place)
        return
    size = INDENT_BYTES + len(line.name) + SEPARATOR_BYTES + len(line.text)
    if size > LONGEST_LINE_BYTES:
        message = f"the line of {line.name} has about {size} bytes: the server reads its end as another line"
        yield line_length, (line.path, message, f"at most {LONGEST_LINE_BYTES} bytes")
        return
    problem = problem_of(line.name, line.values, entry, place.version)
    if problem is not None:
        rule, message, hint = problem
        yield rule, (line.path, message, hint)


def _unknown(name: str, path: Path, entry: Entry | None, place: SectionNames) -> Fault:
    where = f" in {place.context}" if place.context else ""
    instead = _renamed(place.context, name)
    if entry is not None and entry[0] == "obsolete":
        return obsolete_name, (path, f"{name} is obsolete{where} at server {place.version}", instead or "take it out")
    known = [name for name, entry in place.names.items() if entry[0] != "obsolete"]
    close = get_close_matches(name, known, 1, 0.75)
    hint = f"did you mean {close[0]}?" if close else instead or "take it out"
    return unknown_name, (path, f"{name} is no name that server {place.version} knows{where}", hint)


def _renamed(context: str, name: str) -> str:
    """Return a remedy that names the successor of a name; empty where it has none."""
    parts = [part for part in context.split(".") if part not in ("device", "memory", "pmem", "flash")]
    dotted = ".".join([{"namespace": "namespaces", "set": "sets", "dc": "dcs"}.get(part, part) for part in parts])
    successor = RENAMED.get(f"{dotted}.{name}")
    return f"it became {successor}" if successor else ""


# --- one value ----------------------------------------------------------------------------------------------------


def problem_of(name: str, texts: tuple[str, str, str], entry: Entry, version: str) -> tuple[StartRule, str, str] | None:
    """Return (rule, message, remedy) where the server can't take ``texts``, the values behind ``name``; else None.

    ``entry`` is the name's entry in `table`.
    """
    kind, value = entry[0], texts[0]
    if kind in ("any", "section"):
        return None
    if kind == "boolean" or (kind == "flag" and value):
        is_read = values.boolean(value) is not None or (
            value.lower() in ("yes", "no") and build_numbers(version) < first_build("7.2")
        )
        return None if is_read else (value_form, f"{name} {_shown(value)} is no boolean", "true or false")
    if kind == "flag":
        return None
    if kind == "one-of":
        return None if value in entry[1:] else (unknown_choice, _not_a_choice(name, value, version), _one_of(entry))
    if kind in ("text", "text-and-text"):
        return _text_problem(name, texts, entry)
    if kind == "address-port":
        return _address_problem(name, texts)
    return _number_problem(name, value, entry, version)


def _text_problem(name: str, texts: tuple[str, str, str], entry: Entry) -> tuple[StartRule, str, str] | None:
    if not texts[0]:
        return value_form, f"{name} has no value", "write a value, or take the line out"
    if entry[0] == "text-and-text" and not texts[1]:
        return value_form, f"{name} {texts[0]} has only one part", "an address and a port, with a colon between them"
    size = len(texts[0].encode())
    if len(entry) > 1 and size >= entry[1]:
        return text_length, f"{name} {_shown(texts[0])} has {size} bytes", f"at most {entry[1] - 1} bytes"
    return None


def _address_problem(name: str, texts: tuple[str, str, str]) -> tuple[StartRule, str, str] | None:
    if not texts[0] or not texts[1]:
        return value_form, f"{name} {_shown(' '.join(texts).strip())} has no port", "an address and a port"
    return _number_problem(name, texts[1], ("u16", 1024, 65535), "")


def _number_problem(name: str, text: str, entry: Entry, version: str) -> tuple[StartRule, str, str] | None:
    number, form = _read(text, entry[0], version)
    if number is None:
        return value_form, f"{name} {_shown(text)} can't be read as a number", form
    low, high = (entry[1], entry[2]) if len(entry) > 2 else (-1, 100)
    if not low <= number <= high:
        meant = "" if str(number) == text else f" ({number})"
        hint = f"from {low} to {high}" if number > high or high < values.LARGEST_UINT32 else f"at least {low}"
        return value_bounds, f"{name} {text}{meant} is out of the server's bounds", hint
    if "power-of-2" in entry and number & (number - 1):
        below = 1 << (number.bit_length() - 1)
        choices = " or ".join(str(power) for power in (below, 2 * below) if low <= power <= high)
        return power_of_two, f"{name} {text} is no power of two", choices
    if "multiple-of" in entry and number % entry[-1]:
        return multiple, f"{name} {text} is no multiple of {entry[-1]}", f"a multiple of {entry[-1]}"
    return None


def _read(text: str, kind: str, version: str) -> tuple[int | None, str]:
    """Return the number that the server reads, None if it can't, and the form that it can read."""
    if kind == "seconds":
        return values.seconds(text, version), TIME_UNITS
    if kind == "x64":
        return values.hexadecimal(text), "a hexadecimal number of at most 16 digits"
    if kind == "integer":
        return values.integer(text), "a whole number"
    if kind == "percent-or-minus-1":
        return values.strict_integer(text), "a whole number from 0 to 100, or -1"
    return values.unsigned(text), UNITS


def _shown(value: str) -> str:
    if not value:
        return "without a value"
    return repr(value if len(value) <= 60 else value[:57] + "...")


def _not_a_choice(name: str, value: str, version: str) -> str:
    return f"{name} {_shown(value)} is no choice of server {version}"


def _one_of(entry: Entry) -> str:
    return "one of " + ", ".join(map(str, entry[1:]))
