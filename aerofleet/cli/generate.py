"""`aerofleet generate`: write the files that follow from the definitions and the code.

These are the allocations (ports, ids, names), CODEOWNERS and the JSON Schemas; in a clone of the product the reference
pages, too. A value that is allocated already stays.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from aerofleet.authoring.generated import generated, stale_files, write_files
from aerofleet.cli.printing import print_line
from aerofleet.findings.exit_code import ExitCode


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if a file is out of date")
    parser.add_argument(
        "--forget",
        nargs="+",
        default=[],
        metavar="TEAM/CLUSTER",
        help="release the allocations of clusters that are in no team file and were never applied to a Kubernetes "
        "cluster; allocations that were never committed are released without this option",
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    texts = generated(options.root, frozenset(options.forget))
    if not options.check:
        for path in write_files(options.root, texts):
            print_line(f"{path}: written")
        return ExitCode.FINE
    stale = stale_files(options.root, texts)
    for path in stale:
        print_line(f"{path}: is out of date")
    return ExitCode.FINDINGS if stale else ExitCode.FINE
