"""The reason for a change of the labels and annotations of an AerospikeCluster: a pass of the operator.

The event filter of the operator lets a change of the labels through in every known release, and one of the annotations
from 4.2 on. Before, the operator does not see it.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.access import users
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.compatibility import ANNOTATIONS_SINCE
from aerofleet.ako.config import section
from aerofleet.ako.narrow import becomes
from aerofleet.ako.operator_files import CONTROLLER, OPERATOR
from aerofleet.findings import Effect, Reason, declared, rules_in
from aerofleet.units.field_path import dotted
from aerofleet.units.names_in_text import listed
from aerofleet.units.version import is_at_least

RECONCILED = declared(
    "reconciled",
    "Another label or annotation makes the operator run a pass on the cluster, without a change of its spec.",
    scope="change",
    severity="info",
    source=(
        f"{CONTROLLER}/aerospikecluster_controller.go: SetupWithManager; {CONTROLLER}/reconciler.go: Reconcile;"
        f" {OPERATOR}, internal/controller/cluster/access_control.go: reconcileUsers"
    ),
)


def metadata_reasons(old: Cluster, new: Cluster) -> Iterator[Reason]:
    """Yield a reason for each label or annotation that differs, if the operator runs a pass because of it."""
    if (old.name, old.namespace) != (new.name, new.namespace) or new.spec.get("paused") is True:
        return
    kinds = ("labels", "annotations") if is_at_least(new.operator, ANNOTATIONS_SINCE) else ("labels",)
    for kind in kinds:
        before, after = section(old.metadata, kind), section(new.metadata, kind)
        for key in sorted(before.keys() | after.keys(), key=str):
            if before.get(key) != after.get(key):
                message = f"{becomes(before.get(key), after.get(key))}: {_pass(new)}"
                yield RECONCILED.reason(Effect.LIVE, dotted(("metadata", kind, str(key))), message)


def _pass(cluster: Cluster) -> str:
    """Return what a pass without a change of the spec does."""
    steps = ["ends a quiesce that was made by hand", "replaces pods that have failed"]
    if any(user.get("secretName") for user in users(cluster)):
        steps.insert(0, "sets the password of each user with a Secret again")
    return f"the operator runs a pass, which {listed(steps)}; pods that run stay"


RULES = rules_in(globals())
