"""The option of `lint` and `diff` for the operator release that judges."""

from __future__ import annotations

import argparse

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.estimate import is_estimate, refusal_of

ESTIMATE = "--estimate-unknown-operator"


def add_operator(parser: argparse.ArgumentParser) -> None:
    """Add ``--operator`` and the option that admits an unknown one."""
    parser.add_argument("--operator", default=OPERATOR, help="operator release (default %(default)s)")
    meaning = f"judge an unknown release by the rules of {OPERATOR}, and mark every result as an estimate"
    parser.add_argument(ESTIMATE, action="store_true", help=meaning)


def operator_of(parser: argparse.ArgumentParser, options: argparse.Namespace) -> str:
    """Return the release. Ends the program with code 2 for an unknown one, unless an estimate is asked for."""
    operator: str = options.operator
    if is_estimate(operator) and not options.estimate_unknown_operator:
        parser.error(refusal_of(operator, ESTIMATE))
    return operator
