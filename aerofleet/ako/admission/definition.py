"""What the API server refuses or drops by the definition of the resource, before the validating webhook."""

from __future__ import annotations

import re

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.operator_files import DEFINITION
from aerofleet.findings import Finding, declared

MAX_NAME = 253
_RESOURCE_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")

OUT_OF_BOUNDS = declared(
    "crd",
    "Every field is within the bounds, choices and unique lists of its definition.",
    scope="cluster",
    severity="error",
    source=DEFINITION,
)
UNKNOWN_FIELD = declared(
    "unknown-field",
    "A field that the definition doesn't have is dropped silently by the API server.",
    scope="cluster",
    severity="warning",
    remedy="take it out",
    source=DEFINITION,
)


def refusals(cluster: Cluster) -> list[Finding]:
    """Return what the API server refuses: a name that is none, and fields out of the definition's bounds."""
    invalid = [
        OUT_OF_BOUNDS.finding(problem.path, problem.message, problem.hint) for problem in cluster.reading.invalid
    ]
    if len(cluster.name) <= MAX_NAME and _RESOURCE_NAME.fullmatch(cluster.name):
        return invalid
    message = f"{cluster.name!r} can't be a resource's name" if cluster.name else "is missing, or no text"
    return [OUT_OF_BOUNDS.finding("metadata.name", message, "lower-case letters, digits and hyphens"), *invalid]


def pruned(cluster: Cluster) -> list[Finding]:
    """Return a warning for every field that the API server drops."""
    message = "is no field of an AerospikeCluster: it is dropped"
    hints = cluster.reading.hints
    return [UNKNOWN_FIELD.finding(path, message, hints.get(path, "")) for path in cluster.reading.pruned]
