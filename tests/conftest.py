"""Minutes of each kind of test, watched: a suite that nobody waits for is a suite that nobody runs."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Container
from typing import Any

import pytest

BUDGET_MINUTES = {"unit": 2, "soak": 4, "engine": 10}
"""On two cores, for all tests of a kind; CONTRIBUTING.md explains what to do when a budget is used up."""

KINDS = (*BUDGET_MINUTES, "nightly")

ENFORCE = "AEROFLEET_ENFORCE_BUDGET"
"""Set where the machine is known and has nothing else to do: there a run that is over budget fails."""

TOOLCHAIN = "toolchain seconds"
"""The report property that holds what making the toolchain took: a cold cache is not the tests' doing."""


def kind(keywords: Container[str]) -> str:
    """Return the kind of a test by its markers: nightly first, because an engine test may be nightly."""
    return next((marker for marker in reversed(KINDS) if marker in keywords), "unit")


class Watch:
    """Adds up the seconds of test reports. Workers run side by side, so a kind takes its sum divided by them."""

    def __init__(self, config: pytest.Config) -> None:
        self.workers = max(int(getattr(config.option, "numprocesses", None) or 1), 1)
        self.seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        toolchain = sum(float(value) for name, value in report.user_properties if name == TOOLCHAIN)
        own = report.duration - toolchain if report.when == "setup" else report.duration
        self.seconds[kind(report.keywords)] += max(own, 0) / self.workers

    def over(self) -> list[str]:
        return [name for name, minutes in BUDGET_MINUTES.items() if self.seconds[name] > minutes * 60]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.over() and os.environ.get(ENFORCE) and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for name, minutes in BUDGET_MINUTES.items():
            if spent := self.seconds[name]:
                terminalreporter.write_line(
                    f"{name} tests: {spent / 60:.1f} of {minutes} min"
                    + (" – over budget, see CONTRIBUTING.md" if name in self.over() else ""),
                    red=name in self.over(),
                )


NAMED_FILES = "aerofleet named files"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist: it sees the folder of the whole suite as an argument."""
    node.workerinput[NAMED_FILES] = has_named_files(node.config)


def has_named_files(config: pytest.Config) -> bool:
    """Return whether the command line names files or folders: then it is not the whole suite that runs."""
    worker = getattr(config, "workerinput", None)
    return bool(worker[NAMED_FILES]) if worker else config.args_source is pytest.Config.ArgsSource.ARGS


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Watch(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Unit tests first: they never wait for a toolchain that is still being built. Nightly ones only when asked for.

    Minutes of random input (`soak`) run with the whole suite, and where `-m` names them: not with files that somebody
    names while working on them.
    """
    items.sort(key=lambda item: KINDS.index(kind(item.keywords)))
    skipped = {"nightly"} | ({"soak"} if has_named_files(config) else set())
    left_out = [
        item for item in items if (name := kind(item.keywords)) in skipped and name not in config.option.markexpr
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
