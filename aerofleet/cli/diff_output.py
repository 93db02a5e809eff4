"""The output of `aerofleet diff`: one judgement for each cluster and object, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

from aerofleet.ako.effect import Effect, Reason
from aerofleet.ako.hazards import Hazard
from aerofleet.ako.restart import COLD, CRASH, IMAGE, LIVE, NEW, NO_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.cli.findings import visible
from aerofleet.cli.terminal import wrapped

SCHEMA = "aerofleet.io/diff/v1"
PODS: dict[str, str] = {
    NO_RESTART: "stay as they are",
    LIVE: "are set live",
    WARM: "restart their server",
    COLD: "are rebuilt",
    IMAGE: "are rebuilt with another image",
    NEW: "are new",
    SCALED_DOWN: "go",
    REMOVED: "go with their rack",
    CRASH: "wait for an operator that panics",
}
SEVERITIES = ("severe", "warning", "info")
FOLDED_FROM = 4
"""Reasons that say the same of as many places are one line."""
MOST_NAMES = 12


@dataclass(slots=True)
class Judgement:
    """``pods``: kind of restart → count; empty for an object that is no cluster."""

    name: str
    effect: Effect
    reasons: Sequence[Reason]
    hazards: list[Hazard] = field(default_factory=list)
    pods: dict[str, int] = field(default_factory=dict)


def as_text(clusters: Sequence[Judgement], objects: Sequence[Judgement], *, show_all: bool = False) -> str:
    """A paragraph for each. Of several clusters, those without effect and hazard are one line at the end."""
    quiet = [] if show_all or len(clusters) == 1 else [each for each in clusters if _is_quiet(each)]
    shown = [each for each in clusters if each not in quiet]
    paragraphs = ["\n".join(map(wrapped, _lines(each))) + "\n" for each in [*shown, *objects]]
    if quiet:
        paragraphs.append(wrapped(_summary([each.name for each in quiet])) + "\n")
    return "\n".join(paragraphs)


def _is_quiet(judgement: Judgement) -> bool:
    return judgement.effect == Effect.NONE and not judgement.hazards


def _summary(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more (--all shows them)" if len(names) > MOST_NAMES else ""
    count = "1 cluster" if len(names) == 1 else f"{len(names)} clusters"
    return f"none: {count} without any effect: {', '.join(names[:MOST_NAMES])}{more}"


def _lines(judgement: Judgement) -> Iterator[str]:
    yield f"{judgement.name}: {judgement.effect}"
    if judgement.pods:
        counts = [f"{judgement.pods[kind]} {words}" for kind, words in PODS.items() if kind in judgement.pods]
        moves = any(reason.rule == "block-list" and reason.effect > Effect.LIVE for reason in judgement.reasons)
        yield f"  pods: {', '.join(counts)}{'; those on blocked hosts are rebuilt elsewhere' if moves else ''}"
    for reason in folded(sorted(judgement.reasons, key=lambda reason: -reason.effect)):
        yield f"  {reason.effect!s:<15} {visible(reason.path)}: {visible(reason.message)}  [{reason.rule}]"
    for hazard in sorted(judgement.hazards, key=lambda hazard: SEVERITIES.index(hazard.severity)):
        yield f"  hazard ({hazard.severity}) {visible(hazard.path)}: {visible(hazard.message)}  [{hazard.id}]"
        yield f"      instead: {hazard.instead}"


def folded(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Reasons of the same effect, rule and message below the same section as one, with the number of its places."""
    for _, group in groupby(reasons, key=lambda reason: (reason.effect, reason.rule, reason.message)):
        alike = list(group)
        if len(alike) < FOLDED_FROM:
            yield from alike
        else:
            first = alike[0]
            where = common_path([reason.path for reason in alike])
            yield Reason(first.effect, first.rule, where, f"{len(alike)} places: {first.message}")


def common_path(paths: Sequence[str]) -> str:
    """The longest section that all paths are below; the first part where they share nothing else."""
    parts = [path.split(".") for path in paths]
    shared = []
    for together in zip(*parts, strict=False):
        if len(set(together)) > 1:
            break
        shared.append(together[0])
    return ".".join(shared) or paths[0]


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
        "hazards": [asdict(hazard) for hazard in judgement.hazards],
    }
