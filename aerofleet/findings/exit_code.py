"""Exit codes, and which one follows from findings."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from aerofleet.findings.finding import Finding


class ExitCode(IntEnum):
    """What a verb ends with."""

    FINE = 0
    FINDINGS = 1
    """Findings, or a failure that is not the input's."""
    MISTAKE = 2
    """A person's mistake in the input."""
    NO_FIT = 3
    """The input is right, and does not fit the hosts."""
    RUNNING = 4
    """The operator has not finished."""
    INTERRUPTED = 130
    """128 + SIGINT, which shells report for a program that Ctrl-C ended."""


def exit_code(findings: Iterable[Finding], *, of_input: bool = True) -> ExitCode:
    """Return MISTAKE if a finding is an error, FINDINGS if one is severe, else FINE.

    Without ``of_input`` the findings are about a running cluster: an error there is no mistake in the input, so it
    returns FINDINGS.
    """
    severities = {finding.severity for finding in findings}
    if "error" in severities:
        return ExitCode.MISTAKE if of_input else ExitCode.FINDINGS
    return ExitCode.FINDINGS if "severe" in severities else ExitCode.FINE
