"""Hazards of a change for those who log in: users, rights, passwords, TLS and certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.admission.access_rules import is_secured
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import Config, entries, section
from aerofleet.ako.hazards.hazard import Found, hazard
from aerofleet.ako.pairs import config_path_of, paired
from aerofleet.ako.references import ADMIN
from aerofleet.ako.restart import Restarts
from aerofleet.ako.rights import ADMINISTRATIVE, administrative, role_privileges, users_of

CERTIFICATES = "tls-authenticate-client"


def _both(old: Cluster, new: Cluster, kind: str) -> Iterator[tuple[str, str, Config, Config]]:
    """(path, name, before, after) of each user or role that stays."""
    known = _access(old, kind)
    for name, entry in _access(new, kind).items():
        if name in known and known[name] != entry:
            yield f"spec.aerospikeAccessControl.{kind}.{{{name}}}", name, known[name], entry


def _access(cluster: Cluster, kind: str) -> dict[str, Config]:
    return {str(entry.get("name")): entry for entry in entries(cluster.spec, "aerospikeAccessControl", kind)}


@hazard("security-goes", "severe", "security as it is")
def security_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Without the security section whoever reaches a port reads and deletes everything."""
    if is_secured(old) and not is_secured(new):
        yield "spec.aerospikeConfig.security", "users and roles no longer count"


@hazard("users-go", "warning", "the user or the role until no application uses it")
def users_go(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Applications that still log in with them are locked out while servers run."""
    for kind in ("users", "roles"):
        before, after = (_access(cluster, kind) for cluster in (old, new))
        for name in sorted(before.keys() - after.keys()):
            yield f"spec.aerospikeAccessControl.{kind}.{{{name}}}", f"{name} goes"


@hazard("tls-goes", "warning", "TLS as it is, or both ports until no client uses it")
def tls_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Clients and nodes that speak TLS are cut off, and what they say can be read on the way."""
    for before, rack in paired(old, new):
        for key in ("service", "heartbeat", "fabric"):
            was, now = (section(each.config, "network", key).get("tls-name") for each in (before, rack))
            if was is not None and now is None:
                path = config_path_of(new, before, rack, f"network.{key}.tls-name")
                yield path, f"{key} speaks plain text only"


@hazard("security-comes", "severe", "security once every application logs in already")
def security_comes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """From its restart on, each server refuses whoever does not log in. Clients may send a user to a server without
    security; so all of them can do so before.
    """
    if is_secured(new) and not is_secured(old):
        yield "spec.aerospikeConfig.security", "clients that don't log in are refused"


@hazard("access-narrows", "warning", "the right until no application uses it")
def access_narrows(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """What applications did until now is refused while servers run."""
    for path, name, before, after in _both(old, new, "roles"):
        if lost := _gone(before, after, "privileges"):
            yield f"{path}.privileges", f"{name} loses {lost}"
        was, now = (set(map(str, each.get("whitelist") or [])) for each in (before, after))
        if now and not was:
            yield f"{path}.whitelist", f"{name} is let in from {', '.join(sorted(now))} only"
        elif now and was - now:
            yield f"{path}.whitelist", f"{name} is no longer let in from {', '.join(sorted(was - now))}"
        for key in ("readQuota", "writeQuota"):
            rates = [each.get(key) or float("inf") for each in (before, after)]
            if rates[1] < rates[0]:
                yield f"{path}.{key}", f"{name} may do {rates[1]} operations a second only"
    for path, name, before, after in _both(old, new, "users"):
        if lost := _gone(before, after, "roles"):
            yield f"{path}.roles", f"{name} loses {lost}"


def _gone(before: Config, after: Config, key: str) -> str:
    return ", ".join(sorted(set(map(str, before.get(key) or [])) - set(map(str, after.get(key) or []))))


@hazard(
    "administrative-rights", "severe", "the narrowest privilege that does, or the approval of who answers for security"
)
def administrative_rights(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """A user other than admin gets a right that reaches beyond the data of an application."""
    before, known, own = users_of(old), role_privileges(old), role_privileges(new)
    for name, roles in users_of(new).items():
        had = administrative(before.get(name, []), known)
        for privilege, role in administrative(roles, own).items():
            if name != ADMIN and privilege not in had:
                by = f" by role {role}" if role != privilege else ""
                path = f"spec.aerospikeAccessControl.users.{{{name}}}.roles"
                yield path, f"{name} gets {privilege}{by}, which {ADMINISTRATIVE[privilege]}"


@hazard("passwords-change", "warning", "the old Secret kept until it is done, and the applications told before")
def passwords_change(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """The operator sets the password from the new Secret while servers run; whoever has the old one can't log in any
    more. Until then it logs in itself with what the old Secret of `admin` holds.
    """
    for path, name, before, after in _both(old, new, "users"):
        was, now = before.get("secretName"), after.get("secretName")
        if was and was != now:
            how = f"gets the password of {now}" if now else "logs in with a certificate only"
            yield f"{path}.secretName", f"{name} {how}"


@hazard("plain-text-goes", "warning", "both ports until no client uses the plain one")
def plain_text_goes(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Clients, tools and XDR of other clusters that speak plain text are cut off."""
    for before, rack in paired(old, new):
        for key in ("service", "admin"):
            was, now = (section(each.config, "network", key) for each in (before, rack))
            if "port" in was and "port" not in now and now:
                yield config_path_of(new, before, rack, f"network.{key}.port"), f"{key} speaks TLS only"


@hazard("certificates-asked", "warning", "certificates for all clients first")
def certificates_asked(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """Clients without a certificate, or with one of another name, are refused from the restart on."""
    for before, rack in paired(old, new):
        for key in ("service", "admin"):
            was, now = (section(each.config, "network", key).get(CERTIFICATES) for each in (before, rack))
            lost: set[str] = set()
            if isinstance(was, list) and isinstance(now, list):
                lost = set(map(str, was)) - set(map(str, now))
            if lost or (_asks_nobody(was) and not _asks_nobody(now)):
                refused = ", ".join(sorted(lost)) or "whoever has no certificate"
                yield config_path_of(new, before, rack, f"network.{key}.{CERTIFICATES}"), f"{refused} is refused"


def _asks_nobody(wanted: Any) -> bool:
    return wanted in ("false", False)


ACCESS_HAZARDS = (
    security_goes,
    security_comes,
    users_go,
    access_narrows,
    administrative_rights,
    passwords_change,
    tls_goes,
    plain_text_goes,
    certificates_asked,
)
