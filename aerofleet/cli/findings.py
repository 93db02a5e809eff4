"""Options and output that all verbs with findings share."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from aerofleet.cli.terminal import standard_output
from aerofleet.findings import Finding
from aerofleet.findings.exit_code import ExitCode, exit_code
from aerofleet.findings.formats import FORMATS
from aerofleet.findings.selection import Selection

SELECTED = "only findings of the selected rules are printed and count for the exit code"


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``."""
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default %(default)s")


def add_selection(parser: argparse.ArgumentParser, meaning: str = SELECTED) -> None:
    """Add ``--only`` and ``--skip``. ``meaning``: how a selection changes the output and the exit code."""
    group = parser.add_argument_group("rules", f"docs/reference/rules.md lists all rules; {meaning}")
    for option, what in (("--only", "report this rule and no other"), ("--skip", "leave this rule out")):
        group.add_argument(option, action="append", default=[], metavar="RULE", help=f"{what}; may be repeated")


def selection_of(options: argparse.Namespace) -> Selection:
    """Return the rules that the options select. Raises UnknownRuleError."""
    return Selection.of(options.only, options.skip)


def left_out(findings: int) -> str:
    """Return the end of a line, with the number of findings that a selection leaves out; empty for none."""
    return f", {findings} left out by --only or --skip" if findings else ""


def print_findings(findings: Sequence[Finding], form: str, *, of_input: bool = True) -> ExitCode:
    """Write the findings to standard output, in a format of ``FORMATS``, and return the exit code that follows.

    Without ``of_input`` they are about a running cluster.
    """
    sys.stdout.write(FORMATS[form](findings, standard_output()))
    return exit_code(findings, of_input=of_input)
