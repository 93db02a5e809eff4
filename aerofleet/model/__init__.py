"""Definitions: the files of a project, read into a typed, resolved cell with the origin of every value."""

from __future__ import annotations

from aerofleet.model.resolve import Resolution, resolve_cell
from aerofleet.model.source import cells

__all__ = ["Resolution", "cells", "resolve_cell"]
