"""Reasons for a change of the objects beside an AerospikeCluster: those that the platform makes for it, and those that
its volumes are on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from aerofleet.ako.alert_rules import alert_rule_changes
from aerofleet.ako.config import section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.external_secret import EXTERNAL_SECRET, secret_comes, secret_goes
from aerofleet.ako.narrow import Difference, becomes, differences, narrow, value
from aerofleet.ako.reasons.identity import API_VERSION_CHANGES
from aerofleet.ako.reasons.kinds import DEFAULTS, KINDS, SOURCE, Frozen, Kind
from aerofleet.findings import Effect, Reason, declared
from aerofleet.units.aerospike_cluster import is_foreign_cluster
from aerofleet.units.kubernetes_quantity import quantity
from aerofleet.units.object_identity import api_version_message, group_of, kind_of

Object = Mapping[str, Any]

UNKNOWN_KIND = declared(
    "unknown-kind",
    "No rule knows what an object of this kind does.",
    scope="change",
    severity="severe",
    source="Platform rule: docs/concepts/effects.md",
)
OBJECT_COMES = declared(
    "object-comes",
    "An object beside the cluster is new.",
    scope="change",
    severity="info",
    source="Kubernetes 1.35, API of the kind",
)
OBJECT_GOES = declared(
    "object-goes",
    "An object beside the cluster is deleted.",
    scope="change",
    severity="severe",
    source="Kubernetes 1.35, API of the kind",
)
OBJECT_CHANGES = declared(
    "object-changes",
    "An object beside the cluster changes in place.",
    scope="change",
    severity="info",
    source="Kubernetes 1.35, API of the kind",
)
FROZEN = declared(
    "frozen",
    "A field that Kubernetes does not let change stays as it is: the API server refuses another value.",
    scope="change",
    severity="error",
    source=SOURCE,
)
RECLAIMS = declared(
    "reclaims",
    "A PersistentVolume is deleted with its claim from now on.",
    scope="change",
    severity="severe",
    source="Kubernetes 1.35, reclaim policies",
)
THROWS_OUT = declared(
    "throws-out",
    "A node gets a taint with effect NoExecute: pods that don't tolerate it are evicted at once.",
    scope="change",
    severity="severe",
    source="Kubernetes 1.35, taint-based eviction: it heeds no PodDisruptionBudget",
)
POD_SECURITY_LEVEL = declared(
    "pod-security",
    "The Pod Security level of a namespace changes, which counts for pods that are made from now on.",
    scope="change",
    severity="info",
    source="Kubernetes 1.35, Pod Security admission",
)
VERSION_GOES = declared(
    "version-goes",
    "A version of a CustomResourceDefinition is no longer served.",
    scope="change",
    severity="info",
    source="Kubernetes 1.35, versions of CustomResourceDefinitions",
)

MOST_PLACES = 6
"""Where more places differ than this, the message has their number instead."""
SERVERS_OWN = frozenset({"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"})
"""Metadata that the API server writes."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CONTENTS = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData")}
"""Kind → fields that are never printed: passwords, keys, whole files."""


def object_reasons(old: Object | None, new: Object | None) -> Iterator[Reason]:
    """Yield the reasons for one object that is new (``old`` is None), deleted (``new`` is None) or changed.

    A kind that no rule knows is data at risk. Each reason says when the engine sends the object.
    """
    for reason in _reasons(old, new):
        yield replace(reason, applies="after" if new is None else "before")


def _reasons(old: Object | None, new: Object | None) -> Iterator[Reason]:
    thing = new if new is not None else old if old is not None else {}
    kind = KINDS.get(kind_of(thing))
    before, after = (None if side is None else _written(side) for side in (old, new))
    if before is not None and after is not None and is_same(before, after):
        return
    if kind is None:
        yield UNKNOWN_KIND.reason(Effect.DATA_AT_RISK, "kind", _unknown(thing))
    elif before is None:
        comes = secret_comes(thing) if kind_of(thing) == EXTERNAL_SECRET else ""
        yield OBJECT_COMES.reason(Effect.LIVE, "metadata.name", f"is new: {comes or kind.comes}")
    elif after is None:
        goes = secret_goes(thing) if kind_of(thing) == EXTERNAL_SECRET else ""
        yield OBJECT_GOES.reason(kind.gone, "metadata.name", f"goes: {goes or kind.goes}")
    else:
        yield from _changed(kind_of(thing), kind, before, after)


def _written(resource: Object) -> dict[str, Any]:
    """Return the object without what the API server and kubectl write into it."""
    written = {key: item for key, item in resource.items() if key != "status"}
    metadata = resource.get("metadata")
    if isinstance(metadata, dict):
        kept = {key: item for key, item in metadata.items() if key not in SERVERS_OWN}
        notes = section(metadata, "annotations")
        if LAST_APPLIED in notes:
            kept["annotations"] = {key: item for key, item in notes.items() if key != LAST_APPLIED}
        written["metadata"] = {key: item for key, item in kept.items() if item != {}}
    return written


def _unknown(thing: Object) -> str:
    if is_foreign_cluster(thing):
        return f"unknown: a cluster of another operator ({group_of(thing)}), which no rule here judges"
    return f"unknown: no rule knows what a {kind_of(thing) or 'thing without a kind'} does"


def _changed(name: str, kind: Kind, old: Object, new: Object) -> Iterator[Reason]:
    if not is_same(old.get("apiVersion"), new.get("apiVersion")):
        message = api_version_message(str(old.get("apiVersion")), str(new.get("apiVersion")))
        yield API_VERSION_CHANGES.reason(max(kind.gone, Effect.LIVE), "apiVersion", message)
    judged = {"apiVersion"}
    for path, field in kind.frozen:
        for where in _paths(path, kind, old, new):
            before, after = (_at(side, where, DEFAULTS.get((name, where))) for side in (old, new))
            if where not in judged and not is_same(before, after):
                yield from _frozen(name, where, field, (old, before), (new, after))
            judged.add(where)
    places = [place for place in _places(old, new) if not _is_below(place.path, judged)]
    for rule in MEANINGS.get(name, ()):
        reasons = list(rule(old, new))
        yield from reasons
        paths = {reason.path for reason in reasons}
        places = [place for place in places if not _is_below(place.path, paths)]
    if len(places) > MOST_PLACES:
        where = narrow("", old, new).path.removeprefix(".") or "metadata.name"
        yield OBJECT_CHANGES.reason(Effect.LIVE, where, f"{len(places)} places differ; {kind.changes}")
        return
    for place in places:
        is_label = place.path.startswith(("metadata.labels", "metadata.annotations"))
        message = f"{becomes(place.before, place.after)}; {kind.labels if is_label else kind.changes}"
        yield OBJECT_CHANGES.reason(Effect.LIVE, place.path, message)


def _paths(path: str, kind: Kind, old: Object, new: Object) -> list[str]:
    """Return the path itself; for ``spec.*`` the paths of all fields of the section that can't change."""
    if not path.endswith(".*"):
        return [path]
    name = path.removesuffix(".*")
    keys = section(old, name).keys() | section(new, name).keys()
    return [f"{name}.{key}" for key in sorted(keys - kind.mutable)]


def _at(resource: Object, path: str, default: Any) -> Any:
    *parents, last = path.split(".")
    item = section(resource, *parents).get(last)
    return default if item is None else item


def _frozen(kind: str, path: str, field: Frozen, old: tuple[Object, Any], new: tuple[Object, Any]) -> Iterator[Reason]:
    is_content = path in CONTENTS.get(kind, ())
    if is_content:
        what = "contents change"
        if keys := _changed_keys(old[1], new[1]):
            what = f"contents change ({', '.join(keys)})"
    else:
        what = becomes(old[1], new[1])
    if is_content and old[0].get("immutable") is not True:
        message = f"{what}: {KINDS[kind].changes}. Pulumi deletes it and makes it anew: {field.consequence}"
        yield OBJECT_CHANGES.reason(Effect.LIVE, path, message)
    elif field.is_replaced:
        message = f"{what}: it can't change. Pulumi deletes it and makes another: {field.consequence}"
        yield field.rule.reason(field.effect, path, f"{message}; kubectl is refused")
    else:
        message = f"{what}: it can't change. The API server refuses it, and `pulumi up` stops there"
        yield FROZEN.reason(Effect.REFUSED, path, f"{message}; if it is replaced by hand, {field.consequence}")


def _changed_keys(before: Any, after: Any) -> list[str]:
    was, now = section(before), section(after)
    return sorted(str(key) for key in was.keys() | now.keys() if not is_same(was.get(key), now.get(key)))


def _places(old: Object, new: Object) -> list[Difference]:
    """Return every smallest place that differs."""
    places: list[Difference] = []
    for key in [*old, *(key for key in new if key not in old)]:
        if not is_same(old.get(key), new.get(key)):
            places += differences(key, old.get(key), new.get(key))
    return places


def _is_below(path: str, judged: set[str]) -> bool:
    return any(path == known or path.startswith((f"{known}.", f"{known}[")) for known in judged)


# --- kinds in which a value decides what the change means -----------------------------------------------------------


def _quota(old: Object, new: Object) -> Iterator[Reason]:
    was, now = section(old, "spec", "hard"), section(new, "spec", "hard")
    for key in sorted(was.keys() | now.keys()):
        if is_same(was.get(key), now.get(key)):
            continue
        if key not in now or (key in was and quantity(now[key]) >= quantity(was[key])):
            why = "more fits from now on; nothing is refused for it"
        else:
            why = "pods and claims made from now on are refused beyond it, rebuilt ones too; what exists stays"
        yield OBJECT_CHANGES.reason(Effect.LIVE, f"spec.hard.{key}", f"{becomes(was.get(key), now.get(key))}; {why}")


def _claim(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "spec", "resources", "requests").get("storage") for side in (old, new))
    path = "spec.resources.requests.storage"
    if was is None or now is None or is_same(was, now):
        return
    if quantity(now) < quantity(was):
        message = f"{becomes(was, now)}: a claim can't shrink. The API server refuses it, and `pulumi up` stops there"
        yield FROZEN.reason(Effect.REFUSED, path, message)
    else:
        message = f"{becomes(was, now)}: the volume grows if its class allows it (allowVolumeExpansion), else refused"
        yield OBJECT_CHANGES.reason(Effect.LIVE, path, message)


def _reclaims(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "spec").get("persistentVolumeReclaimPolicy", "Retain") for side in (old, new))
    if now == "Delete" and was != "Delete":
        message = f"{becomes(was, now)}: the volume is deleted with its claim from now on, and what is on it too"
        yield RECLAIMS.reason(Effect.DATA_AT_RISK, "spec.persistentVolumeReclaimPolicy", message)


def _throws_out(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "spec").get("taints") or [] for side in (old, new))
    for place, taint in enumerate(now):
        if isinstance(taint, dict) and taint.get("effect") == "NoExecute" and taint not in was:
            message = (
                f"{value(taint.get('key'))} with effect NoExecute: pods that don't tolerate it are thrown out at once,"
                " and no PodDisruptionBudget holds it back"
            )
            yield THROWS_OUT.reason(Effect.DATA_AT_RISK, f"spec.taints[{place}]", message)


POD_SECURITY = "pod-security.kubernetes.io/"
POD_SECURITY_LEVELS = ("privileged", "baseline", "restricted")
"""From the widest to the strictest; privileged where nothing is written."""


def _pod_security(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "metadata", "labels") for side in (old, new))
    for key in sorted(key for key in was.keys() | now.keys() if str(key).startswith(POD_SECURITY)):
        if was.get(key) == now.get(key):
            continue
        mode = key.removeprefix(POD_SECURITY)
        if mode == "enforce":
            levels = [_strictness(labels.get(key)) for labels in (was, now)]
            why = "pods that were refused are admitted from now on"
            if levels[1] > levels[0]:
                why = "pods that run stay; those that break it are not made any more, not even to replace one that runs"
        elif mode == "enforce-version":
            why = "pods made from now on are judged by that version; pods that run stay"
        else:
            why = "who breaks it is warned or recorded; every pod is admitted"
        message = f"{becomes(was.get(key), now.get(key))}; {why}"
        yield POD_SECURITY_LEVEL.reason(Effect.LIVE, f"metadata.labels.{key}", message)


def _strictness(level: Any) -> int:
    return POD_SECURITY_LEVELS.index(level) if level in POD_SECURITY_LEVELS else 0


def _definition(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (
        {str(version.get("name")) for version in _versions(side) if version.get("served")} for side in (old, new)
    )
    for version in sorted(was - now):
        message = f"version {version} is no longer served: whoever reads or writes the kind by it is refused"
        yield VERSION_GOES.reason(Effect.LIVE, "spec.versions", message)


def _versions(resource: Object) -> list[dict[str, Any]]:
    versions = section(resource, "spec").get("versions")
    return [version for version in versions if isinstance(version, dict)] if isinstance(versions, list) else []


def _alert_rules(old: Object, new: Object) -> Iterator[Reason]:
    for path, message in alert_rule_changes(old, new):
        yield OBJECT_CHANGES.reason(Effect.LIVE, path, message)


MEANINGS: dict[str, tuple[Callable[[Object, Object], Iterator[Reason]], ...]] = {
    "CustomResourceDefinition": (_definition,),
    "Namespace": (_pod_security,),
    "Node": (_throws_out,),
    "PersistentVolume": (_reclaims,),
    "PersistentVolumeClaim": (_claim,),
    "PrometheusRule": (_alert_rules,),
    "ResourceQuota": (_quota,),
}
"""Kind → functions that know what a change of certain values means."""

RULES = (
    UNKNOWN_KIND,
    OBJECT_COMES,
    OBJECT_GOES,
    OBJECT_CHANGES,
    FROZEN,
    RECLAIMS,
    THROWS_OUT,
    POD_SECURITY_LEVEL,
    VERSION_GOES,
)
