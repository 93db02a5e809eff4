"""Roll-out: how a change reaches the pods, pauses, blocked hosts and restarts."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.rollout.build import spec

ROLLOUT = Feature(name="rollout", spec=spec)
