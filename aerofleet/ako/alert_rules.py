"""What a change of a PrometheusRule means: which alerts and recorded values come, go or change, in few lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.ako.config import entries, section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.narrow import value
from aerofleet.units.amount import counted
from aerofleet.units.names_in_text import shortened

Rule = Mapping[str, Any]
MOST_NAMED = 3
CONSEQUENCE = "its alerts count as they are written now"


def alert_rule_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (path, message) for the rules of each group that both sides have."""
    groups = [{str(group.get("name")): group for group in entries(side, "spec", "groups")} for side in (old, new)]
    for name in (name for name in groups[0] if name in groups[1]):
        before, after = (entries(side[name], "rules") for side in groups)
        if parts := list(_parts(before, after)):
            yield f"spec.groups.{{{name}}}.rules", f"{'; '.join(parts)}; {CONSEQUENCE}"


def _parts(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what differs: rules that belong together have the same name and, as far as they can, the same labels."""
    old, new = [rule for rule in before if rule not in after], [rule for rule in after if rule not in before]
    values = list(_paired(old, new, "expr"))
    labels = list(_paired(old, new, "labels"))
    changed = list(_paired(old, new, None))
    if values:
        yield shortened([f"{_name(was)} {_becomes(was, now, 'expr')}" for was, now in values], MOST_NAMED)
    if labels:
        differing = dict.fromkeys(text for was, now in labels for text in _labels(was, now))
        yield f"{', '.join(list(differing)[:MOST_NAMED])} in {counted(len(labels), 'rule')}"
    for rules, verbs in (([now for _, now in changed], "changes/change"), (new, "comes/come"), (old, "goes/go")):
        if rules:
            names = ", ".join(list(dict.fromkeys(map(_name, rules)))[:MOST_NAMED])
            yield f"{counted(len(rules), 'rule')} {verbs.split('/')[len(rules) > 1]} ({names})"


def _paired(old: list[dict[str, Any]], new: list[dict[str, Any]], key: str | None) -> Iterator[tuple[Rule, Rule]]:
    """Yield pairs that differ in ``key`` only, or without one pairs of one name; take them out of both lists."""
    for was in list(old):
        now = next((one for one in new if _same_but(was, one, key)), None)
        if now is not None:
            old.remove(was)
            new.remove(now)
            yield was, now


def _same_but(one: Rule, other: Rule, key: str | None) -> bool:
    if key is None:
        return _name(one) == _name(other)
    return is_same(*({name: item for name, item in rule.items() if name != key} for rule in (one, other)))


def _name(rule: Rule) -> str:
    return str(rule.get("alert") or rule.get("record") or "")


def _becomes(was: Rule, now: Rule, key: str) -> str:
    return f"{value(was.get(key))} becomes {value(now.get(key))}"


def _labels(was: Rule, now: Rule) -> Iterator[str]:
    before, after = section(was, "labels"), section(now, "labels")
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield f"{key} {value(before.get(key))} becomes {value(after.get(key))}"
