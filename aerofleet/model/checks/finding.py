"""How a check tells what it found."""

from __future__ import annotations

from collections.abc import Mapping

from aerofleet.finding import Finding
from aerofleet.load import Document
from aerofleet.model.merge import Path
from aerofleet.model.settings import Settings
from aerofleet.model.validation import written

SettingsOf = Mapping[str, Settings]
"""TEAM/CLUSTER → its settings; a cluster whose settings have mistakes is not in it."""


def finding(rule: str, document: Document, path: Path, message: str, hint: str = "") -> Finding:
    return Finding(rule, "error", written(path), message, hint, document.locate(path))
