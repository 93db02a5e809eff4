"""A review as text, as short as the comment: the verdict and what to do, then each group of equal changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.findings.terminal import NO_TERMINAL, Terminal, shown
from aerofleet.review.advice import advice_of
from aerofleet.review.formats.cause_lines import CauseLine, HostLines, host_lines, other_line_lines
from aerofleet.review.formats.entries import (
    MOST_LINES,
    Entry,
    Shown,
    effect_lines,
    entry_of,
    mistake_lines,
    new_findings,
)
from aerofleet.review.formats.object_lines import object_lines
from aerofleet.review.formats.reason_lines import ReasonLine, finding_lines
from aerofleet.review.model import Review
from aerofleet.units.amount import counted

COLOURS = {
    "refused": "red",
    "unknown": "red",
    "error": "red",
    "data-at-risk": "magenta",
    "severe": "magenta",
    "moves-data": "yellow",
    "warning": "yellow",
    "rolling-restart": "cyan",
    "warm-restart": "cyan",
}
"""Effect or severity → its colour."""
ADVICE_COLOURS = {"stop": "red", "ask": "magenta", "wait": "cyan", "prepare": "cyan", "merge": "faint"}


def as_text(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = False) -> str:
    """Return the text. ``show_all``: the clusters of each group by name."""
    if review.is_empty:
        none = review.counts.get("none", 0)
        sides = f"from {review.base.name} to {review.head.name}"
        text = f"verdict: none. Nothing changes {sides}: {counted(none, 'cluster')} without any effect"
        return terminal.wrapped(shown(text)) + "\n"
    severe, mild = (list(_findings(review, *severities)) for severities in (("error", "severe"), ("warning", "info")))
    paragraphs = [
        list(_head(review)),
        list(_unknown(review)),
        severe,
        list(_upgrades(review)),
        *_entries(review, show_all),
        mild,
    ]
    paragraphs += [list(_previews(review)), list(_objects(review))]
    paragraphs += [*map(list, _hosts(review)), list(_other_lines(review, show_all))]
    return "\n".join("".join(f"{_line(line, terminal)}\n" for line in lines) for lines in paragraphs if lines)


Line = tuple[str, str, str]
"""Indentation; the beginning, with the name of its colour after a ``|``; the rest."""


def _line(line: Line, terminal: Terminal) -> str:
    """Return a line, broken between words; its beginning in a colour."""
    indent, label, rest = line
    label, _, colour = label.partition("|")
    whole = terminal.wrapped(f"{indent}{shown(label)}{shown(rest)}")
    beginning = f"{indent}{shown(label)}"
    if colour and whole.startswith(beginning):
        return f"{indent}{terminal.coloured(shown(label), colour)}{whole.removeprefix(beginning)}"
    return whole


def _head(review: Review) -> Iterator[Line]:
    advice = advice_of(review)
    yield "", f"{advice.title}|{ADVICE_COLOURS[advice.action]}", f" (verdict: {review.verdict})"
    yield from (("  ", "", step.replace("`", "")) for step in advice.steps)
    for line in effect_lines(review):
        objects = f", {counted(line.objects, 'other object')}" if line.objects else ""
        yield (
            "  ",
            f"{line.effect}|{COLOURS.get(line.effect, 'faint')}",
            f": {counted(line.clusters, 'cluster')}{objects}",
        )


def _unknown(review: Review) -> Iterator[Line]:
    for one in map(mistake_lines, review.unknown):
        more = f" and {one.more_names} more" if one.more_names else ""
        names = f" {', '.join(one.names)}{more}" if one.names else ""
        yield "", "not judged|red", f": {one.cell or 'everything'}{names}: {one.reason}. {one.way_out}"
        for mistake in one.mistakes:
            yield from _finding(mistake, "  ")
        yield from _more("  ", one.more_mistakes, "mistake")


def _entries(review: Review, show_all: bool) -> Iterator[list[Line]]:
    known = [one.finding for one in review.findings if one.is_new]
    above = Shown()
    for group in review.groups:
        entry = above.without_repeats(entry_of(group, known))
        if entry.is_empty:
            continue
        if show_all:
            entry = replace(entry, names=tuple(cluster.key for cluster in group.clusters), more_names=0)
        yield list(_entry(entry))


def _entry(entry: Entry) -> Iterator[Line]:
    more = f" and {entry.more_names} more (--all names them)" if entry.more_names else ""
    environment = f", {entry.environment}" if entry.environment else ""
    effect = str(entry.effect)
    yield "", f"{effect}|{COLOURS.get(effect, 'faint')}", f": {_names(entry.names)}{more}{environment}"
    if entry.pods:
        yield "  ", "", entry.pods
    if entry.rollout:
        yield "  ", "", f"roll-out{' of each' if entry.clusters > 1 else ''}: {entry.rollout}"
    if entry.worst_moment:
        yield "  ", "", f"worst moment: {entry.worst_moment}"
    if entry.assumed:
        yield "  ", "", f"assumed: {entry.assumed}"
    for name, meaning in entry.placeholders:
        yield "  ", "", f"{name}: {meaning}"
    if entry.by_changed_code:
        yield "  ", "", "rendered by changed code"
    for cause in entry.causes:
        yield "  ", "", f"changed: {_cause(cause)}"
    yield from _more("  ", entry.more_causes, "changed line")
    for reason in entry.reasons:
        yield from _reason(reason, "")
    yield from _more("  ", entry.more_reasons, "reason")
    for reason in entry.beside:
        yield from _reason(reason, reason.label)
    yield from _more("  ", entry.more_beside, "change of other objects")
    for hazard in entry.hazards:
        yield from _reason(hazard, f"{hazard.label}|{COLOURS.get(hazard.label.partition(' ')[0], 'faint')}")
    yield from _more("  ", entry.more_hazards, "hazard")
    if entry.later:
        yield "  ", "", f"hazards once it is admitted: {entry.later.replace('`', '')}"


def _names(keys: Sequence[str]) -> str:
    """Return the clusters with the name of each cell once: ``fra: shop/cart, shop/session; lab: shop/cart``."""
    cells: dict[str, list[str]] = {}
    for key in keys:
        cell, _, cluster = key.partition(" ")
        cells.setdefault(cell, []).append(cluster)
    return "; ".join(f"{cell}: {', '.join(clusters)}" for cell, clusters in cells.items())


def _cause(cause: CauseLine) -> str:
    return f"{cause.where}: {cause.path}{', as above' if cause.is_repeated else f': {cause.values}'}"


def _reason(reason: ReasonLine, label: str) -> Iterator[Line]:
    places = [*reason.places, *([f"{reason.more_places} places more"] if reason.more_places else [])]
    same = f"; the same at {', '.join(places)}" if places else ""
    same += f"; {reason.others} values more" if reason.others else ""
    yield "  ", label, f"{': ' if label else ''}{reason.path}: {reason.message}{same}  [{reason.rule}]"
    if reason.remedy:
        yield "      ", "", reason.remedy


def _finding(finding: ReasonLine, indent: str = "") -> Iterator[Line]:
    colour = COLOURS.get(finding.label, "faint")
    yield indent, f"{finding.label}|{colour}", f": {finding.path}: {finding.message}  [{finding.rule}]"
    if finding.remedy:
        yield f"{indent}    ", "", finding.remedy


def _findings(review: Review, *severities: str) -> Iterator[Line]:
    for finding in new_findings(review, *severities):
        yield from _finding(finding)


def _upgrades(review: Review) -> Iterator[Line]:
    for one in review.upgrades:
        what = "operator" if one.kind == "operator" else f"servers of channel {one.channel}"
        yield "", "", f"{what} in {one.cell}: {one.old} → {one.new}, {counted(len(one.clusters), 'cluster')}"
        for note in finding_lines(one.notes):
            yield from _finding(note, "  ")


def _previews(review: Review) -> Iterator[Line]:
    for one in review.previews:
        yield "", "", f"engine preview needed for {', '.join(one.stacks)}: {', '.join(one.pins)}"


def _objects(review: Review) -> Iterator[Line]:
    for other in object_lines(review.others):
        effect = str(other.effect)
        more = f" and {other.more_names} more" if other.more_names else ""
        yield "", f"{effect}|{COLOURS.get(effect, 'faint')}", f": {', '.join(other.names)}{more}"
        for cause in other.causes:
            yield "  ", "", f"changed: {_cause(cause)}"
        yield from _more("  ", other.more_causes, "changed line")
        for reason in other.reasons:
            yield from _reason(reason, "")
        yield from _more("  ", other.more_reasons, "reason")


def _hosts(review: Review) -> Iterator[Iterator[Line]]:
    for one in host_lines(review):
        yield _host(one)


def _host(one: HostLines) -> Iterator[Line]:
    yield "", "", one.name
    for cause in one.causes:
        yield "  ", "", f"changed: {_cause(cause)}"
    yield from _more("  ", one.more_causes, "changed line")
    yield from (("  ", "", note.replace("`", "")) for note in one.notes)


def _other_lines(review: Review, show_all: bool) -> Iterator[Line]:
    lines = other_line_lines(review)
    most = len(lines) if show_all else MOST_LINES
    if lines:
        yield "", "", "lines that change no cluster:"
    for line in lines[:most]:
        yield "  ", "", _cause(line)
    yield from _more("  ", len(lines[most:]), "changed line")


def _more(indent: str, number: int, noun: str) -> Iterator[Line]:
    if number:
        yield indent, "", f"and {counted(number, noun)} more"
