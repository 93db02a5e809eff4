"""What a change of the objects beside an AerospikeCluster does: those that the platform makes for it, and those that
its volumes live on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aerofleet.ako.config import section
from aerofleet.ako.config_file import is_same
from aerofleet.ako.narrow import Difference, becomes, differences, narrow, value
from aerofleet.ako.reasons.kinds import DEFAULTS, KINDS, Frozen, Kind
from aerofleet.findings.effect import Effect, Reason, reason_of
from aerofleet.units.kubernetes_quantity import quantity
from aerofleet.units.object_identity import api_version_message, group_of, is_foreign_cluster, kind_of

Object = Mapping[str, Any]

MOST_PLACES = 6
"""Places that differ which are named one by one; of more than these their number is given."""
SERVERS_OWN = frozenset({"creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"})
"""Metadata that the API server writes."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CONTENTS = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData")}
"""What is never printed: passwords, keys, whole files."""


def object_reasons(old: Object | None, new: Object | None) -> Iterator[Reason]:
    """Reasons for one object that comes (``old`` is None), goes (``new`` is None) or changes. A kind that no rule knows
    counts as data at risk.
    """
    thing = new if new is not None else old if old is not None else {}
    kind = KINDS.get(kind_of(thing))
    before, after = (None if side is None else _written(side) for side in (old, new))
    if before is not None and after is not None and is_same(before, after):
        return
    if kind is None:
        yield reason_of(Effect.DATA_AT_RISK, "unknown-kind", "kind", _unknown(thing))
    elif before is None:
        yield reason_of(Effect.LIVE, "object-comes", "metadata.name", f"is new: {kind.comes}")
    elif after is None:
        yield reason_of(kind.gone, "object-goes", "metadata.name", f"goes: {kind.goes}")
    else:
        yield from _changed(kind_of(thing), kind, before, after)


def _written(resource: Object) -> dict[str, Any]:
    """The object without what the API server and kubectl write into it."""
    found = {key: item for key, item in resource.items() if key != "status"}
    metadata = resource.get("metadata")
    if isinstance(metadata, dict):
        kept = {key: item for key, item in metadata.items() if key not in SERVERS_OWN}
        notes = section(metadata, "annotations")
        if LAST_APPLIED in notes:
            kept["annotations"] = {key: item for key, item in notes.items() if key != LAST_APPLIED}
        found["metadata"] = {key: item for key, item in kept.items() if item != {}}
    return found


def _unknown(thing: Object) -> str:
    if is_foreign_cluster(thing):
        return f"unknown: a cluster of another operator ({group_of(thing)}), which no rule here judges"
    return f"unknown: no rule knows what a {kind_of(thing) or 'thing without a kind'} does"


def _changed(name: str, kind: Kind, old: Object, new: Object) -> Iterator[Reason]:
    if not is_same(old.get("apiVersion"), new.get("apiVersion")):
        message = api_version_message(str(old.get("apiVersion")), str(new.get("apiVersion")))
        yield reason_of(max(kind.gone, Effect.LIVE), "api-version", "apiVersion", message)
    judged = {"apiVersion"}
    for path, field in kind.frozen:
        for where in _paths(path, kind, old, new):
            before, after = (_at(side, where, DEFAULTS.get((name, where))) for side in (old, new))
            if where not in judged and not is_same(before, after):
                yield from _frozen(name, where, field, (old, before), (new, after))
            judged.add(where)
    places = [place for place in _places(old, new) if not _is_below(place.path, judged)]
    for rule in MEANINGS.get(name, ()):
        found = list(rule(old, new))
        yield from found
        paths = {reason.path for reason in found}
        places = [place for place in places if not _is_below(place.path, paths)]
    if len(places) > MOST_PLACES:
        where = narrow("", old, new).path.removeprefix(".") or "metadata.name"
        yield reason_of(Effect.LIVE, "object-changes", where, f"{len(places)} places differ; {kind.changes}")
        return
    for place in places:
        is_label = place.path.startswith(("metadata.labels", "metadata.annotations"))
        message = f"{becomes(place.before, place.after)}; {kind.labels if is_label else kind.changes}"
        yield reason_of(Effect.LIVE, "object-changes", place.path, message)


def _paths(path: str, kind: Kind, old: Object, new: Object) -> list[str]:
    """``spec.*`` as the paths of all fields of the section that can't change."""
    if not path.endswith(".*"):
        return [path]
    name = path.removesuffix(".*")
    keys = section(old, name).keys() | section(new, name).keys()
    return [f"{name}.{key}" for key in sorted(keys - kind.mutable)]


def _at(resource: Object, path: str, default: Any) -> Any:
    *parents, last = path.split(".")
    found = section(resource, *parents).get(last)
    return default if found is None else found


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
        yield reason_of(Effect.LIVE, "object-changes", path, message)
    elif field.is_replaced:
        message = f"{what}: it can't change. Pulumi deletes it and makes another: {field.consequence}"
        yield reason_of(field.effect, field.rule, path, f"{message}; kubectl is refused")
    else:
        message = f"{what}: it can't change. The API server refuses it, and `pulumi up` stops there"
        yield reason_of(Effect.REFUSED, "frozen", path, f"{message}; if it is replaced by hand, {field.consequence}")


def _changed_keys(before: Any, after: Any) -> list[str]:
    was, now = section(before), section(after)
    return sorted(str(key) for key in was.keys() | now.keys() if not is_same(was.get(key), now.get(key)))


def _places(old: Object, new: Object) -> list[Difference]:
    """Every smallest place that differs."""
    found: list[Difference] = []
    for key in [*old, *(key for key in new if key not in old)]:
        if not is_same(old.get(key), new.get(key)):
            found += differences(key, old.get(key), new.get(key))
    return found


def _is_below(path: str, judged: set[str]) -> bool:
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in judged)


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
        yield reason_of(
            Effect.LIVE, "object-changes", f"spec.hard.{key}", f"{becomes(was.get(key), now.get(key))}; {why}"
        )


def _claim(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "spec", "resources", "requests").get("storage") for side in (old, new))
    path = "spec.resources.requests.storage"
    if was is None or now is None or is_same(was, now):
        return
    if quantity(now) < quantity(was):
        message = f"{becomes(was, now)}: a claim can't shrink. The API server refuses it, and `pulumi up` stops there"
        yield reason_of(Effect.REFUSED, "frozen", path, message)
    else:
        message = f"{becomes(was, now)}: the volume grows if its class allows it (allowVolumeExpansion), else refused"
        yield reason_of(Effect.LIVE, "object-changes", path, message)


def _reclaims(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "spec").get("persistentVolumeReclaimPolicy", "Retain") for side in (old, new))
    if now == "Delete" and was != "Delete":
        message = f"{becomes(was, now)}: the volume is deleted with its claim from now on, and what lies on it too"
        yield reason_of(Effect.DATA_AT_RISK, "reclaims", "spec.persistentVolumeReclaimPolicy", message)


def _throws_out(old: Object, new: Object) -> Iterator[Reason]:
    was, now = (section(side, "spec").get("taints") or [] for side in (old, new))
    for place, taint in enumerate(now):
        if isinstance(taint, dict) and taint.get("effect") == "NoExecute" and taint not in was:
            message = (
                f"{value(taint.get('key'))} with effect NoExecute: pods that don't tolerate it are thrown out at once,"
                " and no PodDisruptionBudget holds it back"
            )
            yield reason_of(Effect.DATA_AT_RISK, "throws-out", f"spec.taints[{place}]", message)


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
        yield reason_of(Effect.LIVE, "pod-security", f"metadata.labels.{key}", message)


def _strictness(level: Any) -> int:
    return POD_SECURITY_LEVELS.index(level) if level in POD_SECURITY_LEVELS else 0


def _definition(old: Object, new: Object) -> Iterator[Reason]:
    was, now = ({str(each.get("name")) for each in _versions(side) if each.get("served")} for side in (old, new))
    for version in sorted(was - now):
        message = f"version {version} is no longer served: whoever reads or writes the kind by it is refused"
        yield reason_of(Effect.LIVE, "version-goes", "spec.versions", message)


def _versions(resource: Object) -> list[dict[str, Any]]:
    found = section(resource, "spec").get("versions")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


MEANINGS: dict[str, tuple[Callable[[Object, Object], Iterator[Reason]], ...]] = {
    "CustomResourceDefinition": (_definition,),
    "Namespace": (_pod_security,),
    "Node": (_throws_out,),
    "PersistentVolume": (_reclaims,),
    "PersistentVolumeClaim": (_claim,),
    "ResourceQuota": (_quota,),
}
