"""`aerofleet stacks` lists the stacks of every cell in the order in which they are brought up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from aerofleet.cli import main
from tests.fleet.project import EXAMPLE, SHOP, copy_of
from tests.trees.repository import edit


@pytest.fixture
def grouped(tmp_path: Path) -> Path:
    """A cell as its platform and three groups, of which one has no team yet."""
    root = copy_of(SHOP, tmp_path)
    here = root / "stacks" / "here"
    groups = {"sales": ["shop"], "spare": [], "finding": ["search"]}
    cell, allocations = (yaml.safe_load((here / f"{name}.yaml").read_text()) for name in ("cell", "allocations"))
    for group, teams in groups.items():
        for team in teams:
            allocations["teams"][team]["group"] = group
    (here / "cell.yaml").write_text(yaml.safe_dump({**cell, "groups": groups}, sort_keys=False))
    (here / "allocations.yaml").write_text(yaml.safe_dump(allocations, sort_keys=False))
    return root


def listed(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["stacks", *arguments, "--root", str(root)]) == 0
    return capsys.readouterr().out


def test_a_cell_without_groups_is_one_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(SHOP, capsys, "list").split(maxsplit=1) == ["here", "platform, search, shop\n"]


def test_groups_come_after_their_platform_in_the_order_written(
    grouped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [line.split(maxsplit=1) for line in listed(grouped, capsys).splitlines()] == [
        ["here.platform", "platform"],
        ["here.sales", "shop"],
        ["here.spare", "nothing yet"],
        ["here.finding", "search"],
    ]


def test_one_cell_of_several(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    assert listed(root, capsys, "list", "staging").split()[0] == "staging"
    assert "local" not in listed(root, capsys, "list", "staging")
    assert main(["stacks", "list", "stagin", "--root", str(root)]) == 2
    assert "staging" in capsys.readouterr().err


def test_for_machines(grouped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = json.loads(listed(grouped, capsys, "--format", "json"))
    assert output["schema"] == "aerofleet.io/stacks/v1"
    assert output["stacks"][:2] == [
        {"stack": "here.platform", "platform": True, "teams": []},
        {"stack": "here.sales", "platform": False, "teams": ["shop"]},
    ]


def test_a_pipeline_has_a_job_for_each_cell_that_it_reaches(grouped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = [{"cell": "here", "stacks": "here.platform here.sales here.spare here.finding"}]
    assert json.loads(listed(grouped, capsys, "--format", "matrix")) == jobs
    cell = grouped / "stacks/here/cell.yaml"
    definition = yaml.safe_load(cell.read_text())
    embedded = {"context": "aerofleet-embedded", "ephemeral": True}
    cell.write_text(yaml.safe_dump(definition | embedded, sort_keys=False))
    assert listed(grouped, capsys, "--format", "matrix") == "[]\n"


def test_the_same_for_gitlab_which_needs_at_least_one_job(grouped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jobs = yaml.safe_load(listed(grouped, capsys, "--format", "gitlab"))
    stacks = "here.platform here.sales here.spare here.finding"
    assert jobs == {"here": {"extends": ".cell", "variables": {"CELL": "here", "STACKS": stacks}}}
    edit(grouped, "stacks/here/cell.yaml", "context: here", "context: aerofleet-embedded\nephemeral: true")
    assert list(yaml.safe_load(listed(grouped, capsys, "--format", "gitlab"))) == ["nothing"]


def test_only_a_cell_that_may_end_as_a_whole_is_destroyed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stacks", "destroy", "here", "--root", str(SHOP)]) == 1
    output = capsys.readouterr()
    assert "step by step" in output.out + output.err
    assert "Traceback" not in output.err
