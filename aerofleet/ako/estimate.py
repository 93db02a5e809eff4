"""How an operator release that is not known is judged: as the newest known one, with everything marked as an estimate.

Whoever asks decides whether that is good enough (`operator.estimateUnknownRelease` in cell.yaml,
`--estimate-unknown-operator` on the command line, `estimateUnknownOperator` in a question to `verdict`).
"""

from __future__ import annotations

from aerofleet.ako.compatibility import OPERATOR, RELEASES, release_of


def is_estimate(operator: str) -> bool:
    """Return whether judgements by this release are estimates."""
    return release_of(operator) is None


def marked(message: str, operator: str) -> str:
    """Return the message, with the mark of an estimate where the release is not known."""
    if not is_estimate(operator):
        return message
    mark = f"(an estimate: operator {operator} is not known and is judged as {OPERATOR})"
    return message if mark in message else f"{message} {mark}"


def refusal_of(operator: str, consent: str) -> str:
    """Return the refusal of a release that is not known. ``consent``: the option that judges it as the newest known
    one.
    """
    known = ", ".join(RELEASES)
    return (
        f"operator {operator} is not known, known are {known}; {consent} judges it as {OPERATOR}, "
        "and marks everything as an estimate"
    )
