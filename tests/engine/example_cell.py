"""The example cell on the session's control plane: applied once, for every test that needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from aerofleet.local.control_plane import ControlPlane
from tests.engine.project_copy import ProjectCopy

SPARE_HOST = "host-7"
"""A node of the control plane that is no host of the example cell."""


class ExampleCell:
    """A test that leaves nothing on the server calls :meth:`ended`: the next module makes the cell again."""

    def __init__(self, plane: ControlPlane, environment: Callable[[], Mapping[str, str]]) -> None:
        self.plane = plane
        self.environment = environment
        self.project: ProjectCopy | None = None

    def applied(self, folders: pytest.TempPathFactory) -> ProjectCopy:
        if self.project is None:
            project = ProjectCopy(folders.mktemp("project") / "aerofleet", self.environment()).prepare()
            done = project.up()
            assert done.returncode == 0, done.stdout + done.stderr
            self.project = project
        return self.project

    def ended(self) -> None:
        self.project = None
