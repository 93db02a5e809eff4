"""`aerofleet schema`: print the JSON Schema of a kind of definition file, for editors and other tools."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from aerofleet.files.schemas import SCHEMAS
from aerofleet.findings.exit_code import ExitCode
from aerofleet.reference.schemas import schema_text


def run(argv: Sequence[str]) -> ExitCode:
    parser = argparse.ArgumentParser(prog="aerofleet schema", description=__doc__)
    parser.add_argument("kind", choices=SCHEMAS)
    options = parser.parse_args(argv)
    sys.stdout.write(schema_text(options.kind))
    return ExitCode.FINE
