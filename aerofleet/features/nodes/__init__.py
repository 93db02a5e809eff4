"""Nodes: number, racks, and the hosts on which the pods run."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.nodes.build import spec

NODES = Feature(name="nodes", spec=spec)
