"""Names: their form, that they are said once, and that nobody takes the platform's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.finding import Finding
from aerofleet.load import Document
from aerofleet.model.checks.finding import SettingsOf, finding
from aerofleet.model.cluster import ADMIN_USER, EXPORTER_USER
from aerofleet.model.merge import Path, is_named_list
from aerofleet.model.names import MAX_RESOURCE_NAME
from aerofleet.model.source import CellSource

NAME = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")
PLATFORM_USERS = (ADMIN_USER, EXPORTER_USER)


def names(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Names become Kubernetes names, and letters that only look Latin would make two names out of one."""
    for team, read in source.teams.items():
        if read.file.team != team:
            yield finding(
                "team-name", read.document, ("team",), f"'{read.file.team}' stands in {team}.yaml", f"write {team}"
            )
        for kind, name, path in [
            ("team", team, ("team",)),
            *(("cluster", name, ("clusters", name)) for name in read.file.clusters),
        ]:
            if not name.isascii():
                odd = next(letter for letter in name if not letter.isascii())
                message = f"the {kind} name '{name}' has the letter '{odd}' (U+{ord(odd):04X}), which is not ASCII"
                yield finding("name-letters", read.document, path, message, "a letter that looks alike is another name")
            elif not NAME.fullmatch(name) or len(name) > MAX_RESOURCE_NAME:
                message = f"'{name}' is no {kind} name"
                hint = f"a small letter, then small letters, digits and dashes, at most {MAX_RESOURCE_NAME} characters"
                yield finding("name-form", read.document, path, message, hint)
    if source.cell and source.cell.file.cell != source.name:
        message = f"'{source.cell.file.cell}' stands in the folder {source.name}"
        yield finding("cell-name", source.cell.document, ("cell",), message, f"write {source.name}")


def repeated(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """In a list that merges by name, the second entry of a name would silently be laid over the first."""
    for cluster in source.clusters:
        yield from repeated_in(cluster.document, cluster.file.settings, cluster.place)
    if source.cell:
        yield from repeated_in(source.cell.document, source.cell.file.defaults, ("defaults",))
    for tier in source.tiers.all():
        yield from repeated_in(tier.document, tier.file.settings, ("revisions", str(tier.number), "settings"))


def repeated_in(document: Document, data: Any, path: Path) -> Iterator[Finding]:
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from repeated_in(document, value, (*path, key))
    elif is_named_list(data):
        said: Counter[str] = Counter()
        for index, item in enumerate(data):
            name = item["name"]
            said[name] += 1
            if said[name] > 1:
                message = f"the name '{name}' stands in this list a second time"
                yield finding("name-twice", document, (*path, index, "name"), message, "keep one of them")
            yield from repeated_in(document, item, (*path, index))


def users(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """The operator and the exporter log in as users of their own; nobody else sets their roles or passwords."""
    for cluster in source.clusters:
        listed = cluster.file.settings.get("users") or []
        for index, user in enumerate(listed) if is_named_list(listed) else ():
            if user["name"] in PLATFORM_USERS:
                place = (*cluster.place, "users", index, "name")
                message = f"the user '{user['name']}' is the platform's own"
                yield finding("user-reserved", cluster.document, place, message, "give yours another name")
