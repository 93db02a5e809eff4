"""Many reasons as few lines: what is said of a named entry as a whole, and what is said of many places alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from aerofleet.findings.effect import Effect, Reason

FOLDED_FROM = 4
"""As many reasons alike are one line."""
MOST_NAMES = 6
_NUMBER = re.compile(r"\d+")


def folded(reasons: Sequence[Reason]) -> list[Reason]:
    """The reasons in their order, those alike as one at the place of the first."""
    entries = {reason.path for reason in reasons if reason.path.endswith("}")}
    groups: dict[object, list[Reason]] = {}
    for reason in reasons:
        groups.setdefault(_key(reason, entries), []).append(reason)
    return [reason for group in groups.values() for reason in _as_one(group, entries)]


def _key(reason: Reason, entries: set[str]) -> tuple[Effect, str, str, str]:
    """What reasons alike have in common. Below an entry that comes or goes as a whole: the entry. Otherwise the
    message, whatever numbers are in it, unless it shows values.
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
    elif others := _other_words(group):
        yield replace(first, path=where, message=f"{first.message} (likewise {_listed(others)})")
    else:
        names = dict.fromkeys(reason.path.removeprefix(f"{where}.") for reason in group)
        yield replace(first, path=where, message=f"{first.message} ({len(group)} places: {_listed(list(names))})")


def _other_words(group: list[Reason]) -> list[str]:
    """The word of each further message that is another one than in the first: ``data-1``, ``data-2``."""
    first = group[0].message.split()
    found = []
    for reason in group[1:]:
        words = reason.message.split()
        found += [word for word, known in zip(words, first, strict=False) if word != known][:1]
    return list(dict.fromkeys(found))


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def common_path(paths: Sequence[str]) -> str:
    """The longest section that all paths are in; the first path where they share nothing."""
    parts = [path.split(".") for path in paths]
    shared: list[str] = []
    for together in zip(*parts, strict=False):
        if len(set(together)) > 1:
            break
        shared.append(together[0])
    return ".".join(shared) or paths[0]
