"""A change as text: a paragraph for each cluster and object, the worst effect first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from aerofleet.ako.restart import CRASH, IMAGE, LIVE, NEW, NO_RESTART, POD_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.analysis.change import ChangeAnalysis, ObjectChange
from aerofleet.analysis.formats.folding import folded
from aerofleet.findings import SEVERITIES
from aerofleet.findings.effect import Effect
from aerofleet.findings.terminal import NO_TERMINAL, Terminal, visible
from aerofleet.forecast.text import assumed, rollout_line, worst_moment

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
MOST_NAMES = 12


def as_text(change: ChangeAnalysis, terminal: Terminal = NO_TERMINAL, show_all: bool = False) -> str:
    """Return a paragraph for each cluster and object. Clusters with the same effect, reasons and hazards share one; of
    several clusters, those without effect and hazard are one line at the end. ``show_all`` writes each by itself.
    """
    clusters = change.clusters
    quiet = [] if show_all or len(clusters) == 1 else [cluster for cluster in clusters if _is_quiet(cluster)]
    shown = [cluster for cluster in clusters if cluster not in quiet]
    groups = [group for changes in (shown, change.objects) for group in _alike(changes, together=not show_all)]
    paragraphs = ["\n".join(map(terminal.wrapped, _lines(group))) + "\n" for group in groups]
    if quiet:
        line = f"none: {_counted(len(quiet))} without any effect: {_names(quiet)}"
        paragraphs.append(terminal.wrapped(line) + "\n")
    return "\n".join(paragraphs)


def _is_quiet(change: ObjectChange) -> bool:
    return change.effect == Effect.NONE and not change.hazards and not change.left_out


def _alike(changes: Sequence[ObjectChange], *, together: bool) -> list[list[ObjectChange]]:
    """Return the groups that share a paragraph, the worst effect first, else in their order."""
    groups: dict[object, list[ObjectChange]] = {}
    for change in changes:
        own = () if together else (change.subject,)
        left_out = tuple(change.left_out.items())
        key = (change.effect, change.reasons, change.hazards, left_out, bool(change.pods), own)
        groups.setdefault(key, []).append(change)
    return sorted(groups.values(), key=lambda group: -group[0].effect)


def _counted(clusters: int) -> str:
    return "1 cluster" if clusters == 1 else f"{clusters} clusters"


def _names(changes: Sequence[ObjectChange]) -> str:
    names = [change.subject.name for change in changes]
    more = f" and {len(names) - MOST_NAMES} more (--all shows them)" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _lines(alike: Sequence[ObjectChange]) -> Iterator[str]:
    change = alike[0]
    yield f"{_names(alike)}: {change.effect}"
    if change.pods:
        pods = sum((Counter(cluster.pods) for cluster in alike), Counter[str]())
        counts = [f"{pods[kind]} {text}" for kind, text in PODS.items() if kind in pods]
        of_clusters = f" ({_counted(len(alike))})" if len(alike) > 1 else ""
        rebuilt = "; those on blocked hosts are rebuilt elsewhere" if change.blocks_hosts else ""
        yield f"  pods: {', '.join(counts)}{rebuilt}{of_clusters}"
    forecasts = [forecast for cluster in alike if (forecast := cluster.forecast)]
    if line := rollout_line(forecasts):
        yield f"  roll-out{' of each' if len(alike) > 1 else ''}: {visible(line)}"
    if moment := worst_moment(forecasts):
        yield f"  worst moment: {visible(moment)}"
    if unknown := assumed(forecasts):
        yield f"  assumed: {visible(unknown)}"
    for reason in folded(sorted(change.reasons, key=lambda reason: -reason.effect)):
        yield f"  {reason.effect!s:<15} {visible(reason.path)}: {visible(reason.message)}  [{reason.rule}]"
        if reason.remedy:
            yield f"      {visible(reason.remedy)}"
    for hazard in sorted(change.hazards, key=lambda hazard: SEVERITIES.index(hazard.severity)):
        yield f"  hazard ({hazard.severity}) {visible(hazard.path)}: {visible(hazard.message)}  [{hazard.rule}]"
        yield f"      {visible(hazard.remedy)}"
    if change.left_out:
        rules = ", ".join(f"{count} of {rule}" for rule, count in change.left_out.items())
        yield f"  left out by --only or --skip: {rules}; the effect is that of all"
