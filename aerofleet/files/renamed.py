"""Names of earlier versions in definition files, for the remedy of a finding."""

from __future__ import annotations

from collections.abc import Collection

RENAMED = {"nudge": "reconcileRequest", "frozen": "retiring"}
"""Name of a key or of a choice in an earlier version → its name today."""


def name_today(name: str, known: Collection[str]) -> str:
    """Return what ``name`` is called today if it was renamed to one of ``known``; else an empty text."""
    today = RENAMED.get(name, "")
    return today if today in known else ""
