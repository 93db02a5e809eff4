"""Owns the features of a cluster: a folder for each, with what it builds and the rules that it brings.

Imports `aerofleet.fleet` and what is below it only; no feature imports another one. `aerofleet.manifests` joins their
parts.
"""

from __future__ import annotations

from aerofleet.features.access import ACCESS
from aerofleet.features.alerts import ALERTING
from aerofleet.features.exporter import EXPORTER
from aerofleet.features.feature import Feature
from aerofleet.features.logging import LOGGING
from aerofleet.features.namespaces import NAMESPACES
from aerofleet.features.network import NETWORK
from aerofleet.features.nodes import NODES
from aerofleet.features.resources import RESOURCES
from aerofleet.features.rollout import ROLLOUT
from aerofleet.features.secrets import SECRETS
from aerofleet.features.server import SERVER
from aerofleet.features.sets import SETS
from aerofleet.features.sidecars import SIDECARS
from aerofleet.features.storage import STORAGE
from aerofleet.features.tls import TLS

FEATURES: tuple[Feature, ...] = (
    NODES,
    RESOURCES,
    ROLLOUT,
    NAMESPACES,
    STORAGE,
    SETS,
    SERVER,
    TLS,
    NETWORK,
    ACCESS,
    LOGGING,
    SECRETS,
    EXPORTER,
    ALERTING,
    SIDECARS,
)
"""Every feature. The order decides the order of volumes and sidecars, and another order alone restarts every pod of
every fleet: a new feature goes to the end.
"""

__all__ = ["FEATURES", "Feature"]
