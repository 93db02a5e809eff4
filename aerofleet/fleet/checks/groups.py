"""Stack groups: every team belongs to one, and its resources are in that group's stack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aerofleet.files.validation import nearest
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.checks.definitions import Definitions, in_file
from aerofleet.fleet.stack_name import PLATFORM
from aerofleet.load import Document
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource


@rule("group-missing", scope="cell", severity="error", source="Platform rule: docs/how-to/move-a-team.md")
def group_missing(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team is in no stack group of a cell that has groups."""
    source = definitions.source
    if source.cell is None or not source.cell.file.groups:
        return
    file, members = source.cell.file, members_of_groups(source)
    for team in source.teams:
        if not members[team]:
            message, remedy = f"team {team} is in no stack group", f"add it to one of {', '.join(file.groups)}"
            yield in_file(source.cell.document, ("groups",), message, remedy)


@rule(
    "group-name",
    scope="cell",
    severity="error",
    remedy="choose another name",
    source="Platform rule: docs/how-to/move-a-team.md",
)
def group_name(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A stack group has the name of the platform's own stack."""
    cell = definitions.source.cell
    if cell is not None and PLATFORM in cell.file.groups:
        yield in_file(cell.document, ("groups", PLATFORM), f"'{PLATFORM}' is the name of the platform's own stack")


@rule("group-team", scope="cell", severity="error", source="Platform rule: docs/how-to/move-a-team.md")
def group_team(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A stack group names a team that `tenants.yaml` does not have."""
    source = definitions.source
    if source.cell is None or source.tenants is None:
        return
    known = source.tenants.file.teams
    for _group, team, path in teams_in_groups(source):
        if team not in known:
            yield in_file(source.cell.document, path, f"there is no team '{team}'", nearest(team, known))


@rule(
    "group-twice", scope="cell", severity="error", remedy="keep one", source="Platform rule: docs/how-to/move-a-team.md"
)
def group_twice(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A team is in several stack groups."""
    source = definitions.source
    if source.cell is None:
        return
    members = members_of_groups(source)
    for _group, team, path in teams_in_groups(source):
        if members[team] > 1:
            yield in_file(source.cell.document, path, f"team {team} is in {members[team]} groups")


@rule("group-moved", scope="cell", severity="error", source="Platform rule: docs/how-to/move-a-team.md")
def group_moved(definitions: Definitions) -> Iterator[LocatedProblem]:
    """The resources of a team are still in the state of another stack than that of its group."""
    source = definitions.source
    if source.cell is None or source.allocations is None:
        return
    allocated = source.allocations
    wanted: list[tuple[str, str, Document, Path]]
    wanted = [(team, group, source.cell.document, path) for group, team, path in teams_in_groups(source)]
    if not source.cell.file.groups:
        wanted = [(team, "", allocated.document, ("teams", team, "group")) for team in source.teams]
    for team, group, document, path in wanted:
        allocation = allocated.file.teams.get(team)
        if allocation is not None and allocation.group != group:
            command = f"aerofleet stacks move {team} --cell {source.name}" + (f" --to {group}" if group else "")
            stack = f"group '{group}'" if group else "the cell's only stack"
            message = f"team {team} shall be in {stack}, its resources are in '{allocation.group or source.name}'"
            yield in_file(document, path, message, f"run `{command}` before anything else")


def teams_in_groups(source: CellSource) -> Iterator[tuple[str, str, Path]]:
    """Yield (group, team, path in cell.yaml) of every team that a stack group names."""
    groups = source.cell.file.groups if source.cell else {}
    for group, teams in groups.items():
        for index, team in enumerate(teams):
            yield group, team, ("groups", group, index)


def members_of_groups(source: CellSource) -> Counter[str]:
    """Return team → number of the stack groups that name it."""
    return Counter(team for _group, team, _path in teams_in_groups(source))


RULES = rules_in(globals())
