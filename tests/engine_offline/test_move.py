"""Moving a team between stacks: what is decided from the states, at every point where a move can have been cut off."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.engine.move import MoveError, plan_move, team_urn, without_team


def state(stack: str, *teams: str, pending: bool = False, more: str = "") -> dict[str, Any]:
    """A stack with a Namespace for each team, and in it one of the name ``more``."""
    resources = []
    for team in teams:
        urn = f"urn:pulumi:{stack}::aerofleet::aerofleet:index:TeamSpace::{team}"
        below = f"urn:pulumi:{stack}::aerofleet::aerofleet:index:TeamSpace$kubernetes:core/v1:Namespace"
        resources += [
            {"urn": urn, "type": "aerofleet:index:TeamSpace"},
            *(
                {"urn": f"{below}::{name}", "type": "kubernetes:core/v1:Namespace", "parent": urn}
                for name in filter(None, (team, more))
            ),
        ]
    operations = [{"type": "creating", "resource": resources[0]}] if pending else []
    return {"version": 3, "deployment": {"resources": resources, "pending_operations": operations}}


def test_a_team_in_another_stack_is_moved_as_one_subtree() -> None:
    move = plan_move({"c.blue": state("c.blue", "shop", "play"), "c.green": state("c.green")}, "shop", "c.green")
    assert (move.source, move.destination, move.finish) == ("c.blue", "c.green", False)
    assert move.urn == "urn:pulumi:c.blue::aerofleet::aerofleet:index:TeamSpace::shop"


def test_a_move_that_is_done_is_nothing_to_do() -> None:
    assert plan_move({"c.blue": state("c.blue"), "c.green": state("c.green", "shop")}, "shop", "c.green").source == ""


def test_a_move_cut_off_between_its_two_writes_is_finished() -> None:
    states = {"c.blue": state("c.blue", "shop", "play"), "c.green": state("c.green", "shop")}
    move = plan_move(states, "shop", "c.green")
    assert move.finish and move.source == "c.blue"
    left = without_team(states["c.blue"], "shop")
    assert team_urn(left, "shop") == ""
    assert [resource["urn"].rsplit("::", 1)[-1] for resource in left["deployment"]["resources"]] == ["play", "play"]


def test_a_team_that_nobody_applied_yet_has_no_state_to_move() -> None:
    assert plan_move({"c.blue": state("c.blue"), "c.green": state("c.green")}, "shop", "c.green").source == ""


@pytest.mark.parametrize(
    ("states", "message"),
    [
        ({"c.blue": state("c.blue", "shop", pending=True), "c.green": state("c.green")}, "aerofleet recover c.blue"),
        (
            {"c.a": state("c.a", "shop"), "c.b": state("c.b", "shop"), "c.green": state("c.green")},
            "in c.a, c.b at once",
        ),
        # Cut off in the middle, then the definitions were put back, applied and edited again.
        (
            {"c.blue": state("c.blue", "shop", more="later"), "c.green": state("c.green", "shop")},
            "c.blue holds Namespace later of team shop, which c.green does not",
        ),
    ],
)
def test_a_move_that_would_guess_is_refused(states: dict[str, Any], message: str) -> None:
    with pytest.raises(MoveError, match=message):
        plan_move(states, "shop", "c.green")
