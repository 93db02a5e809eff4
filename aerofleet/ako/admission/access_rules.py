"""Users, roles and certificates."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any

from aerofleet.ako.access import is_secured, pki_users, roles, tls_service, users
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import namespaces, section
from aerofleet.ako.image import is_enterprise, is_federal
from aerofleet.ako.operator_files import ACCESS_VALIDATION, CONFIG_VALIDATION, VALIDATING_WEBHOOK
from aerofleet.findings import Problem, rule
from aerofleet.units.version import Range, passes_floor

GLOBAL_PRIVILEGES = frozenset({"data-admin", "sys-admin", "user-admin", "sindex-admin", "udf-admin"})
SCOPED_PRIVILEGES = frozenset(
    {"read", "read-write", "read-write-udf", "write", "truncate", "masking-admin", "read-masked", "write-masked"}
)
PREDEFINED_ROLES = GLOBAL_PRIVILEGES | SCOPED_PRIVILEGES
ADMIN_ROLES = frozenset({"sys-admin", "user-admin"})
PKI_SINCE = "8.1.0.0"
_DNS_NAME = re.compile(
    r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?))*\.?"
)


def _judged(cluster: Cluster) -> bool:
    """Return whether users and roles are judged: security is on."""
    return is_secured(cluster) and "aerospikeAccessControl" in cluster.spec


@rule("acl-missing", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: IsAerospikeAccessControlValid")
def security_has_access_control(cluster: Cluster) -> Iterator[Problem]:
    """With the `security` section there is aerospikeAccessControl: it needs users."""
    if is_secured(cluster) and "aerospikeAccessControl" not in cluster.spec:
        yield "spec.aerospikeAccessControl", "security is on, but there are no users", "add it, with a user admin"


@rule("acl-predefined", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isRoleSpecValid")
def predefined_roles_stay(cluster: Cluster) -> Iterator[Problem]:
    """No role has the name of a predefined one."""
    for position, role in enumerate(roles(cluster) if _judged(cluster) else ()):
        if role.get("name") in PREDEFINED_ROLES:
            yield (
                f"spec.aerospikeAccessControl.roles[{position}].name",
                f"{role['name']} is predefined",
                "choose another name",
            )


@rule("acl-role-name", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isRoleNameValid")
def role_names_are_plain(cluster: Cluster) -> Iterator[Problem]:
    """A role's name isn't blank and has neither `;` nor `:`."""
    for position, role in enumerate(roles(cluster) if _judged(cluster) else ()):
        if _is_unfit(str(role.get("name", ""))):
            yield (
                f"spec.aerospikeAccessControl.roles[{position}].name",
                f"{role.get('name')!r} can't be a role's name",
                "no ; and no :",
            )


@rule("acl-user-name", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isUserNameValid")
def user_names_are_plain(cluster: Cluster) -> Iterator[Problem]:
    """A user's name isn't blank and has neither `;` nor `:`."""
    for position, user in enumerate(users(cluster) if _judged(cluster) else ()):
        if _is_unfit(str(user.get("name", ""))):
            yield (
                f"spec.aerospikeAccessControl.users[{position}].name",
                f"{user.get('name')!r} can't be a user's name",
                "no ; and no :",
            )


def _is_unfit(name: str) -> bool:
    return not name.strip() or ";" in name or ":" in name


@rule("acl-quota", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: validateRoleQuotaParam")
def quotas_are_enabled(cluster: Cluster) -> Iterator[Problem]:
    """A role's quota needs `enable-quotas: true` in the security section."""
    enabled = section(cluster.config, "security").get("enable-quotas") is True
    for position, role in enumerate(roles(cluster) if _judged(cluster) and not enabled else ()):
        for key in ("readQuota", "writeQuota"):
            if role.get(key, 0) > 0:
                path = f"spec.aerospikeAccessControl.roles[{position}].{key}"
                yield path, "a quota while quotas are off", "set enable-quotas: true in aerospikeConfig.security"


@rule("acl-priv", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isPrivilegeValid")
def privileges_exist(cluster: Cluster) -> Iterator[Problem]:
    """A privilege exists; a scope names a configured namespace, and perhaps a set, where the privilege can have one."""
    if not _judged(cluster):
        return
    known = {name for rack in cluster.distinct_racks for _, name, _ in namespaces(rack.config)}
    for position, role in enumerate(roles(cluster)):
        for index, privilege in enumerate(role.get("privileges") or []):
            fault = _privilege_fault(str(privilege), known)
            if fault:
                path = f"spec.aerospikeAccessControl.roles[{position}].privileges[{index}]"
                code, _, scope = str(privilege).partition(".")
                hint = closest(code, PREDEFINED_ROLES) or closest(scope.partition(".")[0], known)
                yield path, fault, hint or "such as read-write.<namespace>.<set>"


def closest(name: str, known: Collection[str]) -> str:
    """Return a hint that names the one of ``known`` that ``name`` is meant for; empty where none is close, or where
    ``name`` is one of them."""
    near = [] if name in known else get_close_matches(name, sorted(known), 1)
    return f"did you mean '{near[0]}'?" if near else ""


def _privilege_fault(privilege: str, known: set[str]) -> str:
    code, *scope = privilege.split(".")
    if len(scope) > 2:
        return f"{privilege!r} has more parts than privilege, namespace and set"
    if code not in PREDEFINED_ROLES:
        return f"{code!r} is no privilege"
    if scope and code in GLOBAL_PRIVILEGES:
        return f"{code} can't have a scope"
    if scope and scope[0] not in known:
        return f"{scope[0]!r} is no namespace of this cluster"
    if len(scope) == 2 and not scope[1].strip():
        return f"{privilege!r} names no set after the dot"
    return ""


@rule("acl-whitelist", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isNetAddressValid")
def whitelists_are_addresses(cluster: Cluster) -> Iterator[Problem]:
    """A role's whitelist has IP addresses and networks (with no host bits set)."""
    for position, role in enumerate(roles(cluster) if _judged(cluster) else ()):
        for index, address in enumerate(role.get("whitelist") or []):
            if not _is_address(str(address)):
                path = f"spec.aerospikeAccessControl.roles[{position}].whitelist[{index}]"
                yield path, f"{address!r} is no address and no network", "such as 10.20.0.0/16"


def _is_address(text: str) -> bool:
    """Return whether it is an address or a network; a network only in its common form: `fd00::/8`, not `FD00::/8`."""
    if "%" in text:
        return False
    try:
        if "/" in text:
            return str(ipaddress.ip_network(text)) == text
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@rule("acl-user-role", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isUserSpecValid")
def user_roles_exist(cluster: Cluster) -> Iterator[Problem]:
    """A user's roles are predefined or defined under roles."""
    known = PREDEFINED_ROLES | {str(role.get("name")) for role in roles(cluster)}
    for position, user in enumerate(users(cluster) if _judged(cluster) else ()):
        for index, role in enumerate(user.get("roles") or []):
            if role not in known:
                path = f"spec.aerospikeAccessControl.users[{position}].roles[{index}]"
                yield path, f"there is no role {role!r}", closest(str(role), known) or "define it under roles"


@rule("acl-secret", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isUserSpecValid")
def users_authenticate(cluster: Cluster) -> Iterator[Problem]:
    """A user with a password has a secretName; a PKIOnly user has none."""
    for position, user in enumerate(users(cluster) if _judged(cluster) else ()):
        path = f"spec.aerospikeAccessControl.users[{position}].secretName"
        has_secret = bool(str(user.get("secretName", "")).strip())
        if user.get("authMode") == "PKIOnly":
            if has_secret:
                yield path, "a PKIOnly user has no password", "leave it out"
        elif not has_secret and not is_federal(cluster.image):
            yield path, f"user {user.get('name')} has no Secret for the password", "name the Secret"


@rule(
    "acl-federal",
    scope="cluster",
    severity="error",
    source=f"{ACCESS_VALIDATION}: isUserSpecValid",
    operator=Range("4.2.0"),
)
def federal_users_have_certificates(cluster: Cluster) -> Iterator[Problem]:
    """On Federal Edition all users are PKIOnly."""
    if not is_federal(cluster.image):
        return
    for position, user in enumerate(users(cluster) if _judged(cluster) else ()):
        if user.get("authMode") != "PKIOnly":
            path = f"spec.aerospikeAccessControl.users[{position}].authMode"
            yield path, f"user {user.get('name')} has no certificate login", "authMode: PKIOnly"


@rule("acl-admin", scope="cluster", severity="error", source=f"{ACCESS_VALIDATION}: isUserSpecValid")
def an_admin_exists(cluster: Cluster) -> Iterator[Problem]:
    """A user named admin has sys-admin and user-admin: the operator works as that user."""
    if not _judged(cluster):
        return
    for user in users(cluster):
        if user.get("name") == "admin" and set(user.get("roles") or []) >= ADMIN_ROLES:
            return
    yield (
        "spec.aerospikeAccessControl.users",
        "no user admin with sys-admin and user-admin",
        "add it: the operator logs in as admin",
    )


@rule(
    "pki-version",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validatePKIAuthSupportForEE",
    operator=Range("4.2.0"),
)
def pki_needs_a_new_server(cluster: Cluster) -> Iterator[Problem]:
    """PKIOnly users need Enterprise Edition 8.1.0.0 or later, or Federal Edition."""
    if pki_users(cluster) and is_enterprise(cluster.image) and not passes_floor(cluster.version, PKI_SINCE):
        yield "spec.image", f"PKIOnly users on server {cluster.version}", f"use {PKI_SINCE} or later"


@rule(
    "pki-tls",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateClientCertSpec",
    operator=Range("4.2.0"),
)
def pki_needs_mutual_tls(cluster: Cluster) -> Iterator[Problem]:
    """PKIOnly users need TLS on network.service that asks clients for certificates."""
    if not pki_users(cluster):
        return
    rack = cluster.distinct_racks[0]
    service = tls_service(rack)
    path = cluster.config_path(rack, "network", "service")
    if service is None:
        yield path, "PKIOnly users, but no TLS on the service", "add tls-name and tls-port"
    elif service.get("tls-authenticate-client") == "false":
        yield (
            f"{path}.tls-authenticate-client",
            "PKIOnly users, but clients show no certificate",
            "any, or a list of names",
        )


@rule("tls-auth-value", scope="cluster", severity="error", source=f"{CONFIG_VALIDATION}: ValidateTLSAuthenticateClient")
def client_names_are_names(cluster: Cluster) -> Iterator[Problem]:
    """The value of tls-authenticate-client is any, false, or a list of DNS names."""
    rack = cluster.distinct_racks[0]
    service = tls_service(rack)
    if service is None:
        return
    value = service.get("tls-authenticate-client")
    path = cluster.config_path(rack, "network", "service", "tls-authenticate-client")
    if isinstance(value, str) and value not in ("any", "false"):
        yield path, f"{value!r} is not a choice", "any, false, or a list of names"
    elif value is True:
        yield path, "true is not a choice", "any, false, or a list of names"
    for name in value if isinstance(value, list) else ():
        if isinstance(name, str) and (_is_ip(name) or not _DNS_NAME.fullmatch(name)):
            yield path, f"{name!r} is no DNS name", "the name in the client's certificate"


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


@rule(
    "client-cert",
    scope="cluster",
    severity="error",
    source=f"{VALIDATING_WEBHOOK}: validateClientCertSpec, validateOperatorClientCert",
)
def operator_has_a_certificate(cluster: Cluster) -> Iterator[Problem]:
    """Where the service asks clients for certificates, the operator has one, whole and from one source."""
    rack = cluster.distinct_racks[0]
    service = tls_service(rack)
    if service is None or service.get("tls-authenticate-client") == "false":
        return
    path = "spec.operatorClientCert"
    certificate = cluster.spec.get("operatorClientCert")
    if not certificate:
        yield (
            path,
            "the service asks for a certificate, the operator has none",
            "add it, or tls-authenticate-client: 'false'",
        )
        return
    yield from _certificate_faults(certificate, path)
    if service.get("tls-authenticate-client") != "any":
        name = certificate.get("tlsClientName")
        if not name:
            yield (
                f"{path}.tlsClientName",
                "the service lets in names from a list, and the operator has none",
                "add it",
            )
        elif name != "admin" and pki_users(cluster):
            yield f"{path}.tlsClientName", f"{name!r} beside PKIOnly users and a list of names", "it must be admin"


def _certificate_faults(certificate: dict[str, Any], path: str) -> Iterator[Problem]:
    secret, mounted = certificate.get("secretCertSource"), certificate.get("certPathInOperator")
    if (secret is None) == (mounted is None):
        yield path, "one of secretCertSource and certPathInOperator is needed", "give exactly one"
        return
    keys = ("clientCertFilename", "clientKeyFilename") if secret is not None else ("clientCertPath", "clientKeyPath")
    where = f"{path}.{'secretCertSource' if secret is not None else 'certPathInOperator'}"
    source = section(certificate, "secretCertSource") or section(certificate, "certPathInOperator")
    named = [key for key in keys if source.get(key)]
    if len(named) == 1:
        yield where, f"{named[0]} without its other half", f"give {keys[0]} and {keys[1]}"
    elif not named:
        yield where, "names no client certificate", f"give {keys[0]} and {keys[1]}"
    if source.get("caCertsFilename") and source.get("caCertsSource"):
        yield where, "caCertsFilename and caCertsSource are both set", "take one of them away"


@rule("deprecated", scope="cluster", severity="warning", source=f"{VALIDATING_WEBHOOK}: validateDeprecatedFields")
def deprecated_fields_are_gone(cluster: Cluster) -> Iterator[Problem]:
    """Deprecated fields still work, and will not for ever."""
    source = section(cluster.spec, "operatorClientCert", "secretCertSource")
    path = "spec.operatorClientCert.secretCertSource"
    if source.get("secretNamespace"):
        yield f"{path}.secretNamespace", "is deprecated", "keep the Secret in the cluster's namespace"
    if section(source, "caCertsSource").get("secretNamespace"):
        yield f"{path}.caCertsSource.secretNamespace", "is deprecated", "keep the Secret in the cluster's namespace"
    if "skipXdrDlogFileValidate" in section(cluster.spec, "validationPolicy"):
        yield "spec.validationPolicy.skipXdrDlogFileValidate", "is deprecated", "leave it out"
