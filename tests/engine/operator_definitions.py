"""The operator's own definitions, where the machine has them."""

from __future__ import annotations

from pathlib import Path

from tests.fleet.project import ROOT


def operator_definitions() -> Path | None:
    """Return their folder; None where it is absent: the control plane then has permissive definitions."""
    folder = ROOT.parent / "shared/ako-crds"
    return folder if folder.is_dir() else None
