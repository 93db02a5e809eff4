"""Owns the builders: the resolved cell in, plain Kubernetes objects out. No clock, no randomness.

Must not import analysis, Pulumi, a Kubernetes client, or live state.
"""

from __future__ import annotations

from aerofleet.manifests.cell import render_cell
from aerofleet.manifests.rendered import RenderedCell

__all__ = ["RenderedCell", "render_cell"]
