"""TLS ports, the certificate of a cluster, and the operator's trust in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.files.settings import Settings
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.cluster import Cluster, Tls
from aerofleet.units.names import CA_FILE, TLS_PATH

CLIENT_CONTEXTS = ("service", "admin")
CERTIFICATE, KEY, AUTHORITY = f"{TLS_PATH}/tls.crt", f"{TLS_PATH}/tls.key", f"{TLS_PATH}/{CA_FILE}"
AUTHENTICATE = "tls-authenticate-client"


def spec(cell: Cell, cluster: Cluster) -> dict[str, Any]:
    tls = cluster.tls
    if tls is None:
        return {}
    network: dict[str, Any] = {
        name: {"tls-name": tls.name, "tls-port": listener.tls, **authentication(name, cluster.settings.network)}
        for name, listener in cluster.listeners.items()
    }
    part = {
        "aerospikeConfig": {"network": {**network, "tls": [certificate(tls)]}},
        "storage": {
            "volumes": [
                {
                    "name": "tls",
                    "source": {"secret": {"secretName": tls.secret}},
                    "aerospike": {"path": TLS_PATH},
                }
            ]
        },
        "operatorClientCert": operator_certificates(tls),
    }
    if cluster.settings.security.serves_both and cell.seeds_of(cluster):
        part["seedsFinderServices"] = {"loadBalancer": plain_balancer(cluster)}
    return part


def plain_balancer(cluster: Cluster) -> dict[str, int]:
    """Return the ports of the load balancer while clients move: AKO 4.5.0 would send it to the TLS port, and clients
    that don't speak TLS yet would not find the cluster when they start.
    """
    port = cluster.listeners["service"].plain
    return {"port": port, "targetPort": port}


def server_files(settings: Settings) -> tuple[str, ...]:
    return (CERTIFICATE, KEY, AUTHORITY) if settings.security.tls else ()


def authentication(context: str, free: Mapping[str, Any]) -> dict[str, Any]:
    """Return whether clients need a certificate: not by default, they authenticate with a password. The server's own
    default is that they need one.
    """
    if context not in CLIENT_CONTEXTS:
        return {}
    parameters = free.get(context)
    return {AUTHENTICATE: parameters.get(AUTHENTICATE, "false") if isinstance(parameters, Mapping) else "false"}


def certificate(tls: Tls) -> dict[str, Any]:
    return {
        "name": tls.name,
        "ca-file": AUTHORITY,
        "cert-file": CERTIFICATE,
        "key-file": KEY,
    }


def operator_certificates(tls: Tls) -> dict[str, Any]:
    """Return the certificate authority with which AKO verifies the nodes. Without it AKO 4.5.0 trusts the authorities
    in its image, and could not connect to a cluster with a certificate of the company's own. AKO needs no certificate
    of its own: clients authenticate with a password.
    """
    return {"secretCertSource": {"secretName": tls.secret, "caCertsFilename": CA_FILE}}
