"""Reasons for a change of users and roles: what every user and role had, and what it gets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import entries, section, texts
from aerofleet.ako.config_file import is_same
from aerofleet.ako.narrow import becomes
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.findings import Effect, Reason, declared, rules_in

ACCESS = declared(
    "access",
    "Users, roles or the operator's way of setting them change; the operator sets them while servers run.",
    scope="change",
    severity="info",
    source=f"{CONTROLLER}/access_control.go: reconcileAccessControl",
)

LISTS = frozenset({"privileges", "roles", "whitelist"})
CONSEQUENCES: dict[str, str] = {
    "authMode": "how the user logs in",
    "privileges": "counts at once for everybody with the role",
    "readQuota": "reads a second for each user with the role; 0 or nothing is no limit",
    "roles": "counts at once",
    "secretName": "the operator sets the password that the new one has as `password`, so it must exist first",
    "whitelist": "addresses from which users with the role are let in; nothing lets all in",
    "writeQuota": "writes a second for each user with the role; 0 or nothing is no limit",
}
"""Key of a user or a role → what its change means."""


def access_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for every user and role that is added, removed or changed."""
    path = "spec.aerospikeAccessControl"
    for kind, label, key in (("roles", "role", "privileges"), ("users", "user", "roles")):
        before, after = (_by_name(cluster, kind) for cluster in (old, new))
        for name in sorted(before.keys() | after.keys()):
            where, was, now = f"{path}.{kind}.{{{name}}}", before.get(name), after.get(name)
            if was is None and now is not None:
                secret = now.get("secretName")
                password = f"; its password is `password` of Secret {secret}, which must exist first"
                message = f"{label} {name} is new, with {key} {_list_text(now.get(key))}{password if secret else ''}"
                yield ACCESS.reason(Effect.LIVE, where, message)
            elif was is not None and now is None:
                message = f"{label} {name} is removed, with {key} {_list_text(was.get(key))}"
                yield ACCESS.reason(Effect.LIVE, where, message)
            elif was is not None and now is not None:
                yield from _changed(where, f"{label} {name}", was, now)
    policies = [section(cluster.spec, "aerospikeAccessControl").get("adminPolicy") for cluster in (old, new)]
    if not is_same(*policies):
        message = f"{becomes(*policies)}: how long the operator waits when it sets users and roles"
        yield ACCESS.reason(Effect.LIVE, f"{path}.adminPolicy", message)


def _by_name(cluster: Cluster, kind: str) -> dict[str, dict[str, Any]]:
    return {str(entry.get("name")): entry for entry in entries(cluster.spec, "aerospikeAccessControl", kind)}


def _changed(where: str, label: str, was: dict[str, Any], now: dict[str, Any]) -> Iterator[Reason]:
    for key in sorted(was.keys() | now.keys()):
        before, after = was.get(key), now.get(key)
        if is_same(before, after):
            continue
        if key in LISTS and set(texts(before)) == set(texts(after)):
            message = f"{key} of {label} are written in another order: nothing changes"
        else:
            pair = f"{_list_text(before)} becomes {_list_text(after)}" if key in LISTS else becomes(before, after)
            message = f"{key} of {label}: {pair}; {CONSEQUENCES.get(key, 'is set while servers run')}"
        yield ACCESS.reason(Effect.LIVE, f"{where}.{key}", message)


def _list_text(value: Any) -> str:
    return ", ".join(texts(value)) or "nothing"


RULES = rules_in(globals())
