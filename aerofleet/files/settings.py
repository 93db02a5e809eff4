"""The settings of a cluster, from its tier, its cell and its team: the merged layers are read as one ``Settings``.

The only defaults in the fragments are absent or empty values. All others are data, in `aerofleet/tiers/base.yaml`,
where a person can read and change them and where every value has a line that `aerofleet explain` can name.
"""

from __future__ import annotations

from pydantic import Field

from aerofleet.files.cluster.access import AccessSettings, AccessSwitch
from aerofleet.files.cluster.alerts import AlertingSettings
from aerofleet.files.cluster.exporter import MetricsSettings
from aerofleet.files.cluster.logging import LoggingSettings
from aerofleet.files.cluster.namespaces import NamespacesSettings
from aerofleet.files.cluster.network import NetworkSettings
from aerofleet.files.cluster.nodes import NodeSettings
from aerofleet.files.cluster.overlay import OverlaysSettings
from aerofleet.files.cluster.resources import PodResourceSettings
from aerofleet.files.cluster.rollout import RolloutSettings
from aerofleet.files.cluster.server import ServerSettings
from aerofleet.files.cluster.sidecars import SidecarsSettings
from aerofleet.files.cluster.storage import StorageSettings
from aerofleet.files.cluster.tls import TlsSwitch


# Below, the fragments are listed from the last to the first: pydantic shows the fields of the last base first.
class SecuritySettings(
    TlsSwitch,
    AccessSwitch,
):
    pass


class Settings(
    SidecarsSettings,
    OverlaysSettings,
    AlertingSettings,
    MetricsSettings,
    LoggingSettings,
    NetworkSettings,
    AccessSettings,
    StorageSettings,
    NamespacesSettings,
    RolloutSettings,
    PodResourceSettings,
    ServerSettings,
    NodeSettings,
):
    """All settings of one cluster: the fragments of its features."""

    security: SecuritySettings = Field(description="who may come in")
