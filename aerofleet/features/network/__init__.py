"""Network: addresses, ports, the network context of the configuration, and who may connect."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.network.build import spec
from aerofleet.features.network.policies import cluster_policy, default_deny

NETWORK = Feature(name="network", spec=spec, objects=cluster_policy, team_objects=default_deny)
