"""The metrics sidecar of a cluster."""

from __future__ import annotations

from typing import Any

from aerofleet.files.cluster.exporter import ExporterSettings
from aerofleet.fleet.build_cluster import EXPORTER_USER
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster, Tls
from aerofleet.fleet.containers import guaranteed
from aerofleet.units.names import CA_FILE, TLS_PATH

CONTAINER = "exporter"
PASSWORD_VARIABLE = "EXPORTER_PASSWORD"  # noqa: S105 - its name


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    exporter = cluster.settings.exporter
    if exporter is None:
        return {}
    part: dict[str, Any] = {"podSpec": {"sidecars": [container(cluster, exporter)]}}
    if cluster.tls:
        part["storage"] = {"volumes": [authority(cluster.tls)]}
    return part


def container(cluster: Cluster, exporter: ExporterSettings) -> dict[str, Any]:
    """Return the sidecar that reads the server in its pod; with access control it logs in as the user `exporter`."""
    tls, service = cluster.tls, cluster.listeners["service"]
    environment: list[dict[str, Any]] = [
        {"name": "AS_HOST", "value": "127.0.0.1"},
        {"name": "AS_PORT", "value": str(service.tls or service.plain)},
        {"name": "AGENT_BIND_PORT", "value": str(cluster.ports.exporter)},
    ]
    if tls:
        environment += [
            {"name": "AS_NODE_TLS_NAME", "value": tls.name},
            {"name": "AS_ROOT_CA", "value": f"{TLS_PATH}/{CA_FILE}"},
        ]
    user = next((user for user in cluster.users if user.name == EXPORTER_USER), None)
    if user:
        password = {"secretKeyRef": {"name": user.secret, "key": "password"}}
        # A literal password would be parsed as TOML and split at a colon, so the exporter gets the name of a variable.
        environment += [
            {"name": "AS_AUTH_USER", "value": user.name},
            {"name": PASSWORD_VARIABLE, "valueFrom": password},
            {"name": "AS_AUTH_PASSWORD", "value": f"env:{PASSWORD_VARIABLE}"},
            {"name": "AS_AUTH_MODE", "value": "internal"},
        ]
    return {
        "name": CONTAINER,
        "image": exporter.image,
        "ports": [{"name": "metrics", "containerPort": cluster.ports.exporter, "protocol": "TCP"}],
        "env": environment,
        "resources": guaranteed(exporter.cpu, exporter.memory),
    }


def authority(tls: Tls) -> dict[str, Any]:
    """Return the volume with the certificate authority, with which the exporter verifies its node; without the key."""
    items = [{"key": CA_FILE, "path": CA_FILE}]
    return {
        "name": "tls-authority",
        "source": {"secret": {"secretName": tls.secret, "items": items}},
        "sidecars": [{"containerName": CONTAINER, "path": TLS_PATH}],
    }
