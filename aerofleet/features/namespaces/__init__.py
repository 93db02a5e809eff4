"""Namespaces: copies, memory and expiry of each; without storage engine and sets."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.namespaces.build import spec

NAMESPACES = Feature(name="namespaces", spec=spec)
