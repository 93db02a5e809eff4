"""A review as JSON: verdict, counts, every changed cluster, the groups of equal changes, and what is unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from aerofleet.analysis.formats.json import OF_WHOLE
from aerofleet.findings import Finding
from aerofleet.findings.effect import Reason
from aerofleet.findings.formats.json import json_of
from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from aerofleet.forecast.text import rollout_line, worst_moment
from aerofleet.review.model import (
    Cause,
    ChangedCluster,
    ChangedOther,
    EnginePreview,
    Group,
    HostChange,
    Review,
    Side,
    UnknownCell,
    Upgrade,
)

SCHEMA = "aerofleet.io/review/v2"


def as_json(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the document; everything is in it, whatever ``show_all`` is."""
    return json.dumps(document_of(review), indent=2) + "\n"


def document_of(review: Review) -> dict[str, Any]:
    """Return the document as data."""
    return {
        "schema": SCHEMA,
        "verdict": review.verdict,
        "counts": dict(review.counts),
        "base": _side(review.base),
        "head": _side(review.head),
        "asOf": review.as_of.isoformat(),
        "clusters": [_cluster(one) for one in review.clusters],
        "folded": [_group(one) for one in review.folded],
        "objects": [_other(one) for one in review.others],
        "findings": [{"cell": one.cell, "isNew": one.is_new, **json_of(one.finding)} for one in review.findings],
        "unknown": [_unknown(one) for one in review.unknown],
        "upgrades": [_upgrade(one) for one in review.upgrades],
        "enginePreviews": [_preview(one) for one in review.previews],
        "changedCode": list(review.changed_code),
        "hosts": [_hosts(one) for one in review.hosts],
        "otherLines": [_cause(cause) for cause in review.other_lines],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "commit": side.commit,
        "digest": side.digest,
        "renderedBy": side.rendered_by,
        "productVersion": side.product_version,
        "notes": list(side.notes),
    }


def _cluster(one: ChangedCluster) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "cell": one.cell,
        "environment": one.environment,
        "team": one.team,
        "cluster": one.cluster,
        "namespace": one.namespace,
        "name": one.name,
        **_change(one),
        "pods": dict(one.pods),
        "forecast": forecast.json() if (forecast := one.forecast) else None,
    }


def _group(group: Group) -> dict[str, Any]:
    keys = [{"cell": one.cell, "team": one.team, "cluster": one.cluster} for one in group.clusters]
    common = replace(group.first, reasons=group.reasons, hazards=group.hazards)
    rollout = {"rollout": rollout_line(group.forecasts), "worstMoment": worst_moment(group.forecasts)}
    return {**_change(common), "pods": group.pods, **rollout, "clusters": keys}


def _change(one: ChangedCluster) -> dict[str, Any]:
    return {
        "effect": str(one.effect),
        "reasons": [_reason(reason) for reason in one.reasons],
        "hazards": [_finding(hazard) for hazard in one.hazards],
        "cause": [_cause(cause) for cause in one.causes],
        "byChangedCode": one.by_changed_code,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "path": cause.path,
        "layer": cause.layer,
        "old": cause.old,
        "new": cause.new,
        "side": cause.side,
        "location": asdict(cause.location) if cause.location else None,
        "otherLocation": asdict(cause.other_location) if cause.other_location else None,
    }


def _hosts(one: HostChange) -> dict[str, Any]:
    return {
        "cell": one.cell,
        "subject": one.subject,
        "cause": [_cause(cause) for cause in one.causes],
        "notes": list(one.notes),
        "ask": one.ask,
    }


def _other(one: ChangedOther) -> dict[str, Any]:
    return {
        "stack": one.stack,
        "cell": one.cell,
        "environment": one.environment,
        "object": one.object,
        "effect": str(one.effect),
        "reasons": [_reason(reason) for reason in one.reasons],
        "byChangedCode": one.by_changed_code,
        "cause": [_cause(cause) for cause in one.causes],
    }


def _unknown(one: UnknownCell) -> dict[str, Any]:
    return {
        "cell": one.cell,
        "side": one.side,
        "reason": one.reason,
        "wayOut": one.way_out,
        "mistakes": [json_of(finding) for finding in one.mistakes],
        "clusters": one.clusters,
        "names": list(one.names),
        "isMended": one.is_mended,
    }


def _upgrade(one: Upgrade) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "cell": one.cell,
        "channel": one.channel,
        "old": one.old,
        "new": one.new,
        "clusters": list(one.clusters),
        "notes": [_finding(note) for note in one.notes],
        "cause": _cause(one.cause) if one.cause else None,
    }


def _preview(one: EnginePreview) -> dict[str, Any]:
    return {"stacks": list(one.stacks), "pins": list(one.pins)}


def _reason(reason: Reason) -> dict[str, Any]:
    return {"effect": str(reason.effect), **_finding(reason)}


def _finding(finding: Finding) -> Mapping[str, Any]:
    return {key: value for key, value in json_of(finding).items() if key not in OF_WHOLE}
