"""A review as the comment of a change: Markdown of at most 60,000 bytes, empty where nothing changes.

The layout is in templates/review. The engine escapes every value that the templates print, so no template can forget
it. What has no room is left out in a fixed order, the mildest first, and counted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aerofleet.findings.effect import EFFECTS, Effect
from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from aerofleet.load.product_files import product_folder
from aerofleet.review.advice import advice_of
from aerofleet.review.formats.cause_lines import host_lines, other_line_lines
from aerofleet.review.formats.entries import (
    MOST_LINES,
    RISKS,
    Shown,
    clusters_left_out,
    effect_lines,
    entry_of,
    mistake_lines,
    new_findings,
)
from aerofleet.review.formats.markdown_text import code, codes, plain
from aerofleet.review.formats.object_lines import object_lines
from aerofleet.review.formats.reason_lines import MOST_REASONS, ReasonLine, finding_lines
from aerofleet.review.model import Group, Review, Side, Upgrade
from aerofleet.units.amount import counted

MARKER = "<!-- aerofleet:review -->"
"""First line of the comment, by which it is found and updated."""
MOST_BYTES = 60_000
"""GitHub takes 65,536 characters (docs.github.com, "REST API endpoints for issue comments"), GitLab more."""
BLANK_LINES = re.compile(r"\n{3,}")
MOST_NAMED = 6
"""Pins, stacks, files and notes."""
FEW = 5
"""Number of groups up to which the mild ones are shown in full, too."""
UNKNOWN_MEANING = "can't be judged: a side has mistakes or can't be rendered, or the cell has another context"

MEANINGS = {str(effect): text for effect, text in EFFECTS.items()} | {"unknown": UNKNOWN_MEANING, "none": "not changed"}
"""Effect → what it means, in the table."""


@dataclass(frozen=True, slots=True)
class Room:
    """How many entries of each part are shown: ``risks`` of clusters, findings and cells without a judgement;
    ``mild`` of all others.
    """

    risks: int
    mild: int


ROOMS = (
    *(Room(400, mild) for mild in (400, 200, 100, 50, 25, 12, 6, 3, 0)),
    *(Room(risks, 0) for risks in (280, 200, 140, 100, 70, 50, 35, 25, 17, 12, 8, 5, 3, 2, 1, 0)),
)
"""From the most to the least: the first that fits is taken. 400 entries of 150 bytes are MOST_BYTES."""


def as_comment(review: Review, terminal: Terminal = NO_TERMINAL, show_all: bool = False) -> str:
    """Return the comment; empty if nothing changes, so that none is posted."""
    if review.is_empty:
        return ""
    texts: dict[Room, str] = {}

    def fits(room: Room) -> bool:
        rendered = _template().render(_view(review, room))
        texts[room] = BLANK_LINES.sub("\n\n", rendered).strip() + "\n"
        return len(texts[room].encode()) <= MOST_BYTES

    room = ROOMS[0] if fits(ROOMS[0]) else ROOMS[bisect_left(ROOMS, True, lo=1, hi=len(ROOMS) - 1, key=fits)]
    if room not in texts:
        fits(room)
    return texts[room]


@lru_cache(maxsize=1)
def _template() -> Any:
    """Return the template. Loaded with the first comment: other verbs start without the engine."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    engine = SandboxedEnvironment(
        loader=FileSystemLoader(product_folder("templates/review"), encoding="utf-8"),
        undefined=StrictUndefined,
        finalize=plain,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    engine.filters |= {"code": code, "codes": codes}
    return engine.get_template("comment.md.j2")


def _view(review: Review, room: Room) -> dict[str, Any]:
    """Return what the template prints."""
    risky = [group for group in review.groups if group.first.effect in RISKS]
    mild = [group for group in review.groups if group.first.effect not in RISKS]
    in_full = len(review.groups) <= FEW and room.mild > 0
    lines, hosts = other_line_lines(review), host_lines(review)
    most_hosts = min(MOST_LINES, room.mild or room.risks)
    shown = Shown()
    return {
        "advice": advice_of(review),
        "verdict": review.verdict,
        "effects": effect_lines(review),
        "meanings": MEANINGS,
        "unknown": {
            "shown": [mistake_lines(one) for one in review.unknown[: room.risks]],
            "left_out": max(0, len(review.unknown) - room.risks),
        },
        "findings": _findings(new_findings(review, "error", "severe"), room.risks),
        "warnings": _findings(new_findings(review, "warning", "info"), room.mild),
        "sections": list(_sections(review, risky, mild if in_full else [], room, shown)),
        "upgrades": [_upgrade(one, room) for one in review.upgrades[: max(room.risks, 1)]],
        "previews": [
            {
                "pins": one.pins[:MOST_NAMED],
                "stacks": one.stacks[:MOST_NAMED],
                "more_stacks": len(one.stacks[MOST_NAMED:]),
            }
            for one in review.previews[: max(room.risks, 1)]
        ],
        "few": FEW,
        "folded": _folded([] if in_full else mild, review, room, shown),
        "objects": _objects(review, room, is_open=in_full and len(review.others) <= FEW),
        "hosts": {"shown": hosts[:most_hosts], "left_out": len(hosts[most_hosts:])},
        "other_lines": {
            "shown": lines[: min(MOST_LINES, room.mild)],
            "left_out": len(lines[min(MOST_LINES, room.mild) :]),
        },
        "compared": {"base": _side(review.base), "head": _side(review.head), "notes": _notes(review)},
    }


def _sections(
    review: Review, risky: Sequence[Group], in_full: Sequence[Group], room: Room, above: Shown
) -> Iterator[dict[str, Any]]:
    known = [one.finding for one in review.findings if one.is_new]
    room_left = room.risks
    in_full = [group for group in in_full if not entry_of(group, known).is_empty]
    for effect in sorted(Effect, reverse=True):
        groups = [group for group in (*risky, *in_full) if group.first.effect == effect]
        if not groups:
            continue
        most = room_left if effect in RISKS else len(groups)
        shown, left_out = groups[:most], groups[most:]
        room_left -= len(shown) if effect in RISKS else 0
        clusters = sum(len(group.clusters) for group in groups)
        yield {
            "title": f"{str(effect).capitalize()}: {counted(clusters, 'cluster')}",
            "entries": [above.without_repeats(entry_of(group, known)) for group in shown],
            "left_out": f"{clusters_left_out(left_out)} clusters" if left_out else "",
        }


def _folded(groups: Sequence[Group], review: Review, room: Room, above: Shown) -> dict[str, Any]:
    known = [one.finding for one in review.findings if one.is_new]
    groups = [group for group in groups if group.first.effect > Effect.NONE or not entry_of(group, known).is_empty]
    shown, left_out = groups[: room.mild], groups[room.mild :]
    return {
        "title": f"Milder changes: {clusters_left_out(groups)} clusters" if groups else "",
        "shown": [above.without_repeats(entry_of(group, known)) for group in shown],
        "left_out": f"{clusters_left_out(left_out)} clusters" if left_out else "",
    }


def _objects(review: Review, room: Room, *, is_open: bool) -> dict[str, Any]:
    ordered = sorted(review.others, key=lambda other: -other.effect)
    shown, left_out = ordered[: room.mild], ordered[room.mild :]
    return {
        "is_open": is_open,
        "title": f"Other objects: {counted(len(ordered), 'object')}",
        "shown": list(object_lines(shown)),
        "left_out": counted(len(left_out), "object") + " more" if left_out else "",
    }


def _findings(findings: Sequence[ReasonLine], most: int) -> dict[str, Any]:
    labels = Counter(one.label for one in findings[most:])
    return {
        "shown": findings[:most],
        "left_out": ", ".join(f"{number:,} {label}" for label, number in labels.items()),
        "count": len(findings),
    }


def _upgrade(one: Upgrade, room: Room) -> dict[str, Any]:
    notes = list(finding_lines(one.notes))
    most = MOST_REASONS if room.risks > 8 else 0
    what = "operator" if one.kind == "operator" else f"servers of channel {one.channel}"
    return {
        "title": f"{what} in {one.cell}",
        "old": one.old,
        "new": one.new,
        "clusters": counted(len(one.clusters), "cluster"),
        "notes": notes[:most],
        "more_notes": len(notes[most:]),
    }


def _side(side: Side) -> str:
    return f"{side.name} ({side.commit[:12]})" if side.commit and not side.commit.startswith(side.name) else side.name


def _notes(review: Review) -> str:
    notes = [note for side in (review.base, review.head) for note in side.notes]
    by_own = [
        name for name, side in (("base", review.base), ("head", review.head)) if side.rendered_by != "running-code"
    ]
    rendered = [f"{name} is rendered by other code than this review's" for name in by_own]
    code_files = ", ".join(review.changed_code[:MOST_NAMED])
    changed = [f"changed code: {counted(len(review.changed_code), 'file')} ({code_files})"] if code_files else []
    return "; ".join((*rendered, *notes[:MOST_NAMED], *changed))
