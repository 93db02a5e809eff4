"""Exporter: the metrics sidecar, and the PodMonitor with which Prometheus finds it."""

from __future__ import annotations

from aerofleet.features.exporter.build import spec
from aerofleet.features.exporter.pod_monitor import pod_monitor
from aerofleet.features.feature import Feature

EXPORTER = Feature(name="exporter", spec=spec, objects=pod_monitor)
