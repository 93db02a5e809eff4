"""A cell as one platform stack and groups of teams, and moving a team between them."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.engine.move import without_team
from aerofleet.local.control_plane import ControlPlane
from tests.engine.cell_on_server import Object, Reader, missing, named, rendered, without_definition, written_cell
from tests.engine.example_cell import ExampleCell
from tests.engine.project_copy import ProjectCopy

GROUPS = {"blue": ["checkout", "search"], "green": ["payments"]}
STACKS = ("local.platform", "local.blue", "local.green")

pytestmark = pytest.mark.xdist_group("cell")


@pytest.fixture
def plane(control_plane: ControlPlane) -> ControlPlane:
    return control_plane


@pytest.fixture(scope="module")
def as_one_stack(project: ProjectCopy, control_plane: ControlPlane) -> dict[str, Object]:
    """What the server holds before the stack is made into groups."""
    return written_cell(project.folder, control_plane)


@pytest.fixture(scope="module")
def applied(project: ProjectCopy, as_one_stack: dict[str, Object]) -> Iterator[ProjectCopy]:
    """The example cell in groups, as the how-to makes them of one stack: rename the stack, name the groups, move the
    teams; no stack has anything to do then. Verbs of ours that run here see the same environment.
    """
    assert as_one_stack
    with pytest.MonkeyPatch.context() as patch:
        for name, value in project.env.items():
            patch.setenv(name, value)
        project.pulumi("stack", "rename", "local.platform", "--stack", "local").check_returncode()
        regroup(project, **GROUPS)
        for group, teams in GROUPS.items():
            project.pulumi("stack", "init", f"local.{group}").check_returncode()
            for team in teams:
                assert moved(project, team, group)[0] == 0
        for stack in STACKS:
            up(project, stack, "--expect-no-changes")
        yield project


@pytest.fixture(name="grouped")
def put_back_groups(applied: ProjectCopy, tmp_path: Path) -> Iterator[ProjectCopy]:
    """Definitions and states are put back after each test: a move changes nothing else."""
    backend = Path(urlsplit(applied.env["PULUMI_BACKEND_URL"]).path)
    shutil.copytree(backend, tmp_path / "backend")
    with applied.put_back():
        yield applied
    shutil.rmtree(backend)
    shutil.copytree(tmp_path / "backend", backend)


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


def run_stacks(project: ProjectCopy, *arguments: str) -> tuple[int, str]:
    """Exit code and text of `aerofleet stacks`."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = main(["stacks", *arguments, "--root", str(project.folder)])
    return code, printed.getvalue()


def moved(project: ProjectCopy, team: str, group: str) -> tuple[int, str]:
    return run_stacks(project, "move", team, "--cell", "local", "--to", group)


def regroup(project: ProjectCopy, **groups: list[str]) -> None:
    edited(project.file("cell.yaml"), groups=groups)


def test_one_stack_becomes_groups_without_a_write_to_the_server(
    grouped: ProjectCopy, plane: ControlPlane, as_one_stack: dict[str, Object]
) -> None:
    assert written_cell(grouped.folder, plane) == as_one_stack


def test_groups_make_the_same_objects_as_one_stack(grouped: ProjectCopy, plane: ControlPlane) -> None:
    reader = Reader(plane)
    wrong = {
        named(manifest): found
        for manifest in rendered(grouped.folder)
        if (found := list(missing(manifest, reader.get(manifest))))
    }
    assert wrong == {}
    stack_of = {
        named(resource["outputs"]): stack
        for stack in STACKS
        for resource in exported(grouped, stack)["deployment"]["resources"]
        if resource["type"].startswith("kubernetes:")
    }
    assert stack_of.keys() == {named(manifest) for manifest in rendered(grouped.folder)}
    assert stack_of["AerospikeCluster aerospike-payments/ledger"] == "local.green"


def test_a_team_moves_without_a_write_to_the_server(grouped: ProjectCopy, plane: ControlPlane) -> None:
    before = written_cell(grouped.folder, plane)
    regroup(grouped, blue=["checkout"], green=["payments", "search"])
    refused = grouped.pulumi("preview", "--stack", "local.green")
    assert refused.returncode != 0
    assert "stacks move search" in refused.stdout
    assert moved(grouped, "search", "green")[0] == 0
    for stack in STACKS:
        up(grouped, stack, "--expect-no-changes")
    assert written_cell(grouped.folder, plane) == before
    assert moved(grouped, "search", "green") == (0, "search is in local.green already\n")


def test_a_move_that_was_cut_off_is_run_again(grouped: ProjectCopy, plane: ControlPlane, tmp_path: Path) -> None:
    """Between the two states, and before the allocations: the two places where it can have stopped."""
    before = written_cell(grouped.folder, plane)
    source, allocations = exported(grouped, "local.blue"), grouped.file("allocations.yaml").read_text()
    regroup(grouped, blue=["search"], green=["payments", "checkout"])
    assert moved(grouped, "checkout", "green")[0] == 0
    imported(grouped, "local.blue", source, tmp_path / "both.json")
    grouped.file("allocations.yaml").write_text(allocations)
    code, text = moved(grouped, "checkout", "green")
    assert (code, text) == (0, "checkout: finished the move from local.blue to local.green\n")
    for stack in STACKS:
        up(grouped, stack, "--expect-no-changes")
    assert written_cell(grouped.folder, plane) == before


def test_a_team_moves_out_of_a_group_that_is_dissolved(grouped: ProjectCopy, plane: ControlPlane) -> None:
    before = written_cell(grouped.folder, plane)
    regroup(grouped, blue=["checkout", "search", "payments"])
    code, text = moved(grouped, "payments", "blue")
    assert (code, "moved from local.green to local.blue" in text) == (0, True), text
    up(grouped, "local.blue", "--expect-no-changes")
    # The empty stack goes as in docs/how-to/move-a-team.md: its provider first, which no `stack rm` takes.
    grouped.pulumi("destroy", "--yes", "--skip-preview", "--stack", "local.green").check_returncode()
    grouped.pulumi("stack", "rm", "--yes", "local.green").check_returncode()
    assert written_cell(grouped.folder, plane) == before


def test_a_team_that_was_never_applied_changes_its_group(grouped: ProjectCopy, tmp_path: Path) -> None:
    """As if the state had never seen it: only the definitions give it a group."""
    state = exported(grouped, "local.blue")
    imported(grouped, "local.blue", without_team(state, "search"), tmp_path / "without.json")
    regroup(grouped, blue=["checkout"], green=["payments", "search"])
    assert moved(grouped, "search", "green") == (
        0,
        "search is in no stack yet: `pulumi up` of local.green will make it\n",
    )
    allocations = yaml.safe_load(grouped.file("allocations.yaml").read_text())
    assert allocations["teams"]["search"]["group"] == "green"


def test_a_team_of_another_stack_is_not_adopted_by_a_recovery(grouped: ProjectCopy, plane: ControlPlane) -> None:
    """The move was begun, then the definitions were put back and applied: two states would hold the team."""
    before = written_cell(grouped.folder, plane)
    definitions = {name: grouped.file(name).read_text() for name in ("cell.yaml", "allocations.yaml")}
    regroup(grouped, blue=["checkout"], green=["payments", "search"])
    assert moved(grouped, "search", "green")[0] == 0
    for name, text in definitions.items():
        grouped.file(name).write_text(text)
    assert grouped.pulumi("up", "--yes", "--skip-preview", "--stack", "local.blue").returncode != 0
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(["recover", "local.blue", "--root", str(grouped.folder)]) == 1
    assert "(local.green has it; `aerofleet stacks move` settles where its team is)" in printed.getvalue()
    # The failed run left a beginning of the team in local.blue, as the refusal reports.
    code, text = moved(grouped, "search", "blue")
    assert (code, "the copy there is not whole. Write the team under the group of local.green," in text) == (
        1,
        True,
    )
    for groups in ({"blue": ["checkout"], "green": ["payments", "search"]}, GROUPS):
        regroup(grouped, **groups)
        assert moved(grouped, "search", next(name for name in groups if "search" in groups[name]))[0] == 0
    up(grouped, "local.blue", "--expect-no-changes")
    assert written_cell(grouped.folder, plane) == before


def test_a_platform_that_teams_stand_on_is_not_destroyed(grouped: ProjectCopy, plane: ControlPlane) -> None:
    before = written_cell(grouped.folder, plane)
    refused = grouped.pulumi("destroy", "--yes", "--skip-preview", "--stack", "local.platform")
    assert refused.returncode != 0
    assert "CellGuard::local" in refused.stdout
    assert "protected" in refused.stdout
    assert written_cell(grouped.folder, plane) == before


def test_a_cell_that_is_not_ephemeral_is_not_destroyed(grouped: ProjectCopy) -> None:
    edited(grouped.file("cell.yaml"), ephemeral=False)
    code, text = run_stacks(grouped, "destroy", "local", "--yes")
    assert code == 1
    assert "step by step" in text


def test_groups_become_one_stack_without_a_write_to_the_server(
    grouped: ProjectCopy, plane: ControlPlane, as_one_stack: dict[str, Object]
) -> None:
    regroup(grouped)
    refused = grouped.pulumi("preview", "--stack", "local.platform")
    assert "aerofleet stacks move payments --cell local`" in refused.stdout
    grouped.pulumi("stack", "rename", "local", "--stack", "local.platform").check_returncode()
    for team in (team for teams in GROUPS.values() for team in teams):
        assert run_stacks(grouped, "move", team, "--cell", "local")[0] == 0
    # The guard of a platform with groups is taken off; it has no object on the server.
    up(grouped, "local")
    up(grouped, "local", "--expect-no-changes")
    assert written_cell(grouped.folder, plane) == as_one_stack


@pytest.fixture(scope="module")
def destroyed(applied: ProjectCopy, example_cell: ExampleCell) -> ProjectCopy:
    """The example cell in groups, ended: whoever needs it next has it made again."""
    example_cell.ended()
    code, text = run_stacks(applied, "destroy", "local", "--yes")
    assert (code, text) == (0, "local.green: destroyed\nlocal.blue: destroyed\nlocal.platform: destroyed\n")
    return applied


def test_the_right_order_leaves_an_empty_server(destroyed: ProjectCopy, plane: ControlPlane) -> None:
    reader = Reader(plane)
    left = [
        named(manifest)
        for manifest in rendered(destroyed.folder)
        if manifest["kind"] != "Node" and reader.holds(manifest)
    ]
    assert left == []
    labels = [set(node["metadata"]["labels"]) for node in plane.server().get("/api/v1/nodes")["items"]]
    assert not any(label.startswith("aerofleet.io/") for names in labels for label in names)


def test_a_group_without_a_platform_says_so(destroyed: ProjectCopy, plane: ControlPlane) -> None:
    message = "does not know AerospikeClusters yet: bring up local.platform first"
    with without_definition(plane, "aerospikeclusters.asdb.aerospike.com", "asdb.aerospike.com/v1"):
        previewed = destroyed.pulumi("preview", "--stack", "local.green")
        refused = destroyed.pulumi("up", "--yes", "--skip-preview", "--stack", "local.green")
    assert (previewed.returncode, message in previewed.stdout) == (0, True)
    assert (refused.returncode, message in refused.stdout) == (1, True)
    assert "Traceback" not in refused.stdout + refused.stderr
