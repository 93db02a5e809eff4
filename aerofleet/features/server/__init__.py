"""Server: image, feature key, and the service context of the configuration."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.server.build import server_files, spec

SERVER = Feature(name="server", spec=spec, server_files=server_files)
