"""Fold reasons that are alike into one: those below one named entry, and those with one message for many paths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.findings.effect import Effect, Reason
from aerofleet.units.names_in_text import shortened

FOLDED_FROM = 4
"""Number of reasons that are alike from which on they become one."""
MOST_NAMES = 6
_NUMBER = re.compile(r"\d+")


def folded(reasons: Sequence[Reason]) -> list[Reason]:
    """Return the reasons in their order; those that are alike become one, at the position of the first."""
    entries = {reason.path for reason in reasons if reason.path.endswith("}")}
    groups: dict[object, list[Reason]] = {}
    for reason in reasons:
        groups.setdefault(_key(reason, entries), []).append(reason)
    return [reason for group in groups.values() for reason in _as_one(group, entries)]


def _key(reason: Reason, entries: set[str]) -> tuple[Effect, str, str, str]:
    """Return what reasons that are alike have in common: the named entry that comes or goes with all of them, else the
    message. Its numbers may differ, unless it shows values.
    """
    entry = _entry(reason.path, entries)
    if entry and entry != reason.path:
        return reason.effect, reason.rule, entry, ""
    message = reason.message if " becomes " in reason.message else _NUMBER.sub("#", reason.message)
    return reason.effect, reason.rule, "", message


def _entry(path: str, entries: set[str]) -> str:
    return next((entry for entry in entries if path == entry or path.startswith(f"{entry}.")), "")


def _as_one(group: list[Reason], entries: set[str]) -> Iterator[Reason]:
    first = group[0]
    if len(group) < FOLDED_FROM:
        yield from group
        return
    where = common_path([reason.path for reason in group])
    entry = _entry(first.path, entries)
    if entry and entry != first.path:
        names = dict.fromkeys(reason.path.removeprefix(f"{entry}.") for reason in group)
        yield replace(first, path=entry, message=f"{len(names)} parameters with it: {_listed(list(names))}")
    elif others := _differing_terms(group):
        yield replace(first, path=where, message=f"{first.message} (likewise {_listed(others)})")
    else:
        names = dict.fromkeys(reason.path.removeprefix(f"{where}.") for reason in group)
        yield replace(first, path=where, message=f"{first.message} ({len(group)} places: {_listed(list(names))})")


def _differing_terms(group: list[Reason]) -> list[str]:
    """Return the term in which each further message differs from the first one: ``data-1``, ``data-2``."""
    first = group[0].message.split()
    terms = []
    for reason in group[1:]:
        pairs = zip(reason.message.split(), first, strict=False)
        terms += [term for term, known in pairs if term != known][:1]
    return list(dict.fromkeys(terms))


def _listed(names: list[str]) -> str:
    return shortened(names, MOST_NAMES)


def common_path(paths: Sequence[str]) -> str:
    """Return the longest path above all paths; the first path if they share nothing."""
    parts = [path.split(".") for path in paths]
    shared: list[str] = []
    for together in zip(*parts, strict=False):
        if len(set(together)) > 1:
            break
        shared.append(together[0])
    return ".".join(shared) or paths[0]
