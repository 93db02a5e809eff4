"""The one family of exceptions that end a verb with a message for a person, never with a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.finding import Finding


class StopError(Exception):
    """Ends a verb. ``message`` is for a person; ``findings`` has the mistakes with their places, where there are any.

    The command line prints the findings, then the message, and exits with ``exit_code``.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.FINDINGS

    def __init__(self, message: str = "", findings: Iterable[Finding] = ()) -> None:
        self.message = message
        self.findings = tuple(findings)
        lines = (f"{finding.location or finding.path}: {finding.message}" for finding in self.findings)
        super().__init__(message or "\n".join(lines))


class FailureError(StopError):
    """Something that is not the input failed: a server does not answer, a program is absent."""


class MistakeError(StopError):
    """A person's mistake in the input: a file, a question, an option."""

    exit_code = ExitCode.MISTAKE


class NoFitError(StopError):
    """The input is right, and does not fit the hosts."""

    exit_code = ExitCode.NO_FIT


class StillRunningError(StopError):
    """What was asked for is still under way."""

    exit_code = ExitCode.RUNNING
