"""What becomes of the other objects of a cluster that the operator refuses."""

from __future__ import annotations

from collections.abc import Sequence

from aerofleet.findings.effect import Effect, Reason


def sent_before(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the changes of other objects that are sent before the refused cluster; none if one of them is refused."""
    if any(reason.effect == Effect.REFUSED and reason.applies != "with" for reason in reasons):
        return []
    return [reason for reason in reasons if reason.applies == "before"]


def kept(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the deletions of other objects that wait for a run in which nothing is refused."""
    return [reason for reason in reasons if reason.applies == "after"]
