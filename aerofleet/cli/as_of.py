"""`--as-of`: the day for which a verb judges. Only the command line knows what day it is."""

from __future__ import annotations

import argparse
import datetime


def add_as_of(parser: argparse.ArgumentParser) -> None:
    """Add ``--as-of``."""
    parser.add_argument(
        "--as-of",
        type=datetime.date.fromisoformat,
        default=datetime.datetime.now(tz=datetime.UTC).date(),
        metavar="DAY",
        help="judge as on this day: 2027-01-31; freeze windows, expiries and ages follow from it (default: today, UTC)",
    )
