"""`aerofleet check`: report every mistake in the definitions at once.

Where the definitions of a cell have no mistake, its clusters are judged by the rules of the operator and of the server,
together with all other objects of the cell. A severe hazard fails the check although the operator admits it; a size
that is too small for the workload is a warning.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.analysis.cell import analyse_cell
from aerofleet.cli.as_of import add_as_of
from aerofleet.cli.findings import add_format, add_selection, left_out, print_findings, selection_of
from aerofleet.findings.exit_code import ExitCode
from aerofleet.fleet.lookup import all_cells
from aerofleet.policy.state import findings_with_policies


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(
        prog="aerofleet check",
        description=__doc__,
        epilog="exit code: 0 fine, 1 a severe hazard, 2 a mistake in the definitions; only the selected rules count",
    )
    parser.add_argument("cell", nargs="*", help="cells to check; all cells if none is named")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    add_format(parser)
    add_as_of(parser)
    add_selection(parser)
    options = parser.parse_args(argv)
    selection, names = selection_of(options), options.cell or all_cells(options.root)
    # A tier is read once for each cell; its mistakes are reported once.
    all_findings = dict.fromkeys(
        finding for name in names for finding in findings_with_policies(analyse_cell(options.root, name), options.as_of)
    )
    findings = selection.of_findings(all_findings)
    code = print_findings(findings, options.format)
    if options.format == "text":
        others = left_out(len(all_findings) - len(findings))
        sys.stdout.write(f"{', '.join(names)}: {count_text(len(findings))}{others}\n")
    return code


def count_text(findings: int) -> str:
    """Return the number of findings as a phrase."""
    return "nothing found" if not findings else "1 finding" if findings == 1 else f"{findings} findings"
