"""`aerofleet upgrade`: print what the definition files need for the format of this release, as a diff; --write does it.

Only words that the format renamed change, and each file names its format. Nothing outside of stacks/ and templates/ is
written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aerofleet.authoring.upgrade import as_diff, upgrade_of, write_upgrade
from aerofleet.cli.printing import print_line, print_warning
from aerofleet.files.formats import PRESENT
from aerofleet.findings.exit_code import ExitCode

WRITE = "`aerofleet upgrade --write` writes them, `aerofleet check` judges them"


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet upgrade", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of the diff")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    upgrade = upgrade_of(options.root)
    if options.write:
        write_upgrade(options.root, upgrade)
        for name in upgrade.files:
            print_line(f"{name}: written")
    else:
        sys.stdout.write(as_diff(upgrade))
    for name, reason in upgrade.left.items():
        print_warning(f"{name} is left as it is: {reason}")
    if not upgrade.is_needed:
        print_line(f"nothing to do: all {upgrade.present} files have format {PRESENT}")
    is_to_write = bool(upgrade.files) and not options.write
    if is_to_write:
        number = len(upgrade.files)
        print_warning(f"{number} {'file changes' if number == 1 else 'files change'}: {WRITE}")
    return ExitCode.FINDINGS if upgrade.left or is_to_write else ExitCode.FINE
