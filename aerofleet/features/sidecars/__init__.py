"""Sidecars: further containers and volumes of the platform or of a team in each pod."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.sidecars.build import server_files, spec
from aerofleet.features.sidecars.rules import RULES

SIDECARS = Feature(name="sidecars", spec=spec, server_files=server_files, rules=RULES)
