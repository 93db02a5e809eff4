"""A change as JSON: ``{"schema", "clusters": [...], "objects": [...]}``, with every reason and hazard."""

from __future__ import annotations

import json
from typing import Any

from aerofleet.analysis.change import ChangeAnalysis, ObjectChange
from aerofleet.findings import Finding
from aerofleet.findings.effect import Reason
from aerofleet.findings.formats.json import json_of
from aerofleet.findings.terminal import NO_TERMINAL, Terminal

SCHEMA = "aerofleet.io/diff/v2"
OF_WHOLE = ("subject", "location")
"""Parts of a finding that are written once, for the object."""


def as_json(change: ChangeAnalysis, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the document; all clusters are in it, whatever ``show_all`` is."""
    clusters = [
        {
            "cluster": one.subject.name,
            **_parts(one),
            "pods": dict(one.pods),
            "forecast": forecast.json() if (forecast := one.forecast) else None,
        }
        for one in change.clusters
    ]
    objects = [{"object": one.subject.name, **_parts(one)} for one in change.objects]
    return json.dumps({"schema": SCHEMA, "clusters": clusters, "objects": objects}, indent=2) + "\n"


def _parts(change: ObjectChange) -> dict[str, Any]:
    return {
        "effect": str(change.effect),
        "reasons": [_reason(reason) for reason in change.reasons],
        "hazards": [_finding(hazard) for hazard in change.hazards],
        "leftOut": dict(change.left_out),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {"effect": str(reason.effect), **_finding(reason)}


def _finding(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in json_of(finding).items() if key not in OF_WHOLE}
