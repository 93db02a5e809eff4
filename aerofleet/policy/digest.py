"""The digest of what an approval approves, and nothing else: one change of one object, of a cell's protection,
or of the name of its context.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from aerofleet.analysis.change import ObjectChange
from aerofleet.findings import Effect
from aerofleet.policy.lowering import Lowering

DIGITS = 12
"""Hexadecimal digits: 48 bits, so that nobody meets another change with the same digest by chance."""


def change_digest(change: ObjectChange, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """Return a digest of an object before and after, and of why the change puts data at risk (rule and field).

    It is ``c`` and 12 hexadecimal digits: YAML takes it for no number. The text of a reason is no part of it: a
    better message is no other risk.
    """
    reasons = sorted({(reason.rule, reason.path) for reason in change.reasons if reason.effect is Effect.DATA_AT_RISK})
    return _digest([old, new, reasons])


def lowering_digest(cell: str, lowerings: Iterable[Lowering]) -> str:
    """Return a digest of the values of a cell that protect it less, in the form of that of a change."""
    return _digest([cell, sorted(([*lowering.path], lowering.old, lowering.new) for lowering in lowerings)])


def context_digest(cell: str, old: str, new: str) -> str:
    """Return a digest of the new name of the context of a cell, in the form of that of a change."""
    return _digest([cell, "context", old, new])


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    return f"c{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"
