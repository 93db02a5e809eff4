"""TLS: for clients and between nodes, with the certificate of the cluster's Secret."""

from __future__ import annotations

from aerofleet.features.feature import Feature
from aerofleet.features.tls.build import server_files, spec
from aerofleet.features.tls.rules import RULES

TLS = Feature(name="tls", spec=spec, server_files=server_files, rules=RULES)
