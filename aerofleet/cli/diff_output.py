"""The output of `aerofleet diff`: one judgement for each cluster and object, as text and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from aerofleet.ako.restart import CRASH, IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.cli.diff_folding import folded
from aerofleet.cli.terminal import standard_output
from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect, Reason
from aerofleet.findings.terminal import visible

SCHEMA = "aerofleet.io/diff/v1"
PODS: dict[str, str] = {
    NO_RESTART: "stay as they are",
    LIVE: "are set live",
    WARM: "restart their server",
    POD_RESTART: "are rebuilt",
    IMAGE: "are rebuilt with another image",
    NEW: "are new",
    SCALED_DOWN: "go",
    REMOVED: "go with their rack",
    CRASH: "wait for an operator that panics",
}
SEVERITIES = ("severe", "warning", "info")
MOST_NAMES = 12


@dataclass(slots=True)
class Judgement:
    """``pods``: kind of restart → count; empty for an object that is no cluster. ``blocks_hosts``: pods have to leave
    Kubernetes nodes that the change blocks.
    """

    name: str
    effect: Effect
    reasons: Sequence[Reason]
    hazards: list[Finding] = field(default_factory=list)
    pods: dict[str, int] = field(default_factory=dict)
    blocks_hosts: bool = False


def as_text(clusters: Sequence[Judgement], objects: Sequence[Judgement], *, show_all: bool = False) -> str:
    """A paragraph for each, the worst effect first; clusters about which the same is to be said share one. Of several
    clusters, those without effect and hazard are one line at the end.
    """
    terminal = standard_output()
    quiet = [] if show_all or len(clusters) == 1 else [each for each in clusters if _is_quiet(each)]
    shown = [each for each in clusters if each not in quiet]
    groups = [group for judgements in (shown, objects) for group in _alike(judgements, together=not show_all)]
    paragraphs = ["\n".join(map(terminal.wrapped, _lines(group))) + "\n" for group in groups]
    if quiet:
        paragraphs.append(terminal.wrapped(f"none: {_counted(len(quiet))} without any effect: {_names(quiet)}") + "\n")
    return "\n".join(paragraphs)


def _is_quiet(judgement: Judgement) -> bool:
    return judgement.effect == Effect.NONE and not judgement.hazards


def _alike(judgements: Sequence[Judgement], *, together: bool) -> list[list[Judgement]]:
    """Groups about which the same is to be said, the worst effect first, else in the order given."""
    groups: dict[object, list[Judgement]] = {}
    for judgement in judgements:
        own = () if together else (judgement.name,)
        key = (judgement.effect, tuple(judgement.reasons), tuple(judgement.hazards), bool(judgement.pods), own)
        groups.setdefault(key, []).append(judgement)
    return sorted(groups.values(), key=lambda group: -group[0].effect)


def _counted(clusters: int) -> str:
    return "1 cluster" if clusters == 1 else f"{clusters} clusters"


def _names(judgements: Sequence[Judgement]) -> str:
    names = [judgement.name for judgement in judgements]
    more = f" and {len(names) - MOST_NAMES} more (--all shows them)" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _lines(alike: Sequence[Judgement]) -> Iterator[str]:
    judgement = alike[0]
    yield f"{_names(alike)}: {judgement.effect}"
    if judgement.pods:
        pods = sum((Counter(each.pods) for each in alike), Counter[str]())
        counts = [f"{pods[kind]} {words}" for kind, words in PODS.items() if kind in pods]
        where = f" ({_counted(len(alike))})" if len(alike) > 1 else ""
        rebuilt = "; those on blocked hosts are rebuilt elsewhere" if judgement.blocks_hosts else ""
        yield f"  pods: {', '.join(counts)}{rebuilt}{where}"
    for reason in folded(sorted(judgement.reasons, key=lambda reason: -reason.effect)):
        yield f"  {reason.effect!s:<15} {visible(reason.path)}: {visible(reason.message)}  [{reason.rule}]"
    for hazard in sorted(judgement.hazards, key=lambda hazard: SEVERITIES.index(hazard.severity)):
        yield f"  hazard ({hazard.severity}) {visible(hazard.path)}: {visible(hazard.message)}  [{hazard.rule}]"
        yield f"      {hazard.remedy}"


def as_json(clusters: Sequence[Judgement], objects: Sequence[Judgement]) -> str:
    """Everything, unfolded: ``{"schema", "clusters": [...], "objects": [...]}``."""
    told = [{"cluster": judgement.name, **_shown(judgement), "pods": judgement.pods} for judgement in clusters]
    beside = [{"object": judgement.name, **_shown(judgement)} for judgement in objects]
    return json.dumps({"schema": SCHEMA, "clusters": told, "objects": beside}, indent=2) + "\n"


def _shown(judgement: Judgement) -> dict[str, Any]:
    reasons = [
        {"effect": str(reason.effect), "rule": reason.rule, "path": reason.path, "message": reason.message}
        for reason in judgement.reasons
    ]
    return {
        "effect": str(judgement.effect),
        "reasons": reasons,
        "hazards": [_hazard(hazard) for hazard in judgement.hazards],
    }


def _hazard(hazard: Finding) -> dict[str, Any]:
    return {
        "id": hazard.rule,
        "severity": hazard.severity,
        "path": hazard.path,
        "message": hazard.message,
        "instead": hazard.remedy,
    }
