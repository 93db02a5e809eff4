"""Stacks that are sent side by side: after a failure, and after Ctrl-C, no other one is begun."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from aerofleet.deploy.run import CellRun, Runner, deploy_level
from aerofleet.findings.stop import FailureError

STACKS = ("prod.a", "prod.b", "prod.c", "prod.d")


class Sending:
    """A runner that sends nothing, one stack at a time. ``error``: what the first stack ends with."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error
        self.begun: list[str] = []
        self.warnings: list[str] = []
        self.warn = self.warnings.append
        self.options = type("Options", (), {"parallel": 1, "is_dry_run": False})
        self.project = type("Project", (), {"temporary": Path()})

    def previewed(self, *_: Any) -> Any:
        return type("Preview", (), {"changes": True})

    def sent(self, _cell: CellRun, stack: str, _plan: Path) -> None:
        self.begun.append(stack)
        if self.error:
            raise self.error


def level(runner: Sending) -> None:
    deploy_level(cast(Runner, runner), [(cast(CellRun, None), stack) for stack in STACKS])


def test_all_are_sent() -> None:
    runner = Sending(None)
    level(runner)
    assert runner.begun == list(STACKS)


@pytest.mark.parametrize("error", [FailureError("no"), KeyboardInterrupt()])
def test_no_stack_is_begun_after_one_that_failed(error: BaseException) -> None:
    runner = Sending(error)
    with pytest.raises(type(error)):
        level(runner)
    assert runner.begun == ["prod.a"]
    assert runner.warnings == [
        f"{stack}: not sent: another stack failed, or the run was interrupted" for stack in STACKS[1:]
    ]
