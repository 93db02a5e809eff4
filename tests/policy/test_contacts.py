"""The people that a review names come from the definitions, and from those before the change."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from aerofleet.files.project_files import Files
from aerofleet.policy.contacts import Contacts, Role, contacts_of
from aerofleet.review.advice import advice_of
from aerofleet.settings.source import read_cell
from aerofleet.trees.compare import Request, review_sides
from tests.fleet.project import SHOP, change, copy_of
from tests.review.edited import DAY

OWNED = {
    "file": "stacks/here/cell.yaml",
    "replace": "environment: development",
    "by": "environment: production\nowners: ['@shop/platform', '@shop/night']\n"
    "policy: {approvers: ['@shop/board']}\ncontacts: {security: ['@shop/security']}",
}
TEAM = {
    "file": "stacks/here/tenants.yaml",
    "replace": "    overridable:",
    "by": "    owners: ['@shop/carts']\n    overridable:",
}


def contacts(folder: Path, *edits: dict[str, Any]) -> Contacts:
    root = copy_of(SHOP, folder)
    for edit in edits:
        change(root, edit)
    return contacts_of(read_cell(Files(root), "here"))


@pytest.mark.parametrize(
    ("role", "named", "unnamed"),
    [
        ("platform", ("@shop/platform or @shop/night (owners of here)",), ("the platform team",)),
        ("approvers", ("@shop/board (approvers of here)",), ("the platform team",)),
        (
            "security",
            ("@shop/security (security of here)",),
            ("the security contact of here (not named in cell.yaml `contacts`), or the platform team",),
        ),
        ("capacity", ("@shop/platform or @shop/night (owners of here)",), ("the platform team",)),
        ("data", ("@shop/carts (team shop)", "the team search"), ("the team shop", "the team search")),
    ],
)
def test_whom_to_ask(role: Role, named: tuple[str, ...], unnamed: tuple[str, ...], tmp_path: Path) -> None:
    teams = ("shop", "search", "shop")
    assert contacts(tmp_path / "named", OWNED, TEAM).people(role, teams) == named
    assert contacts(tmp_path / "unnamed").people(role, teams) == unnamed


def test_an_ephemeral_cell_adds_nobody_to_those_of_another_cell(tmp_path: Path) -> None:
    base = copy_of(SHOP, tmp_path / "base")
    shutil.copytree(base / "stacks/here", base / "stacks/there")
    change(base, {"file": "stacks/there/cell.yaml", "replace": "cell: here", "by": "cell: there\nephemeral: true"})
    change(base, OWNED)
    head = tmp_path / "head"
    shutil.copytree(base, head)
    for cell in ("here", "there"):
        restart = {"replace": "    users:", "by": "    size: 2\n    users:"}
        change(head, {"file": f"stacks/{cell}/teams/shop.yaml", **restart})
    steps = advice_of(review_sides(head, Request(str(base), str(head)), DAY)).steps
    asked = [step for step in steps if "for a quiet time" in step]
    assert [step.partition(" for a")[0] for step in asked] == ["Ask @shop/platform or @shop/night (owners of here)"]


def test_a_change_does_not_choose_who_is_asked(tmp_path: Path) -> None:
    """The owners before the change are asked, also about a change of the owners."""
    base, head = (copy_of(SHOP, tmp_path / side) for side in ("base", "head"))
    for root in (base, head):
        change(root, OWNED)
    right = {"replace": "roles: [read-write]", "by": "roles: [read-write, sys-admin]"}
    change(head, {"file": "stacks/here/teams/shop.yaml", **right})
    change(head, {"file": "stacks/here/cell.yaml", "replace": "'@shop/security'", "by": "'@shop/friends'"})
    steps = advice_of(review_sides(head, Request(str(base), str(head)), DAY)).steps
    about = "user cart-service has sys-admin, which changes every setting of the servers."
    entry = "Without a waiver of `user-is-administrator` the check fails."
    assert [step for step in steps if step.startswith("Ask @shop/security")] == [
        f"Ask @shop/security (security of here) about shop/cart: {about} {entry}"
    ]
