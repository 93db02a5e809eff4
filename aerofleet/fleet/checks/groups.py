"""Stack groups: every team belongs to one, and its resources are in that group's stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aerofleet.files.validation import nearest
from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.load import Document
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource


def groups(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find teams without a stack group of the cell, if the cell has groups."""
    if source.cell is None:
        return
    file, document = source.cell.file, source.cell.document
    members = Counter(team for teams in file.groups.values() for team in teams)
    for team in source.teams:
        if file.groups and not members[team]:
            message = f"team {team} is in no stack group"
            yield finding("group-missing", document, ("groups",), message, f"add it to one of {', '.join(file.groups)}")
    for group, teams in file.groups.items():
        if group == "platform":
            yield finding(
                "group-name",
                document,
                ("groups", group),
                "'platform' is the name of the platform's own stack",
                "choose another name",
            )
        for index, team in enumerate(teams):
            place = ("groups", group, index)
            if source.tenants and team not in source.tenants.file.teams:
                hint = nearest(team, source.tenants.file.teams)
                yield finding("group-team", document, place, f"there is no team '{team}'", hint)
            if members[team] > 1:
                yield finding("group-twice", document, place, f"team {team} is in {members[team]} groups", "keep one")


def moved_groups(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find teams whose allocated stack group is not the one in the definitions."""
    if source.cell is None or source.allocations is None:
        return
    groups, allocations = source.cell.file.groups, source.allocations
    cell_file, given_file = source.cell.document, allocations.document
    wanted: list[tuple[str, str, Document, Path]] = [
        (team, group, cell_file, ("groups", group, index))
        for group, teams in groups.items()
        for index, team in enumerate(teams)
    ]
    if not groups:
        wanted = [(team, "", given_file, ("teams", team, "group")) for team in source.teams]
    for team, group, document, place in wanted:
        given = allocations.file.teams.get(team)
        if given is not None and given.group != group:
            command = f"aerofleet stacks move {team} --cell {source.name}" + (f" --to {group}" if group else "")
            where = f"group '{group}'" if group else "the cell's only stack"
            message = f"team {team} shall be in {where}, its resources are in '{given.group or source.name}'"
            yield finding("group-moved", document, place, message, f"run `{command}` before anything else")
