"""The advice that follows from a review: merge, wait for a quiet time, ask somebody, or do not merge; and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from aerofleet.ako.restart import IMAGE, POD_RESTART, WARM
from aerofleet.findings import Finding
from aerofleet.findings.effect import Effect
from aerofleet.forecast.text import longest
from aerofleet.policy.catalogue import POLICIES
from aerofleet.policy.contacts import Contacts, Role
from aerofleet.review.beside import sent_before
from aerofleet.review.exit_code import FAILING
from aerofleet.review.model import Cause, CellFinding, ChangedCluster, Review, UnknownCell
from aerofleet.review.other_lines import needs_a_look
from aerofleet.units.amount import amount_range, counted
from aerofleet.units.cluster_key import team_of
from aerofleet.units.names_in_text import shortened

Action = Literal["merge", "prepare", "wait", "ask", "stop"]
ACTIONS: dict[Action, str] = {
    "merge": "merge at any time",
    "prepare": "merge when its secrets are there",
    "wait": "merge when there is time for the roll-out",
    "ask": "ask first",
    "stop": "do not merge",
}
"""Action → what a reader should do, the mildest first."""
MOST_NAMES = 6
MOST_ASKS = 4
MOST_SECRETS = 4
PASSWORD = re.compile(r"\.users\.\{[^}]*\}\.secretName$")
"""Path of the hazard that a user gets another password."""
RESTARTING = (WARM, POD_RESTART, IMAGE)
"""Kinds of what happens to pods in which servers go down and come back."""


@dataclass(frozen=True, slots=True)
class Advice:
    """``action``: the strictest that follows from any part of the review. ``steps``: a sentence for each part that it
    follows from, the strictest first.
    """

    action: Action
    steps: tuple[str, ...]

    @property
    def title(self) -> str:
        return ACTIONS[self.action]


def advice_of(review: Review) -> Advice:
    """Return what a reader should do."""
    steps = [*_stops(review), *_asks(review), *_waits(review)]
    before = tuple(_before(review))
    if not steps:
        return Advice("prepare" if before else "merge", (*before, _nothing(review)))
    strictness = list(ACTIONS)
    action = max((one for one, _ in steps), key=strictness.index)
    texts = (text for _, text in sorted(steps, key=lambda step: -strictness.index(step[0])))
    return Advice(action, (*texts, *before))


def _nothing(review: Review) -> str:
    """Return that the merge disturbs nothing, and what does later."""
    text = "Nothing restarts, and no data moves"
    is_later = any(cause.path.endswith(".state") for one in review.hosts for cause in one.causes)
    return f"{text} by the merge itself; what a host does later is below." if is_later else f"{text}."


def _before(review: Review) -> Iterator[str]:
    """Yield what has to be done before the merge, whoever says yes to it."""
    admitted = [cluster for cluster in review.clusters if cluster.effect < Effect.REFUSED]
    paths = dict.fromkeys(path for cluster in admitted for path in cluster.awaited_secrets)
    if paths:
        shown = shortened([f"`{path}`" for path in paths], MOST_SECRETS)
        them = "it is" if len(paths) == 1 else "they are"
        waiting = [cluster for cluster in admitted if cluster.awaited_secrets]
        teams = _listed(f"team {cluster.team}" for cluster in waiting)
        clusters = "this cluster" if len(waiting) == 1 else "these clusters"
        who = _people(review, "security", (cluster.cell for cluster in waiting))
        yield (
            f"First write {shown} in the secret store, for {teams}: until {them} there, the operator fails on "
            f"{clusters} and finishes no other change of {'it' if len(waiting) == 1 else 'them'}. "
            f"If you can't write there, ask {who}."
        )
    changed = [cluster for cluster in admitted if any(PASSWORD.search(one.path) for one in cluster.hazards)]
    if changed:
        teams = _listed(f"team {cluster.team}" for cluster in changed)
        yield (
            f"Before, every application of {teams} has to be ready for the new password: with the old one it can't log "
            f"in any more."
        )


def _stops(review: Review) -> Iterator[tuple[Action, str]]:
    if unknown := [one for one in review.unknown if not one.is_mended]:
        yield "stop", f"It can't be judged in full ({_unknown(unknown)}): mend what is listed below first."
    if refused := _clusters(review, Effect.REFUSED):
        text = (
            f"The operator refuses the change of {counted(len(refused), 'cluster')}: see what it takes instead below."
        )
        yield "stop", f"{text}{_in_spite(refused)}"
    if objects := sum(other.effect == Effect.REFUSED for other in review.others):
        yield "stop", f"Kubernetes refuses the change of {counted(objects, 'object')}: see what it takes instead below."
    if errors := [one.finding for one in _new(review, "error") if one.asks is None]:
        rules = len({finding.rule for finding in errors})
        yield "stop", f"It breaks {counted(rules, 'rule')} of the platform: {rules_of(errors)}."


def _in_spite(refused: Sequence[ChangedCluster]) -> str:
    """Return a sentence about the objects of refused clusters that change all the same; empty without any."""
    kinds = [one.path.partition(" ")[0] for cluster in refused for one in sent_before(cluster.reasons)]
    return f" Other objects ({_listed(kinds)}) are sent first, and change although it is refused." if kinds else ""


def _asks(review: Review) -> Iterator[tuple[Action, str]]:
    if mended := [one for one in review.unknown if one.is_mended]:
        text = f"It mends base ({_unknown(mended)}), and nobody knows what else it does there"
        yield "ask", f"{text}: compare it with the revision that was deployed last, `--base REVISION`."
    to_ask = [one for one in _new(review, "error", "severe", "warning") if one.asks is not None]
    yield from _asks_about_data(review, [one for one in to_ask if one.asks == "data"])
    if cells := dict.fromkeys(one.cell for one in review.others if one.effect == Effect.DATA_AT_RISK):
        who = _people(review, "platform", cells)
        yield "ask", f"Ask {who}: what a changed object does is not known, or may cut off data."
    for role in dict.fromkeys(one.asks for one in to_ask if one.asks not in (None, "data")):
        found = [one for one in to_ask if one.asks == role]
        yield "ask", f"Ask {_people(review, role, (one.cell for one in found))} about {_what(found)}.{_missing(found)}"
    admitted = [group for group in review.groups if group.first.effect < Effect.REFUSED]
    hazards = [(group.first.cell, one) for group in admitted for one in group.hazards if one.severity == "severe"]
    notes = [(one.cell, note) for one in review.upgrades for note in one.notes if note.severity == "severe"]
    findings = [(one.cell, one.finding) for one in _new(review, "severe") if one.asks is None]
    if severe := [*hazards, *findings, *notes]:
        who = _people(review, "platform", dict.fromkeys(cell for cell, _ in severe))
        yield "ask", f"Ask {who} about what is severe below: {rules_of(finding for _, finding in severe)}."
    if moving := _clusters(review, Effect.MOVES_DATA):
        who, clusters = _people(review, "capacity", (one.cell for one in moving)), _by_cell(moving)
        text = f"Ask {who} for a quiet time: data of {clusters} moves over the network{_needed(moving)}."
        yield "ask", text
    if endless := [found for group in admitted for found in group.forecasts if found.outcome == "stuck"]:
        who = counted(len(endless), "cluster")
        yield "ask", f"Ask the platform team: the roll-out of {who} never ends: {endless[0].blocked}."
    if review.previews:
        stacks = _listed(stack for preview in review.previews for stack in preview.stacks)
        yield "ask", f"Look at a preview of the engine first, for {stacks}: its pins, code or settings differ."
    asks = list(dict.fromkeys(one.ask for one in review.hosts if one.ask))
    yield from (("ask", text) for text in asks[:MOST_ASKS])
    if more := len(asks[MOST_ASKS:]):
        yield "ask", f"Ask the same about {counted(more, 'host')} more, which are below."
    named = {one.finding.location for one in _new(review, "error", "severe", "warning")}
    if lines := [cause for cause in review.other_lines if needs_a_look(cause) and cause.location not in named]:
        of_lines = [cell for cell in review.contacts if any(_is_of(cell, cause) for cause in lines)]
        what = _listed(f"`{cause.path}`" for cause in lines)
        who = _people(review, "platform", of_lines)
        yield "ask", f"Ask {who}: no object shows what a changed value does: {what}."
    if review.changed_code:
        yield "ask", "Ask the owners of the code: it differs, and the rendering with it."


def _what(found: Sequence[CellFinding]) -> str:
    """Return what somebody is asked about: the finding itself, or the rules of several."""
    findings = [one.finding for one in found]
    if len(findings) > 1:
        return rules_of(findings)
    return f"{findings[0].subject}: {findings[0].message}" if findings[0].subject else findings[0].message


def _asks_about_data(review: Review, found: Sequence[CellFinding]) -> Iterator[tuple[Action, str]]:
    """Yield whom to ask about data at risk. ``found``: the findings that their word lets pass."""
    at_risk = _clusters(review, Effect.DATA_AT_RISK)
    teams = [(cluster.cell, cluster.team) for cluster in at_risk]
    for one in found:
        subject = one.finding.subject
        if subject is not None and subject.kind == "cluster":
            teams.append((one.cell, team_of(subject.name)))
    if at_risk or found:
        cells = dict.fromkeys((*(cell for cell, _ in teams), *(one.cell for one in found)))
        who = _people(review, "data", cells, teams)
        yield (
            "ask",
            f"Ask {who} whether the data may be lost, or has a backup: the reasons are below.{_missing(found)}",
        )


def _missing(found: Iterable[CellFinding]) -> str:
    """Return without which entries the check fails, and which of them comes first; empty where it does not fail."""
    failing = [one.finding for one in found if one.finding.severity in FAILING]
    waived = [one for one in failing if _is_waivable(one)]
    approved = [one for one in failing if not _is_waivable(one)]
    first = " (merged first)" if approved else ""
    parts = [f"a waiver of {rules_of(waived)}{first}"] if waived else []
    parts += [f"an approval ({rules_of(approved)})"] if approved else []
    return f" Without {' and '.join(parts)} the check fails." if parts else ""


def _is_waivable(finding: Finding) -> bool:
    policy = POLICIES.get(finding.rule)
    return policy is not None and policy.is_waivable


def _people(review: Review, role: Role, cells: Iterable[str], teams: Iterable[tuple[str, str]] = ()) -> str:
    """Return whom to ask in some cells; in ephemeral ones only where there is no other. ``teams``: (cell, team) of
    those whose data it is.
    """
    owned, contacts = list(teams), [review.contacts.get(cell, Contacts(cell)) for cell in dict.fromkeys(cells)]
    names = [
        name
        for contact in [contact for contact in contacts if not contact.is_ephemeral] or contacts
        for name in contact.people(role, (team for cell, team in owned if cell == contact.cell))
    ]
    return _listed(names or Contacts().people(role))


def _is_of(cell: str, cause: Cause) -> bool:
    """Return whether a changed line is in the folder of a cell, or in a file of all cells."""
    where = cause.location.file if cause.location else ""
    return where.startswith(f"stacks/{cell}/") or where.count("/") < 2


def _waits(review: Review) -> Iterator[tuple[Action, str]]:
    effects = (Effect.WARM_RESTART, Effect.ROLLING_RESTART)
    restarting = [one for effect in effects for one in _clusters(review, effect) if not _is_endless(one)]
    if restarting:
        restarting += [
            cluster
            for cluster in review.clusters
            if Effect.ROLLING_RESTART < cluster.effect < Effect.REFUSED and any(map(cluster.pods.get, RESTARTING))
        ]
        who, them = counted(len(restarting), "cluster"), "it" if len(restarting) == 1 else "them"
        text = f"Pods of {who} restart, batch by batch{_needed(restarting)}: no other change of {them} until"
        yield "wait", f"{text} `aerofleet wait` ends."


def _is_endless(cluster: ChangedCluster) -> bool:
    forecast = cluster.forecast
    return forecast is not None and forecast.outcome == "stuck"


def _needed(clusters: Iterable[ChangedCluster]) -> str:
    """Return how much time the roll-outs need, which run side by side; empty where it is not known."""
    seconds = longest([forecast for cluster in clusters if (forecast := cluster.forecast)])
    return f", which needs about {amount_range(seconds.low, seconds.high, 's')}" if seconds else ""


def _by_cell(clusters: Sequence[ChangedCluster]) -> str:
    """Return the number of clusters; of several cells, with that of each."""
    cells = Counter(cluster.cell for cluster in clusters)
    of_cells = f" ({_listed(f'{number} in {cell}' for cell, number in cells.items())})" if len(cells) > 1 else ""
    return f"{counted(len(clusters), 'cluster')}{of_cells}"


def _unknown(parts: Iterable[UnknownCell]) -> str:
    """Return the cells of which something can't be judged, with the number of their clusters."""
    clusters: dict[str, int] = {}
    for one in parts:
        clusters[one.cell] = max(clusters.get(one.cell, 0), one.clusters)
    return ", ".join(
        f"{cell or 'the whole change'}: {counted(number, 'cluster')}" if number else cell or "the whole change"
        for cell, number in clusters.items()
    )


def rules_of(findings: Iterable[Finding]) -> str:
    """Return the ids of the rules, each once, with the number of clusters where it is about several."""
    subjects: dict[str, set[str]] = {}
    for finding in findings:
        clusters = subjects.setdefault(finding.rule, set())
        if finding.subject is not None and finding.subject.kind == "cluster":
            clusters.add(finding.subject.name)
    return ", ".join(
        f"`{name}`" + (f" ({counted(len(clusters), 'cluster')})" if len(clusters) > 1 else "")
        for name, clusters in subjects.items()
    )


def _clusters(review: Review, effect: Effect) -> list[ChangedCluster]:
    return [cluster for cluster in review.clusters if cluster.effect == effect]


def _new(review: Review, *severities: str) -> list[CellFinding]:
    return [one for one in review.findings if one.is_new and one.finding.severity in severities]


def _listed(names: Iterable[str]) -> str:
    """Return the first names, each once, and the number of the others."""
    return shortened(list(dict.fromkeys(names)), MOST_NAMES)
