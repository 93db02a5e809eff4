"""`aerofleet drift` where nothing can be read: unknown is not clean, and the issue says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from tests.fleet.project import SHOP
from tests.forge.server import TOKEN, State, running

MARKER = "<!-- aerofleet:drift here -->"


@pytest.fixture(autouse=True)
def _nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "absent"))


def test_a_server_that_can_not_be_read_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "here", "--root", str(SHOP)]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "here warning: nothing of it was compared, so its drift is unknown: no context 'here'" in shown
    assert shown.endswith("here: 1 finding")


def test_without_a_stack_every_stack_is_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drift", "--root", str(SHOP)]) == 1
    assert "drift-unknown" in capsys.readouterr().out


def test_the_issue_has_what_could_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    state = State("a" * 40)
    with running("github", state) as url:
        for name, value in {"API_URL": url, "REPOSITORY": "platform/fleet", "TOKEN": TOKEN}.items():
            monkeypatch.setenv(f"GITHUB_{name}", value)
        assert main(["drift", "here", "--root", str(SHOP), "--post", "github"]) == 1
    (issue,) = state.issues.values()
    assert issue["title"] == "Drift: 1 finding in here"
    assert issue["body"].startswith(MARKER)
    assert "drift-unknown" in issue["body"]


def test_a_forge_that_does_not_answer_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state = State("a" * 40, may_write=False)
    with running("gitlab", state) as url:
        for name, value in {"CI_SERVER_URL": url, "CI_PROJECT_ID": "7", "GITLAB_TOKEN": TOKEN}.items():
            monkeypatch.setenv(name, value)
        assert main(["drift", "here", "--root", str(SHOP), "--post", "gitlab"]) == 1
    captured = capsys.readouterr()
    assert "drift-unknown" in captured.out
    assert "warning: the issue about drift could not be kept" in captured.err


@pytest.mark.parametrize("options", [["--repository", "a/b"], ["--post", "github", "--skip", "drift-unknown"]])
def test_options_that_do_not_go_together(options: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["drift", "here", "--root", str(SHOP), *options])
    assert ended.value.code == 2
