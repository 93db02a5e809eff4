"""A stack made with the former type of a component keeps every resource: only its URNs change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aerofleet.local.control_plane import ControlPlane
from tests.engine.cell_on_server import written_cell
from tests.engine.project_copy import STACK, ProjectCopy

FORMER = {"aerofleet:index:Platform": "aerofleet:index:Cell"}
"""Type of a component → the type that it had in the states of existing stacks."""

pytestmark = pytest.mark.xdist_group("cell")


def exported(project: ProjectCopy) -> str:
    done = project.pulumi("stack", "export", "--stack", STACK)
    done.check_returncode()
    return done.stdout


def imported(project: ProjectCopy, state: str, folder: Path) -> None:
    file = folder / "state.json"
    file.write_text(state)
    project.pulumi("stack", "import", "--stack", STACK, "--file", str(file)).check_returncode()


@pytest.fixture
def former_types(project: ProjectCopy, tmp_path: Path) -> Iterator[str]:
    """The state with the former types; afterwards the state is as before."""
    state = exported(project)
    former = state
    for new, old in FORMER.items():
        assert new in former
        former = former.replace(new, old)
    imported(project, former, tmp_path)
    yield state
    imported(project, state, tmp_path)


def urns(state: str) -> list[str]:
    resources: list[dict[str, Any]] = json.loads(state)["deployment"]["resources"]
    return sorted(resource["urn"] for resource in resources)


def test_a_former_type_changes_nothing_but_the_urns(
    former_types: str, project: ProjectCopy, control_plane: ControlPlane
) -> None:
    before = written_cell(project.folder, control_plane)
    preview = project.preview("--json")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert json.loads(preview.stdout)["changeSummary"] == {"same": len(urns(former_types))}
    applied = project.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert urns(exported(project)) == urns(former_types)
    assert written_cell(project.folder, control_plane) == before
