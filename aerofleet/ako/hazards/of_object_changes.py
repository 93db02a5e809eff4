"""Hazards of a change of the objects beside a cluster, for what the cluster needs of them."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server_files import SERVER
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_file import is_same
from aerofleet.ako.hazards.of_objects import closed_between_nodes
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.operator_files import CONTROLLER
from aerofleet.ako.references import Reference, Use, references_of
from aerofleet.findings import Problem, rule, rules_in

GONE: dict[Use, str] = {
    Use.ADMIN_PASSWORD: "the operator can't log in any more and stops at every reconcile",
    Use.PASSWORD: "the operator stops there at every reconcile, and sets no user and no later change",
    Use.VOLUME: "pods that are rebuilt don't start",
    Use.SERVER_FILE: "servers that are rebuilt don't start",
    Use.STORED_WITH: "servers that are rebuilt don't start",
    Use.OPERATOR_CERTIFICATE: "the operator does not get through to servers that ask for a certificate",
    Use.ENVIRONMENT: "pods that are rebuilt don't start",
    Use.PULL: "hosts that have no copy of the image can't pull it",
    Use.CLASS: "pods that need a new claim wait for ever",
    Use.ACCOUNT: "no pod is made any more, not even to replace one that runs",
}


@rule(
    "needed-object-goes",
    scope="change",
    severity="severe",
    remedy="the object as long as the cluster names it",
    source=f"{CONTROLLER}/client_policy.go: getPasswordFromSecret; Kubernetes 1.35, volumes of pods",
)
def needed_object_goes(cluster: Cluster, before: ObjectSet, after: ObjectSet) -> Iterator[Problem]:
    """An object is deleted that the cluster still needs. Running pods keep what they have, so nothing shows before
    one is rebuilt.
    """
    for reference in references_of(cluster):
        where = (reference.kind, reference.namespace, reference.name)
        if before.find(*where) is not None and after.find(*where) is None:
            name = f"{reference.namespace}/{reference.name}" if reference.namespace else reference.name
            yield reference.path, f"{reference.kind} {name} goes, and {reference.user} needs it: {GONE[reference.use]}"


@rule(
    "admin-password-in-place",
    scope="change",
    severity="severe",
    remedy="another Secret with the new password, named by the user admin; the old one kept until it is done",
    source=f"{CONTROLLER}/access_control.go: AerospikeAdminCredentials",
    applies="before",
)
def admin_password_in_place(cluster: Cluster, before: ObjectSet, after: ObjectSet) -> Iterator[Problem]:
    """The password of admin changes in its Secret. The operator logs in with the new one, and the server knows the
    old one: the operator is locked out, and every later change of the cluster fails.
    """
    for reference, label in _changed(cluster, before, after, Use.ADMIN_PASSWORD):
        yield reference.path, f"{label} changes in place, and admin of {cluster.name} logs in with it"


@rule(
    "password-in-place",
    scope="change",
    severity="warning",
    remedy="another Secret with the new password, once every application knows it",
    source=f"{CONTROLLER}/access_control.go: reconcileUsers",
    applies="before",
)
def password_in_place(cluster: Cluster, before: ObjectSet, after: ObjectSet) -> Iterator[Problem]:
    """The password of a user changes in its Secret. The operator sets it at its next reconcile, at a time that
    nobody chooses. From then on whoever has the old one is refused.
    """
    for reference, label in _changed(cluster, before, after, Use.PASSWORD):
        yield reference.path, f"{label} changes in place: {reference.user} of {cluster.name} gets another password"


@rule(
    "data-key-in-place",
    scope="change",
    severity="severe",
    remedy="another file with the new key, and the old one as encryption-old-key-file",
    source="Aerospike documentation, Configure encryption at rest",
    applies="before",
)
def data_key_in_place(cluster: Cluster, before: ObjectSet, after: ObjectSet) -> Iterator[Problem]:
    """The encryption key of data changes in its Secret. The devices were written with the old key: a server that
    restarts can't read them.
    """
    for reference, label in _changed(cluster, before, after, Use.STORED_WITH):
        yield (
            reference.path,
            f"{label} changes in place: its {reference.keys[0]} is the key of data on {cluster.name}",
        )


@rule(
    "operator-certificate-in-place",
    scope="change",
    severity="warning",
    remedy="a certificate that the servers' CA has signed, tried before",
    source=f"{CONTROLLER}/client_policy.go: getClientCertificate",
    applies="before",
)
def operator_certificate_in_place(cluster: Cluster, before: ObjectSet, after: ObjectSet) -> Iterator[Problem]:
    """The operator's client certificate changes in its Secret. The operator uses it at its next connection. If the
    servers refuse it, the operator does nothing for the cluster any more.
    """
    for reference, label in _changed(cluster, before, after, Use.OPERATOR_CERTIFICATE):
        yield reference.path, f"{label} changes in place, and the operator shows it to the servers of {cluster.name}"


def _changed(cluster: Cluster, before: ObjectSet, after: ObjectSet, use: Use) -> Iterator[tuple[Reference, str]]:
    """References whose object has another value under a key that is read; (reference, the object's name)."""
    for reference in references_of(cluster):
        if reference.use is not use:
            continue
        was, now = (side.keyed(reference.kind, reference.namespace, reference.name) for side in (before, after))
        if was is None or now is None or was.label != now.label:
            continue
        if was.contents is None or now.contents is None:
            differs = was.contents is not now.contents
        else:
            both = [key for key in reference.keys if key in was.contents and key in now.contents]
            differs = any(not is_same(was.contents[key], now.contents[key]) for key in both)
        if differs:
            yield reference, now.label


@rule(
    "policy-closes-early",
    scope="change",
    severity="severe",
    remedy="the change of the AerospikeCluster first, and that of the NetworkPolicy when its roll-out is done",
    source=f"Kubernetes 1.35, NetworkPolicy; {SERVER}, as/src/fabric/hb.c: channel_mesh_channel_establish",
    applies="before",
)
def policy_closes_early(cluster: Cluster, before: ObjectSet, after: ObjectSet) -> Iterator[Problem]:
    """A NetworkPolicy closes a port of fabric or heartbeat that the cluster gives up. The policy applies at once, the
    pods restart one after the other: until then they still use the port, and may lose one another.
    """
    for old in before.named(cluster.name):
        if old.namespace != cluster.namespace:
            continue
        known = {*closed_between_nodes(old, before), *closed_between_nodes(cluster, after)}
        for path, message in closed_between_nodes(old, after):
            if (path, message) not in known:
                yield path, f"{message} any more: pods that have not restarted yet still use it"


RULES = rules_in(globals())
