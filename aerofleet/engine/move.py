"""Move a team from one stack of its cell to another: only the states change, never the server.

`pulumi state move` writes the destination's state and then the source's. A crash between the two leaves the team in
both; the next run then only removes it from the source. So the move can be run again at any point.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.findings.stop import FailureError
from aerofleet.fleet.stack_name import within_stack

State = Mapping[str, Any]

TEAM_TYPE = "aerofleet:index:TeamSpace"


class MoveError(FailureError):
    """The move is not possible now; the text has the reason and what to do first."""


@dataclass(frozen=True, slots=True)
class Move:
    """A planned move. ``source``: empty if no other stack has the team; ``finish``: the destination already has it."""

    team: str
    source: str
    destination: str
    urn: str = ""
    finish: bool = False


def resources(state: State) -> list[dict[str, Any]]:
    return list((state.get("deployment") or {}).get("resources") or ())


def team_urn(state: State, team: str) -> str:
    """Return the URN of the team's component in a state, or an empty text."""
    return next(
        (
            str(resource["urn"])
            for resource in resources(state)
            if resource["type"] == TEAM_TYPE and name_of(resource["urn"]) == team
        ),
        "",
    )


def name_of(urn: str) -> str:
    return urn.rsplit("::", 1)[-1]


def plan_move(states: Mapping[str, State], team: str, destination: str) -> Move:
    """Return the move to make, from the states of all stacks of a cell (stack name → state). Raises MoveError."""
    for stack, state in states.items():
        if (state.get("deployment") or {}).get("pending_operations"):
            raise MoveError(f"stack {stack} has open operations: run `aerofleet recover {stack}` first")
    holders = [stack for stack, state in states.items() if team_urn(state, team)]
    others = [stack for stack in holders if stack != destination]
    if len(others) > 1:
        raise MoveError(f"team {team} is in {', '.join(others)} at once: settle that with `pulumi state` first")
    if not others:
        return Move(team, "", destination)
    source = others[0]
    finish = destination in holders
    if finish:
        refuse_partial_copy(states, team, source, destination)
    return Move(team, source, destination, team_urn(states[source], team), finish)


def refuse_partial_copy(states: Mapping[str, State], team: str, source: str, destination: str) -> None:
    """Raise MoveError if the copy in the source has resources that the copy in the destination lacks.

    A move that was cut off leaves two copies. If the definitions were reverted and applied since, the copy in the
    source may be the newer one, and without it no state would have its additional resources.
    """
    copied = {within_stack(urn) for urn in team_tree(states[destination], team)}
    for urn in team_tree(states[source], team):
        if within_stack(urn) not in copied:
            kind = urn.split("::")[2].rpartition(":")[2]
            raise MoveError(
                f"stack {source} holds {kind} {name_of(urn)} of team {team}, which {destination} does not: "
                f"the copy there is not whole. Write the team under the group of {source}, move it there, begin anew"
            )


def team_tree(state: State, team: str) -> list[str]:
    """Return the URNs of the team's component and everything below it; empty if the state does not have the team."""
    tree = dict.fromkeys(filter(None, [team_urn(state, team)]))
    for resource in resources(state):  # parents come before their children
        if resource.get("parent") in tree:
            tree[resource["urn"]] = None
    return list(tree)


def without_team(state: State, team: str) -> dict[str, Any]:
    """Return the state without the team's component and everything below it."""
    gone = set(team_tree(state, team))
    kept = [resource for resource in resources(state) if resource["urn"] not in gone]
    return {**state, "deployment": {**state["deployment"], "resources": kept}}
