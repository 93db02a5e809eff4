"""What a cluster with plain ports beside TLS has and lacks: it is a step on the way from one to the other."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.build_cluster import ADMIN_PORT_SINCE
from aerofleet.fleet.defined_cluster import DefinedCluster
from aerofleet.units.version import numbers

PLAIN_PORTS = ("security", "plainPorts")
ADMIN = ("network", "admin")


@rule(
    "plain-text-beside-tls",
    scope="cell",
    severity="warning",
    remedy="take `plainPorts` out when no client uses the plain port any more",
    source="aerospike-server 8.1.2, as/src/base/cfg.c: as_config_post_process",
)
def plain_text_beside_tls(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """A cluster with TLS has plain ports, too: passwords and data of clients that use them can be read on the
    network.
    """
    if cluster.settings.security.serves_both:
        message = "clients may still connect without TLS: their passwords and data can be read on the network"
        yield cluster.problem(PLAIN_PORTS, message)


@rule(
    "admin-port-closed",
    scope="cell",
    severity="warning",
    remedy="use the service port meanwhile; the admin port comes back when the cluster has one kind of ports again",
    source=(
        "AKO 4.5.0, pkg/validation/validate.go: validateNetworkPortUpdate; aerospike-server 8.1.2,"
        " as/src/base/cfg.c: as_config_init"
    ),
)
def admin_port_closed(cluster: DefinedCluster) -> Iterator[LocatedProblem]:
    """A cluster with plain ports beside TLS has no admin port: its block of ports has one, which the operator lets
    nobody change from plain to TLS.
    """
    version = cluster.server_version
    if not cluster.settings.security.serves_both or numbers(version) < ADMIN_PORT_SINCE:
        return
    yield cluster.problem(PLAIN_PORTS, f"server {version} has no admin port while the cluster has plain ports and TLS")
    if cluster.settings.network.get("admin"):
        yield cluster.problem(ADMIN, "its parameters don't reach the servers while the cluster has plain ports and TLS")


RULES = rules_in(globals())
