"""Check names: their form, that no list has one twice, and that files have those of their paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file
from aerofleet.load import Document
from aerofleet.settings.merge import Path, is_named_list
from aerofleet.settings.source import CellSource
from aerofleet.units.names import MAX_LABEL, MAX_RESOURCE_NAME


class Form(NamedTuple):
    """The form of the names of a kind: ``pattern``, at most ``longest`` characters; ``hint`` is the same for people."""

    pattern: re.Pattern[str]
    longest: int
    hint: str


RESOURCE = Form(
    re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?"), MAX_RESOURCE_NAME, "a small letter, then small letters, digits, -"
)
NODE = Form(re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"), 253, "small letters, digits, - and .")
LABEL = Form(re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?"), MAX_LABEL, "letters, digits, -, _ and .")
NAMESPACE = Form(
    re.compile(r"[A-Za-z0-9_$-]+"),
    31,
    "letters, digits, -, _ and $: a dot splits privileges (read.NAMESPACE.SET), and : ; = / split questions to servers",
)
"""The platform's own choice: a server takes every name of up to 31 bytes without a blank or #. But the operator reads a
privilege such as `read.a.b` as set b of namespace a (AKO 4.5.0), so that nobody could be granted rights on `a.b`; and
the characters : ; = / separate the parts of info commands.
"""
USER = Form(re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@-]*"), MAX_LABEL, "letters, digits, -, _, . and @")
"""The server takes more, but the name is part of the password's path in the secret store: `../` would be another's."""


class Named(NamedTuple):
    """A name that a person chose, and its place: ``path`` in ``document``."""

    kind: str
    name: str
    form: Form
    document: Document
    path: Path


@rule(
    "name-letters",
    scope="cell",
    severity="error",
    remedy="a letter that looks alike is another name",
    source="Unicode, confusable characters",
)
def name_letters(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A name has a letter that is not ASCII: it may look the same as another name."""
    for entry in named(definitions.source):
        odd = next((letter for letter in entry.name if not letter.isascii()), None)
        if odd is not None:
            message = (
                f"the {entry.kind} name '{entry.name}' has the letter '{odd}' (U+{ord(odd):04X}), which is not ASCII"
            )
            yield in_file(entry.document, entry.path, message)


@rule(
    "name-form",
    scope="cell",
    severity="error",
    source=(
        "Kubernetes 1.35, names of objects; AKO 4.5.0,"
        " internal/webhook/v1/aerospikecluster_validating_webhook.go: validateNamingConstraints;"
        " aerospike-server 8.1.2, as/src/base/namespace.c: as_namespace_create"
    ),
)
def name_form(definitions: Definitions) -> Iterator[LocatedProblem]:
    """Kubernetes, the operator or the server refuses a name."""
    for entry in named(definitions.source):
        form = entry.form
        if entry.name.isascii() and (not form.pattern.fullmatch(entry.name) or len(entry.name) > form.longest):
            remedy = f"{form.hint}; at most {form.longest} characters"
            yield in_file(entry.document, entry.path, f"'{entry.name}' is no {entry.kind} name", remedy)


def named(source: CellSource) -> Iterator[Named]:
    """Yield every name that people choose."""
    yield from named_in_cell(source)
    yield from named_in_settings(source)
    for team, read in source.teams.items():
        yield Named("team", team, RESOURCE, read.document, ("team",))
        for cluster in read.file.clusters:
            yield Named("cluster", cluster, RESOURCE, read.document, ("clusters", cluster))
    for tier, revisions in source.tiers.own.items():
        for document in {id(revision.document): revision.document for revision in revisions.values()}.values():
            yield Named("tier", tier, RESOURCE, document, ("tier",))


def named_in_cell(source: CellSource) -> Iterator[Named]:
    if source.cell:
        file, document = source.cell.file, source.cell.document
        yield Named("cell", file.cell, RESOURCE, document, ("cell",))
        for index, rack in enumerate(file.racks):
            yield Named("rack", rack, LABEL, document, ("racks", index))
        for group in file.groups:
            yield Named("group", group, RESOURCE, document, ("groups", group))
    if source.hosts:
        for host in source.hosts.file.hosts:
            yield Named("host", host, NODE, source.hosts.document, ("hosts", host))
    if source.pools:
        for pool in source.pools.file.pools:
            yield Named("pool", pool, RESOURCE, source.pools.document, ("pools", pool))
    if source.tenants:
        for team in source.tenants.file.teams:
            yield Named("team", team, RESOURCE, source.tenants.document, ("teams", team))


def named_in_settings(source: CellSource) -> Iterator[Named]:
    for document, data, path in settings_in_files(source):
        for key, kind, form in (("namespaces", "namespace", NAMESPACE), ("users", "user", USER)):
            listed = data.get(key)
            for index, entry in enumerate(listed) if is_named_list(listed) else ():
                yield Named(kind, entry["name"], form, document, (*path, key, index, "name"))


def settings_in_files(source: CellSource) -> Iterator[tuple[Document, Mapping[str, Any], Path]]:
    """Yield (document, settings, path in it) of each cluster, of the cell, and of each revision of its own tiers."""
    for cluster in source.clusters:
        yield cluster.document, cluster.file.settings, cluster.place
    if source.cell:
        yield source.cell.document, source.cell.file.defaults, ("defaults",)
    for tier in source.tiers.all_own():
        for settings, place in tier.all_settings():
            yield tier.document, settings, place


@rule("team-name", scope="cell", severity="error", source="Platform rule: docs/concepts/definitions.md")
def team_name(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The team in a file is not that of the file's name."""
    for team, read in definitions.source.teams.items():
        if read.file.team != team:
            message = f"names the team '{read.file.team}', and the file is {team}.yaml"
            yield in_file(read.document, ("team",), message, f"write `team: {team}`")


@rule("cell-name", scope="cell", severity="error", source="Platform rule: docs/concepts/definitions.md")
def cell_name(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The cell in `cell.yaml` is not that of the folder."""
    cell, name = definitions.source.cell, definitions.source.name
    if cell is not None and cell.file.cell != name:
        message = f"names the cell '{cell.file.cell}', and the folder is {name}"
        yield in_file(cell.document, ("cell",), message, f"write `cell: {name}`")


@rule(
    "rack-twice",
    scope="cell",
    severity="error",
    remedy="keep one of them",
    source="Platform rule: docs/concepts/definitions.md",
)
def rack_twice(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cell names a rack twice."""
    cell = definitions.source.cell
    if cell is None:
        return
    for index, rack in enumerate(cell.file.racks):
        if rack in cell.file.racks[:index]:
            yield in_file(cell.document, ("racks", index), f"the rack '{rack}' is in this list twice")


@rule(
    "name-twice",
    scope="cell",
    severity="error",
    remedy="keep one of them",
    source="Platform rule: docs/concepts/definitions.md",
)
def name_twice(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A list that merges by name has a name twice: the second entry would be merged into the first."""
    for document, data, path in settings_in_files(definitions.source):
        yield from repeated_names(document, data, path)


def repeated_names(document: Document, data: Any, path: Path) -> Iterator[LocatedProblem]:
    """Yield a problem for every list entry with the name of an earlier one, at any depth below ``path``."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from repeated_names(document, value, (*path, key))
    elif is_named_list(data):
        seen = set[str]()
        for index, item in enumerate(data):
            name = item["name"]
            if name in seen:
                yield in_file(document, (*path, index, "name"), f"the name '{name}' is in this list twice")
            seen.add(name)
            yield from repeated_names(document, item, (*path, index))


RULES = rules_in(globals())
