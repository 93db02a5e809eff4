"""Values and sources of drift as people read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from aerofleet.drift.compare import Difference
from aerofleet.drift.ownership import Manager
from aerofleet.drift.path import ABSENT, Path
from aerofleet.review.redaction import without_secrets

LONGEST = 100
"""Characters of a value in a message."""


def value_text(value: Any, path: Path) -> str:
    """Return a value in one line, without secrets: ``15000``, ``{"name": "x", …``."""
    if value is ABSENT:
        return "absent"
    hidden = without_secrets(tuple(str(step) for step in path), value)
    text = json.dumps(hidden, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def difference_text(difference: Difference, source: str = "in the definitions") -> str:
    """Return what differs: ``is 6 on the API server, and 4 in the definitions``. ``source``: where the wanted value is
    from.
    """
    path, wanted, found = difference.path, difference.wanted, difference.found
    if difference.is_order:
        return f"has the order {', '.join(found)} on the API server, and {', '.join(wanted)} in the definitions"
    if difference.is_added:
        return f"is {value_text(found, path)} on the API server, and the definitions do not have it"
    if found is ABSENT:
        return f"is {value_text(wanted, path)} {source}, and gone from the API server"
    if isinstance(wanted, list) and isinstance(found, list):
        return _lists_text(wanted, found, path)
    return f"is {value_text(found, path)} on the API server, and {value_text(wanted, path)} {source}"


def _lists_text(wanted: Sequence[Any], found: Sequence[Any], path: Path) -> str:
    """Return which entries are more or fewer."""
    more = [entry for entry in found if entry not in wanted]
    fewer = [entry for entry in wanted if entry not in found]
    parts = [f"has {value_text(more, path)} more on the API server than in the definitions"] if more else []
    parts += [f"lacks {value_text(fewer, path)} on the API server"] if fewer else []
    return " and ".join(parts) or f"has {len(found)} entries on the API server, and {len(wanted)} in the definitions"


def writers_text(managers: Sequence[Manager]) -> str:
    """Return who wrote a field: ``kubectl-edit at 2026-11-29T09:00:00Z``."""
    return " and ".join(map(str, managers))
