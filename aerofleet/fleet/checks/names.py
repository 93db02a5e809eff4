"""Check names: their form, that each is used once, and that nobody takes the platform's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from aerofleet.findings import Finding
from aerofleet.fleet.build_cluster import ADMIN_USER, EXPORTER_USER
from aerofleet.fleet.checks.finding import SettingsOf, finding, finding_of_setting
from aerofleet.load import Document
from aerofleet.settings.merge import Path, is_named_list
from aerofleet.settings.source import CellSource, WrittenCluster
from aerofleet.units.names import MAX_LABEL, MAX_RESOURCE_NAME

PLATFORM_USERS = (ADMIN_USER, EXPORTER_USER)


OF_ACCESS_CONTROL = ("users", "roles", "passwords", "accessControlConfig")
"""Settings that nothing reads in a cluster without access control."""


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
    kind: str
    name: str
    form: Form
    document: Document
    path: Path


def names(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find names with other than ASCII letters, which may look the same as another name, and names of a wrong form."""
    for entry in named(source):
        if not entry.name.isascii():
            odd = next(letter for letter in entry.name if not letter.isascii())
            message = (
                f"the {entry.kind} name '{entry.name}' has the letter '{odd}' (U+{ord(odd):04X}), which is not ASCII"
            )
            yield finding(
                "name-letters", entry.document, entry.path, message, "a letter that looks alike is another name"
            )
        elif not entry.form.pattern.fullmatch(entry.name) or len(entry.name) > entry.form.longest:
            hint = f"{entry.form.hint}; at most {entry.form.longest} characters"
            yield finding("name-form", entry.document, entry.path, f"'{entry.name}' is no {entry.kind} name", hint)


def named(source: CellSource) -> Iterator[Named]:
    """Yield everything that people name."""
    yield from named_in_cell(source)
    yield from named_in_settings(source)
    for team, read in source.teams.items():
        yield Named("team", team, RESOURCE, read.document, ("team",))
        for cluster in read.file.clusters:
            yield Named("cluster", cluster, RESOURCE, read.document, ("clusters", cluster))
    for tier, revisions in source.tiers.revisions.items():
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
    for document, data, path in written_settings(source):
        for key, kind, form in (("namespaces", "namespace", NAMESPACE), ("users", "user", USER)):
            listed = data.get(key)
            for index, entry in enumerate(listed) if is_named_list(listed) else ():
                yield Named(kind, entry["name"], form, document, (*path, key, index, "name"))


def written_settings(source: CellSource) -> Iterator[tuple[Document, Mapping[str, Any], Path]]:
    """The settings of each cluster, of the cell, and of each revision of a tier, with their place in their file."""
    for cluster in source.clusters:
        yield cluster.document, cluster.file.settings, cluster.place
    if source.cell:
        yield source.cell.document, source.cell.file.defaults, ("defaults",)
    for tier in source.tiers.all():
        for settings, place in tier.written():
            yield tier.document, settings, place


def files(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find files whose `cell` or `team` is not that of their path."""
    for team, read in source.teams.items():
        if read.file.team != team:
            message = f"names the team '{read.file.team}', and the file is {team}.yaml"
            yield finding("team-name", read.document, ("team",), message, f"write `team: {team}`")
    if source.cell and source.cell.file.cell != source.name:
        message = f"names the cell '{source.cell.file.cell}', and the folder is {source.name}"
        yield finding("cell-name", source.cell.document, ("cell",), message, f"write `cell: {source.name}`")


def repeated(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find names that a list has twice: a merge by name would silently merge the second entry into the first."""
    for document, data, path in written_settings(source):
        yield from repeated_in(document, data, path)
    counts: Counter[str] = Counter()
    for index, rack in enumerate(source.cell.file.racks if source.cell else ()):
        counts[rack] += 1
        if source.cell and counts[rack] > 1:
            message = f"the rack '{rack}' is in this list twice"
            yield finding("rack-twice", source.cell.document, ("racks", index), message, "keep one of them")


def repeated_in(document: Document, data: Any, path: Path) -> Iterator[Finding]:
    """Find every list entry with the name of an earlier one, at any depth below ``path``."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from repeated_in(document, value, (*path, key))
    elif is_named_list(data):
        counts: Counter[str] = Counter()
        for index, item in enumerate(data):
            name = item["name"]
            counts[name] += 1
            if counts[name] > 1:
                message = f"the name '{name}' is in this list twice"
                yield finding("name-twice", document, (*path, index, "name"), message, "keep one of them")
            yield from repeated_in(document, item, (*path, index))


def users(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find users with the name of a platform user: the operator and the exporter log in as these."""
    for document, data, path in written_settings(source):
        listed = data.get("users")
        for index, user in enumerate(listed) if is_named_list(listed) else ():
            if user["name"] in PLATFORM_USERS:
                message = f"the user '{user['name']}' is the platform's own"
                place = (*path, "users", index, "name")
                yield finding("user-reserved", document, place, message, "give yours another name")


def access_control(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find settings of access control for a cluster without access control: everybody may log in, and the owner
    believes otherwise.

    The cluster and its own tier are read. `defaults` of a cell and lower tiers are for the clusters with access
    control; `defaults` of a cell without any such cluster are a finding, too.
    """
    if source.cell and settings and not any(resolved.security.access_control for resolved in settings.values()):
        for key in OF_ACCESS_CONTROL:
            if source.cell.file.defaults.get(key):
                message = f"no cluster of the cell has access control: '{key}' would not reach a server"
                hint = f"write `security: {{accessControl: true}}` beside it, or take '{key}' out"
                yield finding("access-control-off", source.cell.document, ("defaults", key), message, hint)
    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        if resolved is None or resolved.security.access_control:
            continue
        for key in OF_ACCESS_CONTROL:
            message = f"the cluster has no access control: '{key}' would not reach the server"
            hint = f"write `security: {{accessControl: true}}`, choose a tier that has it, or take '{key}' out"
            if cluster.file.settings.get(key):
                yield finding("access-control-off", cluster.document, (*cluster.place, key), message, hint)
            elif tier_has(source, cluster, key):
                yield finding_of_setting("access-control-off", source, cluster, key, (message, hint))


def tier_has(source: CellSource, cluster: WrittenCluster, key: str) -> bool:
    """Return whether the cluster's own tier has the setting, and the cluster did not turn access control off itself."""
    tier, security = source.tiers.find(cluster.file.tier), cluster.file.settings.get("security")
    turned_off = isinstance(security, Mapping) and "accessControl" in security
    return tier is not None and bool(tier.file.settings.get(key)) and not turned_off


def passwords(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find generations of passwords for unknown users: they would rotate no password."""
    for cluster in source.clusters:
        resolved = settings.get(cluster.key)
        if resolved is None:
            continue
        users = sorted({*PLATFORM_USERS, *(user.name for user in resolved.users)})
        for user in resolved.passwords:
            if user not in users:
                place = (*cluster.place, "passwords", user)
                message = f"the cluster has no user '{user}'"
                yield finding("password-user", cluster.document, place, message, f"its users are {', '.join(users)}")
