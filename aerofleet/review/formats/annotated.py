"""The findings of a review at the lines that cause them, for the tools that show findings beside a change.

The formats are those of `aerofleet.findings.formats`, with the rules of the catalogue.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from aerofleet.findings import SEVERITIES, Finding, Location, Subject
from aerofleet.findings.formats.github import COMMANDS, as_github, command
from aerofleet.findings.formats.sarif import as_sarif
from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from aerofleet.review.formats.definition_path import definition_path
from aerofleet.review.model import Group, Review
from aerofleet.units.amount import counted

SHOWN_PER_LEVEL = 10
"""Annotations of a level that GitHub shows for a step of a workflow (GitHub documentation, "Annotations of a job")."""


def review_findings(review: Review) -> tuple[Finding, ...]:
    """Return head's mistakes, the new findings, and for each group its worst reasons and its hazards, the worst first.

    A reason is at the first changed line that causes it, and its subject is the first cluster of its group.
    """
    found = [
        *(mistake for unknown in review.unknown if unknown.side == "head" for mistake in unknown.mistakes),
        *(one.finding for one in review.findings if one.is_new),
        *(finding for group in review.groups for finding in _of_group(group)),
        *(
            replace(reason, subject=Subject("object", f"{other.cell} {other.object}"))
            for other in review.others
            for reason in other.reasons
        ),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: SEVERITIES.index(finding.severity)))


def as_review_sarif(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = True) -> str:
    """Return the SARIF log."""
    return as_sarif(review_findings(review))


def as_annotations(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = False) -> str:
    """Return GitHub's workflow commands. Of a level with more than it shows, the last one counts those that are hidden.

    ``show_all``: one command for each finding.
    """
    levels: dict[str, list[Finding]] = {}
    for finding in review_findings(review):
        levels.setdefault(COMMANDS[finding.severity], []).append(finding)
    lines = [command("error", {"title": "unknown"}, _unknown(review))] if review.unknown else []
    for level, findings in levels.items():
        room = SHOWN_PER_LEVEL - (level == "error" and bool(review.unknown))
        most = len(findings) if show_all or len(findings) <= room else room - 1
        lines.append(as_github(findings[:most]))
        if hidden := findings[most:]:
            rules = ", ".join(f"{number} {rule}" for rule, number in Counter(one.rule for one in hidden).items())
            text = f"{counted(len(hidden), level)} more are not shown here: {rules}. The review's comment has all"
            lines.append(command(level, {"title": "more"}, text))
    return "".join(lines)


def _unknown(review: Review) -> str:
    cells = len(dict.fromkeys(one.cell for one in review.unknown))
    return f"{counted(cells, 'cell')} can't be judged; the review names the mistakes and the way out"


def _of_group(group: Group) -> Iterator[Finding]:
    """Yield the reasons with the effect of the group, then its hazards."""
    first = group.first
    place = next((cause.location for cause in first.causes if cause.location and cause.side == "head"), None)
    more = f" and {counted(len(group.clusters) - 1, 'cluster')} more" if len(group.clusters) > 1 else ""
    subject = Subject("cluster", f"{first.key}{more}")
    for reason in group.reasons:
        if reason.effect == first.effect:
            yield _at(reason, subject, place)
    for hazard in group.hazards:
        yield _at(hazard, subject, place)


def _at(finding: Finding, subject: Subject, place: Location | None) -> Finding:
    return replace(finding, path=definition_path(finding.path), subject=subject, location=finding.location or place)
