"""Rules of earlier operator releases that later ones no longer have, or leave to the definition."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.access import is_secured, roles, users
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.status import Status
from aerofleet.findings import Problem, rule
from aerofleet.units.version import Range

MOST_PODS = 256
"""Nodes of a cluster (AKO 4.4, cluster size; from 4.5 on a bound of the definition)."""

HIGHEST_RACK_ID = 1_000_000
LONGEST_ACCESS_NAME_BYTES = 63


@rule(
    "size-bounds",
    scope="cluster",
    severity="error",
    source="AKO 4.4.1, internal/webhook/v1/aerospikecluster_validating_webhook.go: validateClusterSize",
    operator=Range(until="4.5.0"),
)
def size_is_within_bounds(cluster: Cluster) -> Iterator[Problem]:
    """A cluster has 1 to 256 pods."""
    if cluster.size == 0 or cluster.size > MOST_PODS:
        yield "spec.size", f"{cluster.size} pods", f"write 1 to {MOST_PODS}"


@rule(
    "rack-id-bounds",
    scope="cluster",
    severity="error",
    source="AKO 4.4.1, internal/webhook/v1/aerospikecluster_validating_webhook.go: validateRackConfig",
    operator=Range(until="4.5.0"),
)
def rack_ids_are_within_bounds(cluster: Cluster) -> Iterator[Problem]:
    """A rack's id is at most 1,000,000."""
    for rack in cluster.racks:
        if rack.id > HIGHEST_RACK_ID:
            path = f"spec.rackConfig.racks[{rack.position}].id"
            yield path, f"rack id {rack.id} is too high", f"at most {HIGHEST_RACK_ID}"


@rule(
    "acl-name-length",
    scope="cluster",
    severity="error",
    source="AKO 4.4.1, api/v1/access_control_validate.go: isRoleNameValid, isUserNameValid",
    operator=Range(until="4.5.0"),
)
def access_names_are_short(cluster: Cluster) -> Iterator[Problem]:
    """Names of roles and users have 63 bytes at most."""
    for kind, entries in (("roles", roles(cluster)), ("users", users(cluster))) if is_secured(cluster) else ():
        for position, entry in enumerate(entries):
            length = len(str(entry.get("name", "")).encode())
            if length > LONGEST_ACCESS_NAME_BYTES:
                path = f"spec.aerospikeAccessControl.{kind}[{position}].name"
                yield path, f"the name has {length} bytes", f"at most {LONGEST_ACCESS_NAME_BYTES}"


@rule(
    "acl-needs-security",
    scope="change",
    severity="error",
    source="AKO 4.1.2, api/v1/access_control_validate.go: IsAerospikeAccessControlValid",
    operator=Range(until="4.2.0"),
)
def access_control_needs_security(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Users and roles need the `security` section on a change, too."""
    if "aerospikeAccessControl" in new.spec and not is_secured(new):
        yield "spec.aerospikeAccessControl", "there are users and roles, but security is off", "keep security: {}"


@rule(
    "security-frozen",
    scope="change",
    severity="error",
    source=(
        "AKO 4.1.2, pkg/validation/validate.go: validateSecurityConfigUpdate; AKO 4.1.2,"
        " internal/webhook/v1/aerospikecluster_validating_webhook.go: validateSecurityConfigUpdateFromStatus"
    ),
    operator=Range(until="4.2.0"),
)
def security_stays_on(old: Cluster, new: Cluster, status: Status) -> Iterator[Problem]:
    """Security is never switched off."""
    was_on = is_secured(old) or any("security" in rack.config for rack in status.racks)
    if was_on and not is_secured(new):
        yield "spec.aerospikeConfig.security", "security can't be switched off", "keep security: {}"
