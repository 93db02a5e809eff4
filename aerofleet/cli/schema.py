"""`aerofleet schema`: the JSON Schema of a kind of definition file, for editors and other tools."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from aerofleet.cli import EXIT_FINE
from aerofleet.files.schemas import SCHEMAS


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet schema", description=__doc__)
    parser.add_argument("kind", choices=SCHEMAS)
    options = parser.parse_args(argv)
    sys.stdout.write(schema_text(options.kind))
    return EXIT_FINE


def schema_text(kind: str) -> str:
    return json.dumps(SCHEMAS[kind](), indent=2, ensure_ascii=False) + "\n"
