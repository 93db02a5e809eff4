"""Hazards of names and files that a configuration refers to, and that do not exist."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import entries, namespaces, section
from aerofleet.ako.operator_files import VALIDATING_WEBHOOK
from aerofleet.ako.volumes import REMOTE_SECRETS, is_under, paths_of
from aerofleet.findings import Problem, rule, rules_in

Keys = tuple[str | int, ...]


@rule(
    "unmounted-file",
    scope="cluster",
    severity="severe",
    remedy="a Secret mounted by an entry of spec.storage.volumes, or secrets:… of a secret agent",
    source=(
        f"{VALIDATING_WEBHOOK}: validateRequiredFileStorageForAerospikeConfig; Not confirmed: what a server"
        " does without the file, Enterprise Edition, whose source is not public"
    ),
)
def unmounted_file(cluster: Cluster) -> Iterator[Problem]:
    """A key or password file is on no volume. The operator checks feature keys, TLS files and the default password
    only; without another file the server does not start, or can't log in at a destination.
    """
    for rack in cluster.distinct_racks:
        known = paths_of(rack)
        for keys, file in _files(rack):
            if not file.startswith(REMOTE_SECRETS) and not is_under(posixpath.dirname(file), known):
                yield cluster.config_path(rack, *keys), f"{file} is on no volume"


def _files(rack: Rack) -> Iterator[tuple[Keys, str]]:
    """Yield (keys, path) for every file of a configuration that the operator does not check."""
    places: list[tuple[Keys, dict[str, object], tuple[str, ...]]] = [
        (("service",), section(rack.config, "service"), ("vault-ca", "vault-token-file")),
        (
            ("security", "ldap"),
            section(rack.config, "security", "ldap"),
            ("query-user-password-file", "tls-ca-file"),
        ),
    ]
    for position, _, namespace in namespaces(rack.config):
        engine = section(namespace, "storage-engine")
        keys = ("encryption-key-file", "encryption-old-key-file")
        places.append((("namespaces", position, "storage-engine"), engine, keys))
    for position, dc in enumerate(entries(rack.config, "xdr", "dcs")):
        places.append((("xdr", "dcs", position), dc, ("auth-password-file",)))
    for path, holder, names in places:
        for name in names:
            file = holder.get(name)
            if isinstance(file, str) and file:
                yield (*path, name), file


@rule(
    "xdr-namespace-unknown",
    scope="cluster",
    severity="severe",
    remedy="the name of a configured namespace",
    source="Not confirmed: XDR, Enterprise Edition, whose source is not public",
)
def xdr_namespace_unknown(cluster: Cluster) -> Iterator[Problem]:
    """A destination names a namespace that is not configured. It ships nothing of the namespace that was meant."""
    for rack in cluster.distinct_racks:
        known = {name for _, name, _ in namespaces(rack.config)}
        for position, dc in enumerate(entries(rack.config, "xdr", "dcs")):
            for place, namespace in enumerate(entries(dc, "namespaces")):
                name = namespace.get("name")
                if isinstance(name, str) and name not in known:
                    path = cluster.config_path(rack, "xdr", "dcs", position, "namespaces", place, "name")
                    yield path, f"destination {dc.get('name')} ships {name}, and there is no namespace {name}"


@rule(
    "xdr-tls-name-unknown",
    scope="cluster",
    severity="severe",
    remedy="the name of an entry of network.tls",
    source="Not confirmed: XDR, Enterprise Edition, whose source is not public",
)
def xdr_tls_name_unknown(cluster: Cluster) -> Iterator[Problem]:
    """A destination has a TLS name that no entry of network.tls has. It ships nothing, or the server does not start."""
    for rack in cluster.distinct_racks:
        known = {str(entry.get("name")) for entry in entries(rack.config, "network", "tls")}
        for position, dc in enumerate(entries(rack.config, "xdr", "dcs")):
            name = dc.get("tls-name")
            if isinstance(name, str) and name not in known and not name.startswith("<"):
                path = cluster.config_path(rack, "xdr", "dcs", position, "tls-name")
                yield path, f"destination {dc.get('name')} asks for TLS by {name}, which no entry of network.tls has"


RULES = rules_in(globals())
