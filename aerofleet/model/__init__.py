"""Definitions: what people write, read into a typed, resolved cell in which every value knows where it came from."""

from __future__ import annotations

from aerofleet.model.resolve import Resolution, resolve_cell
from aerofleet.model.source import cells

__all__ = ["Resolution", "cells", "resolve_cell"]
