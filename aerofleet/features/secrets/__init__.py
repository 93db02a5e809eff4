"""Secrets: the references to the cell's secret store, for every Secret that a cluster reads."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.secrets.build import cluster_secrets, team_secrets

SECRETS = Feature(name="secrets", objects=cluster_secrets, team_objects=team_secrets)
