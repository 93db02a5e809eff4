"""An aerospikeConfig as the server's text file, and as the server splits it into sections, names and values.

The operator writes one line for each value and each entry of a list; a list of named sections becomes one section for
every entry. The server cuts a line at ``#`` and takes up to four words of it: what follows is never read.
Source: aerospike-management-lib (conffilewriter.go), aerospike-server (cfg.c).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from aerofleet.units.version import build_numbers, first_build

Path = tuple[str | int, ...]
"""Keys and list positions from the root of aerospikeConfig: ``("namespaces", 0, "storage-engine", "flush-size")``."""

SINGULAR: dict[str, str] = {
    "access-addresses": "access-address",
    "addresses": "address",
    "alternate-access-addresses": "alternate-access-address",
    "datacenters": "datacenter",
    "dcs": "dc",
    "devices": "device",
    "feature-key-files": "feature-key-file",
    "files": "file",
    "ignore-bins": "ignore-bin",
    "ignore-sets": "ignore-set",
    "mesh-seed-address-ports": "mesh-seed-address-port",
    "mounts": "mount",
    "multicast-groups": "multicast-group",
    "namespaces": "namespace",
    "node-address-ports": "node-address-port",
    "role-query-patterns": "role-query-pattern",
    "sets": "set",
    "ship-bins": "ship-bin",
    "ship-sets": "ship-set",
    "tls-access-addresses": "tls-access-address",
    "tls-addresses": "tls-address",
    "tls-alternate-access-addresses": "tls-alternate-access-address",
    "tls-mesh-seed-address-ports": "tls-mesh-seed-address-port",
}
"""Key of an aerospikeConfig → name in the server's file."""

SPLIT_AT_COLON = frozenset(
    [
        "device", "feature-key-file", "mesh-seed-address-port", "node-address-port", "report-data-op",
        "secrets-address-port", "tls-mesh-seed-address-port",
    ]
)  # fmt: skip
"""Names whose value has several words with a colon between them."""

TYPED = frozenset(["storage-engine", "index-type", "sindex-type"])
"""Sections that carry their type in their head."""

PLAIN = frozenset([bool, int])
"""Types of values that are one word."""

SYSLOG_KEYS = frozenset(["facility", "path", "tag"])


class Line(NamedTuple):
    """A name and the (up to three) values behind it; the ones that are missing are empty, as the server sees
    them. ``text`` is all that is written behind the name.
    """

    name: str
    values: tuple[str, str, str]
    path: Path
    text: str

    @property
    def value(self) -> str:
        return self.values[0]


@dataclass(slots=True)
class Section:
    """``kind`` is the first word of its head (``namespace``), ``value`` the second (``orders``, or empty)."""

    kind: str
    value: str
    path: Path
    lines: list[Line] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    last: dict[str, Line] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.last[line.name] = line

    def lines_of(self, name: str) -> list[Line]:
        return [line for line in self.lines if line.name == name] if name in self.last else []

    def line(self, name: str) -> Line | None:
        """Return the last line of that name, which is the one that counts."""
        return self.last.get(name)

    def sections_of(self, kind: str) -> list[Section]:
        return [section for section in self.sections if section.kind == kind]

    def section(self, kind: str) -> Section | None:
        for section in self.sections:
            if section.kind == kind:
                return section
        return None


@dataclass(frozen=True, eq=False)
class Reading:
    """A configuration as a server of ``version`` reads it."""

    version: str
    file: Section

    def is_at_least(self, version: str) -> bool:
        return build_numbers(self.version) >= first_build(version)

    @cached_property
    def namespaces(self) -> list[Section]:
        return self.file.sections_of("namespace")

    @cached_property
    def network(self) -> dict[str, Section]:
        """Return the sections of the network context by kind; of several, the last."""
        return {section.kind: section for part in self.file.sections_of("network") for section in part.sections}


def read(version: str, config: dict[str, Any]) -> Reading:
    """Return ``config`` as the server of ``version`` reads it."""
    root = Section("", "", ())
    _fill(root, config)
    return Reading(version, root)


def _fill(section: Section, config: dict[str, Any]) -> None:
    for key, value in config.items():
        path = (*section.path, str(key))
        name = SINGULAR.get(str(key), str(key))
        if isinstance(value, dict):
            _add_section(section, name, value, path)
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            _add_sections(section, name, value, path)
        elif isinstance(value, list):
            for position, item in enumerate(value):
                _add_lines(section, name, item, (*path, position))
        elif name in TYPED and isinstance(value, str):
            section.sections.append(Section(name, value, path))
        else:
            _add_lines(section, name, value, path)


def _add_section(parent: Section, name: str, config: dict[str, Any], path: Path) -> None:
    if not config and name != "security":
        return
    if name in TYPED:
        head = _words(f"{name} {_text(config.get('type'))}") or [name]
        rest = {key: value for key, value in config.items() if key != "type"}
    else:
        head, rest = [name], config
    child = Section(head[0], head[1] if len(head) > 1 else "", path)
    _fill(child, rest)
    parent.sections.append(child)


def _add_sections(parent: Section, name: str, entries: list[Any], path: Path) -> None:
    logging = Section("logging", "", path)
    for position, entry in enumerate(entries):
        label = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(label, str) or not label:
            continue
        where = (*path, position)
        rest = {key: value for key, value in entry.items() if key != "name"}
        if name == "logging":
            logging.sections.append(_sink(label, rest, where))
            continue
        head = [*(_words(f"{name} {label}") or [name]), ""]
        child = Section(head[0], head[1], where)
        _fill(child, rest)
        parent.sections.append(child)
    if name == "logging":
        parent.sections.append(logging)


def _sink(name: str, config: dict[str, Any], path: Path) -> Section:
    """Return a logging sink: every key but syslog's own is a context with its level."""
    is_own = name in ("console", "syslog")
    sink = Section(name if is_own else "file", "" if is_own else name, path)
    for key, value in config.items():
        where = (*path, key)
        _add_lines(sink, key if key in SYSLOG_KEYS else f"context {key}", value, where)
    return sink


def _add_lines(section: Section, name: str, value: Any, path: Path) -> None:
    if value is None:
        return
    text = _text(value)
    if name in SPLIT_AT_COLON:
        text = text.replace(":", " ")
    if type(value) in PLAIN and " " not in name:
        section.add(Line(name, (text, "", ""), path, text))
        return
    for physical in f"{name} {text}".split("\n"):
        words = _words(physical)
        if words:
            first, second, third = [*words[1:4], "", "", ""][:3]
            section.add(Line(words[0], (first, second, third), path, text))


def _words(text: str) -> list[str]:
    return text.partition("#")[0].split()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
