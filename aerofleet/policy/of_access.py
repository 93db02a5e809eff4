"""Policies of access: TLS, users and their rights, and secrets."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.access import is_secured
from aerofleet.ako.admission.access_rules import SCOPED_PRIVILEGES
from aerofleet.ako.config import namespaces, section
from aerofleet.ako.hazards.of_access import administrative_rights
from aerofleet.ako.hazards.of_cluster import administrative_user
from aerofleet.ako.references import ADMIN
from aerofleet.ako.rights import ADMINISTRATIVE, administrative, role_privileges, users_of
from aerofleet.findings import LocatedProblem
from aerofleet.policy.policy import policies_in, policy
from aerofleet.policy.rendered_object import RenderedObject
from aerofleet.policy.severity import Level
from aerofleet.units.field_path import dotted
from aerofleet.units.literal_secret import literal_secrets
from aerofleet.units.object_identity import kind_of


@policy(
    "tls-off",
    kind="state",
    level=Level.ADVISED,
    remedy="`security.tls: true` (docs/how-to/turn-on-tls.md)",
    in_pack=True,
)
def tls_off(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """Clients and nodes use TLS: else passwords and data can be read on the network."""
    for cluster in rendered.clusters:
        plain = [
            key
            for key in ("service", "heartbeat", "fabric")
            if not section(cluster.config, "network", key).get("tls-name")
        ]
        if plain:
            path = cluster.config_path(cluster.racks[0], "network")
            yield LocatedProblem(path, f"{', '.join(plain)} {'has' if len(plain) == 1 else 'have'} no TLS")


@policy(
    "security-off",
    kind="state",
    level=Level.ADVISED,
    remedy="`security.accessControl: true`",
    in_pack=True,
)
def security_off(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """A cluster asks for users: else whoever reaches a port reads and deletes everything."""
    for cluster in rendered.clusters:
        if not is_secured(cluster):
            yield LocatedProblem("spec.aerospikeConfig.security", "nobody has to log in")


@policy(
    "user-is-administrator",
    kind="state",
    remedy="the narrowest privilege that does, or a waiver that names who needs it and until when",
    in_pack=True,
    raises=(administrative_user, administrative_rights),
    asks="security",
)
def user_is_administrator(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """No user but admin has rights beyond the data of an application."""
    for cluster in rendered.clusters:
        own = role_privileges(cluster)
        for name, roles in users_of(cluster).items():
            rights = administrative(roles, own) if name != ADMIN else {}
            if rights:
                listed = "; ".join(
                    f"{right}{f' by role {role}' if role != right else ''}, which {ADMINISTRATIVE[right]}"
                    for right, role in rights.items()
                )
                path = f"spec.aerospikeAccessControl.users.{{{name}}}.roles"
                yield LocatedProblem(path, f"user {name} has {listed}")


@policy(
    "rights-too-wide",
    kind="state",
    level=Level.ADVISED,
    remedy="a role with privileges for its namespaces: read-write.NAMESPACE",
    in_pack=True,
)
def rights_too_wide(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """In a cluster of several namespaces every user has rights for its own ones only."""
    for cluster in rendered.clusters:
        names = {name for rack in cluster.distinct_racks for _, name, _ in namespaces(rack.config)}
        own = role_privileges(cluster)
        for name, roles in users_of(cluster).items() if len(names) > 1 else ():
            everywhere = sorted(
                {
                    right
                    for role in roles
                    for right in own.get(role, [role])
                    if right in SCOPED_PRIVILEGES - ADMINISTRATIVE.keys()
                }
            )
            if name != ADMIN and everywhere:
                path = f"spec.aerospikeAccessControl.users.{{{name}}}.roles"
                message = f"user {name} has {', '.join(everywhere)} in all {len(names)} namespaces"
                yield LocatedProblem(path, message)


@policy(
    "secret-as-text",
    kind="state",
    remedy="a reference: a Secret that the secret store fills, mounted as a file",
    in_pack=True,
)
def secret_as_text(rendered: RenderedObject) -> Iterator[LocatedProblem]:
    """No object has a secret as text: everybody who reads the definitions, the state or a log would have it."""
    written = rendered.written
    if kind_of(written) == "Secret":
        for key in ("data", "stringData"):
            for name in section(written, key):
                yield LocatedProblem(f"{key}.{name}", f"the Secret has the value of {name}")
    elif kind_of(written) != "CustomResourceDefinition":
        for place, what in literal_secrets(written.get("spec"), ("spec",)):
            yield LocatedProblem(dotted(place), f"{what} has a secret as text")


RULES = policies_in(globals())
