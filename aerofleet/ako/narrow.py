"""Where exactly two values differ, for the reader of a reason."""

from __future__ import annotations

from typing import Any

from aerofleet.ako.config_change import is_same


def narrowed(path: str, before: Any, after: Any) -> str:
    """``path``, made longer while the difference lies in one place only. Entries with a name are told by it."""
    while True:
        step = _step(before, after)
        if step is None:
            return path
        word, before, after = step
        path += word


def _step(before: Any, after: Any) -> tuple[str, Any, Any] | None:
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in before.keys() | after.keys() if not is_same(before.get(key), after.get(key))]
        return (f".{keys[0]}", before.get(keys[0]), after.get(keys[0])) if len(keys) == 1 else None
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        places = [place for place, pair in enumerate(zip(before, after, strict=True)) if not is_same(*pair)]
        if len(places) == 1:
            old, new = before[places[0]], after[places[0]]
            name = new.get("name") if isinstance(new, dict) else None
            return f".{{{name}}}" if isinstance(name, str) else f"[{places[0]}]", old, new
    return None
