"""What becomes of the other objects of a cluster that the operator refuses.

The engine sends the objects of a cluster one after the other, the AerospikeCluster last, and deletes objects only at
the end of a run that succeeds (components/database.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from aerofleet.findings.effect import Effect, Reason

BESIDE = re.compile(r"[A-Z]\w* ")
"""Begins the path of a reason of an object beside the cluster: ``NetworkPolicy spec.ingress``."""
AT_ONCE = "no NetworkPolicy"
"""Begins the message of a hazard of the policies, which change before the operator sees the cluster."""
GOES = "goes"
"""Begins the message about an object that is deleted."""


def sent_before(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the changes of other objects that are sent before the refused cluster; none if one of them is refused."""
    owned = [reason for reason in reasons if BESIDE.match(reason.path)]
    if any(reason.effect == Effect.REFUSED for reason in owned):
        return []
    return [reason for reason in owned if not reason.message.startswith(GOES)]


def kept(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the deletions of other objects that wait for a run in which nothing is refused."""
    return [reason for reason in reasons if BESIDE.match(reason.path) and reason.message.startswith(GOES)]
