"""`aerofleet stacks`: the arguments are checked before any state is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from tests.fleet.project import SHOP, change, copy_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two teams in groups, and their resources where the groups say."""
    root = copy_of(SHOP, tmp_path)
    groups = "groups: {sales: [shop], finding: [search]}\nmonitoring:"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "monitoring:", "by": groups})
    return root


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shopp", "--to", "sales"], "cell 'here' has no team 'shopp'"),
        (["shop", "--to", "finding"], "cell.yaml names team 'shop' in group 'sales'; change it there first"),
        (["shop"], "cell.yaml names team 'shop' in group 'sales'; change it there first"),
    ],
)
def test_a_move_to_where_the_definitions_do_not_say_is_refused(
    arguments: list[str], message: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stacks", "move", "--cell", "here", "--root", str(project), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_cell_without_groups_has_one_stack_to_move_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stacks", "move", "shop", "--cell", "here", "--to", "sales", "--root", str(SHOP)]) == 2
    assert "in no group, so leave out --to" in capsys.readouterr().err
