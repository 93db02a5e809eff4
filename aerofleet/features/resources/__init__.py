"""Resources: CPU and memory of the server in each pod."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.resources.build import spec

RESOURCES = Feature(name="resources", spec=spec)
