"""The rules of drift. Each finding has the way back as its remedy."""

from __future__ import annotations

from aerofleet.findings import declared, rules_in

SOURCE = "Platform rule: docs/how-to/find-drift.md"
OWNERS = "Kubernetes 1.35, server-side apply: managedFields has the manager of each field"

FIELD_CHANGED = declared(
    "drift-field-changed",
    "Somebody changed a value of the definitions on the API server, or removed it.",
    scope="live",
    severity="severe",
    source=f"{SOURCE}; {OWNERS}",
)
FIELD_ADDED = declared(
    "drift-field-added",
    "Somebody added a field on the API server that the definitions do not have. No deployment removes it.",
    scope="live",
    severity="warning",
    source=f"{SOURCE}; {OWNERS}",
)
OBJECT_REMOVED = declared(
    "drift-object-removed",
    "An object of the definitions is not on the API server, or is being deleted.",
    scope="live",
    severity="severe",
    source=SOURCE,
)
OBJECT_LEFT_OVER = declared(
    "drift-object-left-over",
    "An object has the labels of this cell, and the definitions do not make it.",
    scope="live",
    severity="warning",
    source=SOURCE,
)
OPERATOR_OBJECT = declared(
    "drift-operator-object",
    "Somebody changed or deleted an object that the operator keeps for a cluster. The operator looks at it only when it"
    " works on the cluster for another reason.",
    scope="live",
    severity="severe",
    source=f"{SOURCE}; AKO 4.5.0, internal/controller/cluster/poddistruptionbudget.go",
)
LIVE_SETTING = declared(
    "drift-live-setting",
    "A running server has another value of a parameter than the definitions. The operator never sees it, and it is lost"
    " at the next restart of the server.",
    scope="live",
    severity="severe",
    source=f"{SOURCE}; aerospike-server 6.0.0.1 to 8.1.2.0, as/src/base/cfg_info.c: set-config, get-config",
)
NOT_DEPLOYED = declared(
    "drift-not-deployed",
    "The definitions have moved on: the API server has what the last deployment wrote, and nobody else changed it.",
    scope="live",
    severity="info",
    source=f"{SOURCE}; {OWNERS}",
)
UNKNOWN = declared(
    "drift-unknown",
    "Something could not be read: whether it has drifted is unknown.",
    scope="live",
    severity="warning",
    source=SOURCE,
)

RULES = rules_in(globals())
