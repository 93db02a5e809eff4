"""Check users and access control: reserved names, passwords without a user, settings that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from aerofleet.ako.compatibility import ANNOTATIONS_SINCE
from aerofleet.findings import LocatedProblem, rule, rules_in
from aerofleet.fleet.build_cluster import ADMIN_USER, EXPORTER_USER
from aerofleet.fleet.checks.definitions import Definitions, in_cluster, in_file, in_layer
from aerofleet.fleet.checks.names import settings_in_files
from aerofleet.settings.merge import is_named_list
from aerofleet.settings.source import CellSource, ClusterDefinition
from aerofleet.settings.tiers import TierChainError
from aerofleet.units.version import is_at_least

PLATFORM_USERS = (ADMIN_USER, EXPORTER_USER)

OF_ACCESS_CONTROL = ("users", "roles", "passwords", "accessControlConfig")
"""Settings that nothing reads in a cluster without access control."""


@rule(
    "user-reserved",
    scope="cell",
    severity="error",
    remedy="give yours another name",
    source=(
        "AKO 4.5.0, api/v1/access_control_validate.go: GetAdminUserFromSpec; Platform rule: the exporter logs"
        " in as a user of the platform"
    ),
)
def user_reserved(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A user has the name of a platform user: the operator and the exporter log in as these."""
    for document, data, path in settings_in_files(definitions.source):
        listed = data.get("users")
        for index, user in enumerate(listed) if is_named_list(listed) else ():
            if user["name"] in PLATFORM_USERS:
                message = f"the user '{user['name']}' is the platform's own"
                yield in_file(document, (*path, "users", index, "name"), message)


@rule("access-control-off", scope="cell", severity="error", source="Aerospike documentation, Configure access control")
def access_control_off(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster without access control has settings of it: everybody may log in, and the owner believes otherwise.

    The cluster and its own tier are read. `defaults` of a cell and lower tiers are for the clusters with access
    control; `defaults` of a cell without any such cluster are a mistake, too.
    """
    source, settings_of = definitions.source, definitions.settings
    if source.cell and settings_of and not any(settings.security.access_control for settings in settings_of.values()):
        for key in OF_ACCESS_CONTROL:
            if source.cell.file.defaults.get(key):
                message = f"no cluster of the cell has access control: '{key}' would not reach a server"
                remedy = f"write `security: {{accessControl: true}}` beside it, or take '{key}' out"
                yield in_file(source.cell.document, ("defaults", key), message, remedy)
    for cluster, settings in definitions.clusters():
        if settings.security.access_control:
            continue
        for key in OF_ACCESS_CONTROL:
            message = f"the cluster has no access control: '{key}' would not reach the server"
            remedy = f"write `security: {{accessControl: true}}`, choose a tier that has it, or take '{key}' out"
            if cluster.file.settings.get(key):
                yield in_cluster(cluster, (key,), message, remedy)
            elif tier_has(source, cluster, key):
                yield in_layer(source, cluster, (key,), message, remedy)


def tier_has(source: CellSource, cluster: ClusterDefinition, key: str) -> bool:
    """Return whether the cluster's own tier has the setting, and the cluster did not turn access control off itself."""
    security = cluster.file.settings.get("security")
    if isinstance(security, Mapping) and "accessControl" in security:
        return False
    with suppress(TierChainError):
        chain = reversed(source.tiers.chain(cluster.file.tier))
        # A tier without settings of its own is another name of the one that it extends.
        own = next((revision for revision in chain if revision.file.settings), None)
        return own is not None and bool(own.file.settings.get(key))
    return False


@rule("password-user", scope="cell", severity="error", source="ADR 0085")
def password_user(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A cluster has a generation of the password of a user that it does not have: no password would be rotated."""
    for cluster, settings in definitions.clusters():
        users = sorted({*PLATFORM_USERS, *(user.name for user in settings.users)})
        for user in settings.passwords:
            if user not in users:
                message, remedy = f"the cluster has no user '{user}'", f"its users are {', '.join(users)}"
                yield in_cluster(cluster, ("passwords", user), message, remedy)


@rule(
    "reconcile-request-unseen",
    scope="cell",
    severity="warning",
    remedy=f"operator {ANNOTATIONS_SINCE} or later; a new generation of a password is seen by all of them",
    source="AKO 4.2.0, internal/controller/cluster/aerospikecluster_controller.go: SetupWithManager",
)
def reconcile_request_unseen(definitions: Definitions) -> Iterator[LocatedProblem]:
    """A reconcile request does nothing: the operator's release does not look at annotations."""
    cell = definitions.source.cell
    version = cell.file.operator.version if cell else ANNOTATIONS_SINCE
    for cluster, settings in definitions.clusters() if not is_at_least(version, ANNOTATIONS_SINCE) else ():
        if settings.reconcile_request:
            message = f"operator {version} does not see reconcileRequest '{settings.reconcile_request}'"
            yield in_layer(definitions.source, cluster, ("reconcileRequest",), message)


RULES = rules_in(globals())
