"""Storage: the volumes of the server, and the storage engine of each namespace."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.storage.build import spec

STORAGE = Feature(name="storage", spec=spec)
