"""`aerofleet check`: everything that is wrong with the definitions, all at once."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.cli import EXIT_MISTAKE
from aerofleet.cli.findings import FORMATS, print_findings
from aerofleet.model import cells, resolve_cell


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet check", description=__doc__, epilog="exit code: 0 fine, 2 mistakes in the definitions"
    )
    parser.add_argument("cell", nargs="*", help="cells to check; all when left out")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    options = parser.parse_args(argv)
    return check(options.root, options.cell or cells(options.root), options.format)


def check(root: Path, names: Sequence[str], form: str) -> int:
    if not names:
        sys.stderr.write(f"aerofleet check: no cell under {root / 'stacks'}: a cell is a folder with a cell.yaml\n")
        return EXIT_MISTAKE
    # A tier is read once for each cell; what is wrong with it is said once.
    findings = dict.fromkeys(finding for name in names for finding in resolve_cell(root, name).findings)
    result = print_findings(tuple(findings), form, failure=EXIT_MISTAKE)
    if form == "text":
        sys.stdout.write(f"{', '.join(names)}: {counted(len(findings))}\n")
    return result


def counted(findings: int) -> str:
    return "nothing found" if not findings else "1 finding" if findings == 1 else f"{findings} findings"
