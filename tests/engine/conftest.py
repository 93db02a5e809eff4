"""The real engine against a real API server that this test run has for itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

import pytest

from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.environment import embedded_variables, tool_variables
from aerofleet.local.project import embedded_hosts
from aerofleet.local.state import State
from aerofleet.toolchain.control_plane import ControlPlanePrograms, prepare_control_plane
from aerofleet.toolchain.engine import new_pulumi_home, prepare_engine, stand_in_home
from tests.conftest import TOOLCHAIN
from tests.engine.example_cell import SPARE_HOST, ExampleCell
from tests.engine.operator_definitions import operator_definitions
from tests.engine.project_copy import ProjectCopy
from tests.fleet.project import EXAMPLE, ROOT

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.engine)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Make the toolchain before a test's own time begins; where it has to be built, minutes once.

    Its progress goes past pytest's capture: nobody should wait for it in front of a silent terminal.
    """
    if HERE not in item.path.parents:
        return
    started = time.monotonic()
    capture = item.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        engine_folder()
        control_plane_programs()
    item.user_properties.append((TOOLCHAIN, time.monotonic() - started))


engine_folder = cache(lambda: prepare_engine(ROOT))
control_plane_programs = cache(prepare_control_plane)


@pytest.fixture(scope="session")
def toolchain() -> Path:
    """The folder with `pulumi` and its plugins."""
    return engine_folder()


@pytest.fixture
def stand_in(toolchain: Path) -> None:
    """Skips where the official provider is used: it dies at no point that a test could choose."""
    if stand_in_home(toolchain) is None:
        pytest.skip("AEROFLEET_FAULT is a word of the stand-in; the official provider does not know it")


@pytest.fixture(scope="session")
def programs() -> ControlPlanePrograms:
    return control_plane_programs()


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory, programs: ControlPlanePrograms) -> Iterator[ControlPlane]:
    """A control plane of this session's own; its kubeconfig is ``control_plane.state.kubeconfig``.

    All tests use it that can: small stacks in namespaces of their own, and the example cell, whose hosts are its nodes.
    """
    with control_plane_in(tmp_path_factory.mktemp("control-plane"), programs) as plane:
        plane.ensure_nodes({SPARE_HOST: []})
        yield plane


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, programs: ControlPlanePrograms) -> Iterator[ControlPlane]:
    """A second control plane, with the hosts of the example cell and nothing of the cell: it is only looked at."""
    with control_plane_in(tmp_path_factory.mktemp("site"), programs) as plane:
        yield plane


@contextmanager
def control_plane_in(folder: Path, programs: ControlPlanePrograms) -> Iterator[ControlPlane]:
    plane = ControlPlane(State(folder / "local"))
    plane.start(programs, operator_definitions())
    try:
        plane.ensure_nodes(embedded_hosts(EXAMPLE))
        yield plane
    finally:
        plane.remove()


@pytest.fixture(scope="session")
def example_cell(tmp_path_factory: pytest.TempPathFactory, toolchain: Path, control_plane: ControlPlane) -> ExampleCell:
    return ExampleCell(
        control_plane, lambda: engine_environment(tmp_path_factory.mktemp("engine"), toolchain, control_plane)
    )


@pytest.fixture(scope="module")
def project(example_cell: ExampleCell, tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """The example cell, applied as one stack."""
    return example_cell.applied(tmp_path_factory)


def engine_environment(folder: Path, toolchain: Path, plane: ControlPlane) -> dict[str, str]:
    """The whole environment for `pulumi`: the session's control plane, and an empty backend in ``folder``.

    Nothing of the person's own Pulumi is read or written, but plugins that they have installed.
    """
    home = new_pulumi_home(folder / "pulumi-home", toolchain)
    # The engine compresses and encrypts a debug log of each run into this folder: a third of its own time. A file
    # in the folder's place turns that off; nothing else does (engine 3.259).
    (home / "logs").touch()
    backend = folder / "backend"
    backend.mkdir()
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "KUBE"))}
    return {
        **mine,
        **tool_variables(toolchain),
        **embedded_variables(plane.state),
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_HOME": str(home),
        # The engine lives for seconds: it has no need to collect its garbage often.
        "GOGC": "400",
    }


@pytest.fixture
def pulumi_env(tmp_path: Path, toolchain: Path, control_plane: ControlPlane) -> dict[str, str]:
    """For one test's `pulumi`, with a backend of the test's own."""
    return engine_environment(tmp_path, toolchain, control_plane)


@pytest.fixture(scope="module")
def module_env(
    tmp_path_factory: pytest.TempPathFactory, toolchain: Path, control_plane: ControlPlane
) -> dict[str, str]:
    """For the `pulumi` of all tests of a module."""
    return engine_environment(tmp_path_factory.mktemp("engine"), toolchain, control_plane)
