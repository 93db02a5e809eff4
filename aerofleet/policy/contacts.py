"""Who answers for what in a cell, by the names that the definitions have: those that CODEOWNERS gets, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aerofleet.settings.source import CellSource

Role = Literal["platform", "approvers", "security", "capacity", "data"]
"""``platform``: the owners of the cell; ``approvers``: of its waivers and approvals; ``data``: the owners of a team."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """The owners of one cell: role, or team → names as in CODEOWNERS (``@organisation/team``); empty where the
    definitions name nobody.
    """

    cell: str = ""
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    teams: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_ephemeral: bool = False

    def people(self, role: Role, teams: Iterable[str] = ()) -> tuple[str, ...]:
        """Return whom to ask, each as the object of a sentence: ``@shop/data (team shop)``.

        ``teams``: those whose data it is, for the role ``data``.
        """
        if role == "data":
            return tuple(self._of_team(team) for team in dict.fromkeys(teams)) or self.people("platform")
        if owners := self.roles.get(role, ()):
            return (f"{' or '.join(owners)} ({DUTIES[role]} of {self.cell})",)
        if role == "platform":
            return ("the platform team",)
        where = self.cell or "the cell"
        answers = (
            f"the security contact of {where} (not named in cell.yaml `contacts`), or " if role == "security" else ""
        )
        return tuple(f"{answers}{name}" for name in self.people("platform"))

    def _of_team(self, team: str) -> str:
        owners = self.teams.get(team, ())
        return f"{' or '.join(owners)} (team {team})" if owners else f"the team {team}"


DUTIES: Mapping[Role, str] = {
    "platform": "owners",
    "approvers": "approvers",
    "security": "security",
    "capacity": "capacity",
}
"""Role → what its people are in a cell."""


def contacts_of(source: CellSource | None) -> Contacts:
    """Return the contacts of a cell, as far as its files could be read."""
    if source is None or source.cell is None:
        return Contacts(source.name if source else "")
    cell = source.cell.file
    roles: dict[Role, tuple[str, ...]] = {
        "platform": cell.owners,
        "approvers": cell.policy.approvers or cell.owners,
        "security": cell.contacts.security,
        "capacity": cell.contacts.capacity,
    }
    tenants = source.tenants.file.teams if source.tenants else {}
    return Contacts(source.name, roles, {team: tenant.owners for team, tenant in tenants.items()}, cell.ephemeral)
