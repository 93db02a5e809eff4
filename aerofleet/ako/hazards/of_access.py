"""Hazards of a change for those who log in: users, rights, passwords, TLS and certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.aerospike.server_files import CONFIG
from aerofleet.ako.access import is_secured
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import Config, entries, section, texts
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.references import ADMIN
from aerofleet.ako.restart import Restarts
from aerofleet.ako.rights import ADMINISTRATIVE, administrative, beyond, role_privileges, uncovered, users_of
from aerofleet.findings import Problem, rule, rules_in

CERTIFICATES = "tls-authenticate-client"


def _both(old: Cluster, new: Cluster, kind: str) -> Iterator[tuple[str, str, Config, Config]]:
    """Yield (path, name, before, after) for every user or role that stays and changes."""
    known = _access(old, kind)
    for name, entry in _access(new, kind).items():
        if name in known and known[name] != entry:
            yield f"spec.aerospikeAccessControl.{kind}.{{{name}}}", name, known[name], entry


def _access(cluster: Cluster, kind: str) -> dict[str, Config]:
    return {str(entry.get("name")): entry for entry in entries(cluster.spec, "aerospikeAccessControl", kind)}


@rule(
    "security-goes",
    scope="change",
    severity="severe",
    remedy="security as it is",
    source="Aerospike documentation, Configure access control",
)
def security_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The security section is removed. Whoever reaches a port then reads and deletes everything."""
    if is_secured(old) and not is_secured(new):
        yield "spec.aerospikeConfig.security", "users and roles no longer count"


@rule(
    "security-comes",
    scope="change",
    severity="severe",
    remedy="security once every application logs in already",
    source=f"Aerospike documentation, Configure access control; {CONTROLLER}/rack.go: handleEnableSecurity",
)
def security_comes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The security section is added. From its restart on, each server refuses clients that don't log in. Clients
    may send a user to a server without security, so all of them can do so before.
    """
    if is_secured(new) and not is_secured(old):
        yield "spec.aerospikeConfig.security", "clients that don't log in are refused"


@rule(
    "users-go",
    scope="change",
    severity="warning",
    remedy="the user or the role until no application uses it",
    source=f"{CONTROLLER}/access_control.go: reconcileUsers, reconcileRoles",
)
def users_go(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A user or a role is removed while servers run. Applications that log in as the user are locked out; users
    with the role lose its rights.
    """
    for kind, label in (("users", "user"), ("roles", "role")):
        before, after = (_access(cluster, kind) for cluster in (old, new))
        for name in sorted(before.keys() - after.keys()):
            yield f"spec.aerospikeAccessControl.{kind}.{{{name}}}", f"{label} {name} goes"


@rule(
    "access-narrows",
    scope="change",
    severity="warning",
    remedy="the right until no application uses it",
    source=f"{CONTROLLER}/access_control.go: reconcileRoles, reconcileUsers",
)
def access_narrows(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A role or a user loses rights, addresses or quotas. The server refuses from then on what applications did
    before.
    """
    for path, name, before, after in _both(old, new, "roles"):
        if lost := uncovered(texts(before.get("privileges")), texts(after.get("privileges"))):
            yield f"{path}.privileges", f"role {name} loses {', '.join(lost)}"
        was, now = (texts(role.get("whitelist")) for role in (before, after))
        if now and not was:
            yield f"{path}.whitelist", f"role {name} is let in from {', '.join(now)} only, not from everywhere"
        elif now and (outside := beyond(was, now)):
            yield f"{path}.whitelist", f"role {name} is no longer let in from {', '.join(outside)}"
        for key in ("readQuota", "writeQuota"):
            rates = [role.get(key) or 0 for role in (before, after)]
            if rates[1] and (not rates[0] or rates[1] < rates[0]):
                pair = f"{rates[0] or 'any number of'} becomes {rates[1]}"
                yield f"{path}.{key}", f"{pair} operations a second for each user with role {name}"
    owns = [role_privileges(cluster) for cluster in (old, new)]
    for path, name, before, after in _both(old, new, "users"):
        privileges = [
            [privilege for role in texts(user.get("roles")) for privilege in own.get(role, [role])]
            for user, own in zip((before, after), owns, strict=True)
        ]
        roles = sorted(set(texts(before.get("roles"))) - set(texts(after.get("roles"))))
        if roles and (lost := uncovered(*privileges)):
            yield f"{path}.roles", f"user {name} loses {', '.join(roles)}, and with it {', '.join(lost)}"


@rule(
    "administrative-rights",
    scope="change",
    severity="severe",
    remedy="the narrowest privilege that does, or an approval of the security contact",
    source="Aerospike documentation, Configure access control: privileges",
)
def administrative_rights(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A user other than admin gets a right that reaches beyond the data of an application."""
    before, known, own = users_of(old), role_privileges(old), role_privileges(new)
    for name, roles in users_of(new).items():
        had = administrative(before.get(name, []), known)
        for privilege, role in administrative(roles, own).items():
            if name != ADMIN and privilege not in had:
                by = f" by role {role}" if role != privilege else ""
                path = f"spec.aerospikeAccessControl.users.{{{name}}}.roles"
                yield path, f"{name} gets {privilege}{by}, which {ADMINISTRATIVE[privilege]}"


@rule(
    "passwords-change",
    scope="change",
    severity="warning",
    remedy="the old Secret kept until it is done, and every application ready for the new one before",
    source=f"{CONTROLLER}/access_control.go: reconcileUsers, AerospikeAdminCredentials",
)
def passwords_change(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A user gets the password of another Secret, set while servers run. Whoever has the old one can't log in any
    more. For admin the operator itself logs in with the old Secret until then.
    """
    for path, name, before, after in _both(old, new, "users"):
        was, now = before.get("secretName"), after.get("secretName")
        if was and was != now:
            how = f"gets the password of {now}" if now else "logs in with a certificate only"
            yield f"{path}.secretName", f"{name} {how}"


@rule(
    "tls-goes",
    scope="change",
    severity="warning",
    remedy="TLS as it is, or both ports until no client uses it",
    source=f"{CONFIG}: as_config_post_process",
)
def tls_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """A port no longer has TLS. Clients and nodes that use TLS are cut off, and traffic can be read on the network."""
    for before, rack in paired(old, new):
        for key in ("service", "admin", "heartbeat", "fabric"):
            was, now = (section(side.config, "network", key) for side in (before, rack))
            if "tls-name" in was and "tls-name" not in now and now:
                path = config_path_of(new, before, rack, f"network.{key}.tls-name")
                yield path, f"{key} speaks plain text only"


@rule(
    "plain-text-goes",
    scope="change",
    severity="warning",
    remedy="both ports until no client uses the plain one",
    source=f"{CONFIG}: as_config_post_process",
)
def plain_text_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The plain-text port is removed. Clients, tools and XDR of other clusters that use it are cut off."""
    for before, rack in paired(old, new):
        for key in ("service", "admin"):
            was, now = (section(side.config, "network", key) for side in (before, rack))
            if "port" in was and "port" not in now and now:
                yield config_path_of(new, before, rack, f"network.{key}.port"), f"{key} speaks TLS only"


@rule(
    "admin-port-goes",
    scope="change",
    severity="warning",
    remedy="the service port for those who use it, or network.admin as it is",
    source=f"{CONFIG}: as_config_init",
)
def admin_port_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """The admin port is removed. Tools that connect to it are cut off, and lose the connections that are set aside for
    them.
    """
    for before, rack in paired(old, new):
        was, now = (section(side.config, "network", "admin") for side in (before, rack))
        if was and not now:
            ports = " and ".join(str(was[key]) for key in ("port", "tls-port") if key in was)
            yield config_path_of(new, before, rack, "network.admin"), f"nothing listens on {ports} any more"


@rule(
    "certificates-asked",
    scope="change",
    severity="warning",
    remedy="certificates for all clients first",
    source=f"{CONFIG}: cfg_setup_tls_server",
)
def certificates_asked(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Problem]:
    """Servers ask clients for a certificate, or for one of fewer names. Clients without it are refused from the
    restart on.
    """
    for before, rack in paired(old, new):
        for key in ("service", "admin"):
            sections = [section(side.config, "network", key) for side in (before, rack)]
            if "tls-name" not in sections[1]:
                # Nobody is asked on a port that is gone or speaks plain text.
                continue
            was, now = (network.get(CERTIFICATES) for network in sections)
            lost: set[str] = set()
            if isinstance(was, list) and isinstance(now, list):
                lost = set(map(str, was)) - set(map(str, now))
            if lost or (_asks_nobody(was) and not _asks_nobody(now)):
                refused = ", ".join(sorted(lost)) or "whoever has no certificate"
                yield config_path_of(new, before, rack, f"network.{key}.{CERTIFICATES}"), f"{refused} is refused"


def _asks_nobody(wanted: Any) -> bool:
    return wanted in ("false", False)


RULES = rules_in(globals())
