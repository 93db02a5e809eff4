"""A cell as one platform stack and groups of teams, and moving a team between them."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli.recover import run as recover
from aerofleet.cli.stacks import run as stacks
from aerofleet.local.control_plane import ControlPlane
from aerofleet.stack.move import without_team
from tests.engine.cell_on_server import (
    Reader,
    control_plane_in,
    missing,
    named,
    rendered,
    without_definition,
    written_cell,
)
from tests.engine.conftest import engine_environment
from tests.engine.project_copy import ProjectCopy
from tools.toolchain.control_plane import ControlPlanePrograms

GROUPS = {"blue": ["checkout", "search"], "green": ["payments"]}
STACKS = ("local.platform", "local.blue", "local.green")

pytestmark = pytest.mark.xdist_group("groups")


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory, programs: ControlPlanePrograms) -> Iterator[ControlPlane]:
    with control_plane_in(tmp_path_factory.mktemp("groups"), programs) as plane:
        yield plane


@pytest.fixture(scope="module")
def applied(plane: ControlPlane, toolchain: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProjectCopy]:
    """The example cell in groups, every stack applied. Verbs of ours that run here see the same environment."""
    env = engine_environment(tmp_path_factory.mktemp("engine"), toolchain, plane)
    copy = ProjectCopy(tmp_path_factory.mktemp("project") / "aerofleet", env).prepare()
    edited(copy.file("cell.yaml"), groups=GROUPS)
    allocations = yaml.safe_load(copy.file("allocations.yaml").read_text())
    for group, teams in GROUPS.items():
        for team in teams:
            allocations["teams"][team]["group"] = group
    copy.file("allocations.yaml").write_text(yaml.safe_dump(allocations, sort_keys=False))
    copy.pulumi("stack", "rm", "--yes", "local").check_returncode()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        for stack in STACKS:
            copy.pulumi("stack", "init", stack).check_returncode()
            up(copy, stack)
        yield copy


@pytest.fixture
def project(applied: ProjectCopy, tmp_path: Path) -> Iterator[ProjectCopy]:
    """Definitions and states are put back after each test: a move changes nothing else."""
    files = {applied.file(name): applied.file(name).read_bytes() for name in ("cell.yaml", "allocations.yaml")}
    states = {stack: exported(applied, stack) for stack in STACKS}
    yield applied
    for path, content in files.items():
        path.write_bytes(content)
    for stack, state in states.items():
        imported(applied, stack, state, tmp_path / "before.json")


@pytest.fixture
def ending(applied: ProjectCopy) -> Iterator[ProjectCopy]:
    """For a test that leaves nothing on the server: all of it is made again, so the states too are new ones."""
    yield applied
    for stack in STACKS:
        up(applied, stack)


def edited(path: Path, **changes: Any) -> None:
    data = yaml.safe_load(path.read_text())
    data.update(changes)
    path.write_text(yaml.safe_dump(data, sort_keys=False))


def up(project: ProjectCopy, stack: str, *options: str) -> str:
    done = project.pulumi("up", "--yes", "--skip-preview", "--stack", stack, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def exported(project: ProjectCopy, stack: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(project.pulumi("stack", "export", "--stack", stack).stdout)
    return found


def imported(project: ProjectCopy, stack: str, state: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(state))
    project.pulumi("stack", "import", "--stack", stack, "--file", str(path)).check_returncode()


def told(project: ProjectCopy, *words: str) -> tuple[int, str]:
    """Exit code and text of `aerofleet stacks`."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = stacks([*words, "--root", str(project.folder)])
    return code, printed.getvalue()


def moved(project: ProjectCopy, team: str, group: str) -> tuple[int, str]:
    return told(project, "move", team, "--cell", "local", "--to", group)


def ended(project: ProjectCopy, *words: str) -> tuple[int, str]:
    return told(project, "destroy", "local", *words)


def regroup(project: ProjectCopy, **groups: list[str]) -> None:
    edited(project.file("cell.yaml"), groups=groups)


def test_groups_make_the_same_objects_as_one_stack(project: ProjectCopy, plane: ControlPlane) -> None:
    reader = Reader(plane)
    wrong = {
        named(each): found for each in rendered(project.folder) if (found := list(missing(each, reader.get(each))))
    }
    assert wrong == {}
    held = {
        named(each["outputs"]): stack
        for stack in STACKS
        for each in exported(project, stack)["deployment"]["resources"]
        if each["type"].startswith("kubernetes:")
    }
    assert held.keys() == {named(each) for each in rendered(project.folder)}
    assert held["AerospikeCluster aerospike-payments/ledger"] == "local.green"


def test_a_team_moves_without_a_write_to_the_server(project: ProjectCopy, plane: ControlPlane) -> None:
    before = written_cell(project.folder, plane)
    regroup(project, blue=["checkout"], green=["payments", "search"])
    refused = project.pulumi("preview", "--stack", "local.green")
    assert refused.returncode != 0
    assert "stacks move search" in refused.stdout
    assert moved(project, "search", "green")[0] == 0
    for stack in STACKS:
        up(project, stack, "--expect-no-changes")
    assert written_cell(project.folder, plane) == before
    assert moved(project, "search", "green") == (0, "search is in local.green already\n")


def test_a_move_that_was_cut_off_is_run_again(project: ProjectCopy, plane: ControlPlane, tmp_path: Path) -> None:
    """Between the two states, and before the allocations: the two places where it can have stopped."""
    before = written_cell(project.folder, plane)
    source, allocations = exported(project, "local.blue"), project.file("allocations.yaml").read_text()
    regroup(project, blue=["search"], green=["payments", "checkout"])
    assert moved(project, "checkout", "green")[0] == 0
    imported(project, "local.blue", source, tmp_path / "both.json")
    project.file("allocations.yaml").write_text(allocations)
    code, text = moved(project, "checkout", "green")
    assert (code, text) == (0, "checkout: finished the move from local.blue to local.green\n")
    for stack in STACKS:
        up(project, stack, "--expect-no-changes")
    assert written_cell(project.folder, plane) == before


def test_a_team_moves_out_of_a_group_that_is_dissolved(project: ProjectCopy, plane: ControlPlane) -> None:
    before = written_cell(project.folder, plane)
    regroup(project, blue=["checkout", "search", "payments"])
    code, text = moved(project, "payments", "blue")
    assert (code, "moved from local.green to local.blue" in text) == (0, True), text
    up(project, "local.blue", "--expect-no-changes")
    # The empty stack goes as docs/how-to/move-a-team.md says: its provider first, which no `stack rm` takes.
    project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "local.green").check_returncode()
    project.pulumi("stack", "rm", "--yes", "local.green").check_returncode()
    assert written_cell(project.folder, plane) == before
    project.pulumi("stack", "init", "local.green").check_returncode()


def test_a_team_that_was_never_applied_changes_its_group(project: ProjectCopy, tmp_path: Path) -> None:
    """As if the state had never seen it: only the definitions give it a group."""
    state = exported(project, "local.blue")
    imported(project, "local.blue", without_team(state, "search"), tmp_path / "without.json")
    regroup(project, blue=["checkout"], green=["payments", "search"])
    assert moved(project, "search", "green") == (
        0,
        "search is in no stack yet: `pulumi up` of local.green will make it\n",
    )
    allocations = yaml.safe_load(project.file("allocations.yaml").read_text())
    assert allocations["teams"]["search"]["group"] == "green"


def test_a_team_of_another_stack_is_not_adopted_by_a_recovery(project: ProjectCopy, plane: ControlPlane) -> None:
    """The move was begun, then the definitions were put back and applied: two states would hold the team."""
    before = written_cell(project.folder, plane)
    definitions = {name: project.file(name).read_text() for name in ("cell.yaml", "allocations.yaml")}
    regroup(project, blue=["checkout"], green=["payments", "search"])
    assert moved(project, "search", "green")[0] == 0
    for name, text in definitions.items():
        project.file(name).write_text(text)
    assert project.pulumi("up", "--yes", "--skip-preview", "--stack", "local.blue").returncode != 0
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert recover(["local.blue", "--root", str(project.folder)]) == 1
    assert "(local.green holds it; `aerofleet stacks move` settles where its team is)" in printed.getvalue()
    # The failed run left a beginning of the team in local.blue, as the refusal says.
    code, text = moved(project, "search", "blue")
    assert (code, "the copy there is not whole. Write the team under the group of local.green," in text) == (
        1,
        True,
    )
    for groups in ({"blue": ["checkout"], "green": ["payments", "search"]}, GROUPS):
        regroup(project, **groups)
        assert moved(project, "search", next(name for name in groups if "search" in groups[name]))[0] == 0
    up(project, "local.blue", "--expect-no-changes")
    assert written_cell(project.folder, plane) == before


def test_a_platform_that_teams_stand_on_is_not_destroyed(project: ProjectCopy, plane: ControlPlane) -> None:
    before = written_cell(project.folder, plane)
    refused = project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "local.platform")
    assert refused.returncode != 0
    assert "CellGuard::local" in refused.stdout
    assert "protected" in refused.stdout
    assert written_cell(project.folder, plane) == before


def test_the_right_order_leaves_an_empty_server(ending: ProjectCopy, plane: ControlPlane) -> None:
    every = rendered(ending.folder)
    code, text = ended(ending, "--yes")
    assert (code, text) == (0, "local.green: destroyed\nlocal.blue: destroyed\nlocal.platform: destroyed\n")
    reader = Reader(plane)
    left = [named(each) for each in every if each["kind"] != "Node" and reader.holds(each)]
    assert left == []
    labels = [set(node["metadata"]["labels"]) for node in plane.server().get("/api/v1/nodes")["items"]]
    assert not any(label.startswith("aerofleet.io/") for each in labels for label in each)


def test_a_group_without_a_platform_says_so(ending: ProjectCopy, plane: ControlPlane) -> None:
    ended(ending, "--yes")
    message = "does not know AerospikeClusters yet: bring up local.platform first"
    with without_definition(plane, "aerospikeclusters.asdb.aerospike.com", "asdb.aerospike.com/v1"):
        previewed = ending.pulumi("preview", "--stack", "local.green")
        refused = ending.pulumi("up", "--yes", "--skip-preview", "--stack", "local.green")
    assert (previewed.returncode, message in previewed.stdout) == (0, True)
    assert (refused.returncode, message in refused.stdout) == (1, True)
    assert "Traceback" not in refused.stdout + refused.stderr


def test_a_cell_that_is_not_ephemeral_is_not_destroyed(project: ProjectCopy) -> None:
    edited(project.file("cell.yaml"), ephemeral=False)
    code, text = ended(project, "--yes")
    assert code == 1
    assert "step by step" in text


def test_one_stack_becomes_groups_without_a_write_to_the_server(
    tmp_path: Path, toolchain: Path, programs: ControlPlanePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the how-to says: rename the stack, name the groups, move the teams."""
    with control_plane_in(tmp_path, programs) as plane:
        env = engine_environment(tmp_path, toolchain, plane)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        copy = ProjectCopy(tmp_path / "project" / "aerofleet", env).prepare()
        up(copy, "local")
        before = written_cell(copy.folder, plane)
        copy.pulumi("stack", "rename", "local.platform", "--stack", "local").check_returncode()
        regroup(copy, **GROUPS)
        for group, teams in GROUPS.items():
            copy.pulumi("stack", "init", f"local.{group}").check_returncode()
            for team in teams:
                assert moved(copy, team, group)[0] == 0
        for stack in STACKS:
            up(copy, stack, "--expect-no-changes")
        assert written_cell(copy.folder, plane) == before
        back_to_one_stack(copy)
        assert written_cell(copy.folder, plane) == before


def back_to_one_stack(copy: ProjectCopy) -> None:
    regroup(copy)
    refused = copy.pulumi("preview", "--stack", "local.platform")
    assert "aerofleet stacks move payments --cell local`" in refused.stdout
    copy.pulumi("stack", "rename", "local", "--stack", "local.platform").check_returncode()
    for team in (team for teams in GROUPS.values() for team in teams):
        assert told(copy, "move", team, "--cell", "local")[0] == 0
    # The guard of a platform with groups is taken off; nothing stands for it on the server.
    up(copy, "local")
    up(copy, "local", "--expect-no-changes")
