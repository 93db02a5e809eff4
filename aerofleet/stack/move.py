"""Moving a team from one stack of its cell to another: only the states change, never the server.

`pulumi state move` writes the destination's state and then the source's. A crash between the two leaves the team in
both; the next run then only takes it out of the source. So the move can be run again at any point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

State = Mapping[str, Any]

TEAM_TYPE = "aerofleet:index:TeamSpace"


class MoveError(Exception):
    """The move can't be done now; the text says why and what to do first."""


@dataclass(frozen=True, slots=True)
class Move:
    """``source`` is empty where there is nothing to do; ``finish`` says that the destination already holds the team."""

    team: str
    source: str
    destination: str
    urn: str = ""
    finish: bool = False


def resources(state: State) -> list[dict[str, Any]]:
    return list((state.get("deployment") or {}).get("resources") or ())


def team_urn(state: State, team: str) -> str:
    """The URN of the team's component in a state, or an empty text."""
    return next(
        (str(each["urn"]) for each in resources(state) if each["type"] == TEAM_TYPE and name_of(each["urn"]) == team),
        "",
    )


def name_of(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def plan_move(states: Mapping[str, State], team: str, destination: str) -> Move:
    """Decide from the exported states of all stacks of a cell (stack name → state)."""
    for stack, state in states.items():
        if (state.get("deployment") or {}).get("pending_operations"):
            raise MoveError(f"stack {stack} has open operations: run `aerofleet recover {stack}` first")
    holders = [stack for stack, state in states.items() if team_urn(state, team)]
    others = [stack for stack in holders if stack != destination]
    if not holders:
        raise MoveError(f"no stack of the cell holds team {team}: there is nothing to move yet")
    if len(others) > 1:
        raise MoveError(f"team {team} is in {', '.join(others)} at once: settle that with `pulumi state` first")
    if not others:
        return Move(team, "", destination)
    source = others[0]
    return Move(team, source, destination, team_urn(states[source], team), finish=destination in holders)


def without_team(state: State, team: str) -> dict[str, Any]:
    """The state less the team's component and everything below it."""
    gone = {team_urn(state, team)}
    kept = []
    for resource in resources(state):  # parents stand before their children
        if resource["urn"] in gone or resource.get("parent") in gone:
            gone.add(resource["urn"])
        else:
            kept.append(resource)
    return {**state, "deployment": {**state["deployment"], "resources": kept}}
