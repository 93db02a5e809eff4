"""One project at a time has its stacks on the embedded control plane."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from aerofleet.local.state import ControlPlaneInUseError, State, default_state
from aerofleet.local.try_out import forget_salt


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    """The state of a person who has none yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return default_state()


def test_a_second_project_is_refused_and_the_first_goes_on(state: State, tmp_path: Path) -> None:
    state.claim(tmp_path / "fleet")
    state.claim(tmp_path / "fleet")
    with pytest.raises(ControlPlaneInUseError, match=rf"`aerofleet local down --root {tmp_path / 'fleet'}`"):
        state.claim(tmp_path / "other")
    assert state.user() == tmp_path / "fleet"


@pytest.mark.parametrize("verb", [["up"], ["down"], ["down", "--destroy"]], ids=" ".join)
def test_no_verb_touches_the_control_plane_of_another_project(
    verb: list[str], state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state.claim(tmp_path / "fleet")
    kept = sorted(state.folder.rglob("*"))
    assert main(["local", *verb, "--root", str(tmp_path)]) == 1
    assert f"has the stacks of another project, {tmp_path / 'fleet'}." in capsys.readouterr().err
    assert sorted(state.folder.rglob("*")) == kept


def test_one_that_no_project_claimed_can_be_removed(state: State, tmp_path: Path) -> None:
    state.create()
    assert main(["local", "down", "--root", str(tmp_path)]) == 0
    assert not state.exists()


def test_a_project_without_an_embedded_cell_starts_nothing(
    state: State, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["local", "up", "--apply", "--root", str(tmp_path)]) == 2
    assert "has the embedded control plane as its `context`" in capsys.readouterr().err
    assert not state.exists()


def test_env_makes_nothing_where_no_project_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["env"]) == 2
    assert f"{tmp_path} has no Pulumi.yaml: call it in the project folder" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_only_the_salt_leaves_the_configuration_of_a_stack(tmp_path: Path) -> None:
    salted, kept = tmp_path / "Pulumi.local.yaml", tmp_path / "Pulumi.other.yaml"
    salted.write_text("encryptionsalt: v1:a\n")
    kept.write_text("encryptionsalt: v1:a\nconfig:\n  own: 1\n")
    forget_salt(salted)
    forget_salt(kept)
    assert not salted.exists()
    assert kept.read_text() == "config:\n  own: 1\n"
