"""Alerts: the alert rules of each tier, and the sizes and limits of each cluster that they compare with."""

from __future__ import annotations

from aerofleet.features.alerts.build import team_rules, tier_rules
from aerofleet.features.feature import Feature

ALERTING = Feature(name="alerts", team_objects=team_rules, cell_objects=tier_rules)
