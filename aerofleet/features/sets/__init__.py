"""Sets: parameters of single sets of a namespace."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.sets.build import spec

SETS = Feature(name="sets", spec=spec)
