"""Builders: the resolved model in, plain Kubernetes objects out. No Pulumi, no server, no clock."""

from __future__ import annotations

from aerofleet.manifests.cell import render_cell
from aerofleet.manifests.rendered import RenderedCell

__all__ = ["RenderedCell", "render_cell"]
