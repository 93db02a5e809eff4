"""Logging: the log sinks of the server."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.logging.build import spec

LOGGING = Feature(name="logging", spec=spec)
