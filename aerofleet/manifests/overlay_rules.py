"""The rules for what overlays write into one cluster."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aerofleet.findings import Problem, Rule, declared, rule, rules_in
from aerofleet.fleet.cluster import Cluster
from aerofleet.manifests.overlay import ABSENT, Difference, Overlaid, field_path, has
from aerofleet.manifests.overlay_fields import protection_of, setting_behind, setting_for
from aerofleet.settings.overlay import Overlay, named_leaves
from aerofleet.units.literal_secret import literal_secrets
from aerofleet.units.names_in_text import shortened

LONGEST_VALUE = 120
"""Characters of a value in a message."""
MOST_FIELDS = 6
"""Fields in the finding that lists an overlay."""

OVERLAY_IN_USE = declared(
    "overlay-in-use",
    "A cluster has an overlay: the platform's reviewed way to write what no setting has.",
    scope="cell",
    severity="info",
    source="Platform rule: docs/concepts/definitions.md",
)


@rule(
    "overlay-protected",
    scope="cell",
    severity="error",
    source="Platform rule: docs/how-to/write-what-no-setting-has.md",
)
def overlay_protected(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    """An overlay changes what is allocated, frozen by the operator, counted by the quota or decided by the platform."""
    yield from refused(overlaid, cluster)


def refused(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    built = [name for name, _, _ in named_leaves(overlaid.built)]
    for difference in overlaid.differences():
        protection = protection_of(difference, built)
        if protection is not None:
            message = f"an overlay must not change it ({change(difference)}): {protection.why}"
            yield difference.path, message, protection.remedy
    yield from changed_racks(overlaid)
    yield from changed_version(overlaid, cluster)
    yield from lost_tolerations(overlaid)


def changed_racks(overlaid: Overlaid) -> Iterator[Problem]:
    """Find other racks than the built ones: the list is replaced as a whole, and has to have all of them."""
    before, after = (racks_of(spec) for spec in (overlaid.built, overlaid.spec))
    if before != after:
        message = (
            f"an overlay must not change the ids, labels and revisions of racks ({shown(before)} → {shown(after)})"
        )
        remedy = "write every built rack with its id and label, or `racks` for another number of racks"
        yield "spec.rackConfig.racks", f"{message}: the operator keeps data by rack id", remedy


def racks_of(spec: Mapping[str, Any]) -> list[Any]:
    config = spec.get("rackConfig")
    racks = config.get("racks") if isinstance(config, Mapping) else None
    keys = ("id", "rackLabel", "revision")
    entries = racks if isinstance(racks, list) else ()
    return [[rack.get(key) for key in keys if key in rack] for rack in entries if isinstance(rack, Mapping)]


def changed_version(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    """Find an image of another server version: parameters are written for the version of the channel."""
    image = overlaid.spec.get("image")
    tag = str(image).rpartition(":")[2]
    if image != overlaid.built["image"] and not re.fullmatch(rf"{re.escape(cluster.server_version)}(\D.*)?", tag):
        message = f"an overlay must not change the server's version ({cluster.server_version} → {tag})"
        yield "spec.image", f"{message}: the configuration is written for that of `channel`", "write `channel`"


def lost_tolerations(overlaid: Overlaid) -> Iterator[Problem]:
    """Find tolerations of the pool's taints that an overlay replaces: without them no host takes the pods."""
    before, after = (tolerations_of(spec) for spec in (overlaid.built, overlaid.spec))
    lost = [toleration for toleration in before if toleration not in after]
    if lost:
        message = (
            f"the overlay replaces the list, and the taints of the pool keep the pods away: it lacks {shown(lost)}"
        )
        yield "spec.podSpec.tolerations", message, "write these into the overlay's list, too"


def tolerations_of(spec: Mapping[str, Any]) -> list[Any]:
    pod_spec = spec.get("podSpec")
    tolerations = pod_spec.get("tolerations") if isinstance(pod_spec, Mapping) else None
    return tolerations if isinstance(tolerations, list) else []


@rule("overlay-overrides", scope="cell", severity="warning", source="Platform rule: docs/concepts/definitions.md")
def overlay_overrides(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    """An overlay writes what a setting can write: sizing, quota and alert rules still count with the setting."""
    elsewhere = {problem[0] for problem in refused(overlaid, cluster)}
    secrets = [place for place, _ in literal_secrets(overlaid.spec, ())]
    for difference in overlaid.differences():
        is_new = difference.built is ABSENT and not setting_for(difference)
        if is_new or difference.path in elsewhere or keeps_all(difference):
            continue
        if any(place[: len(difference.place)] == difference.place for place in secrets):
            continue  # its value must not be shown; a rule of its own refuses it
        if difference.built is ABSENT:
            message = f"an overlay writes the field of {setting_for(difference)}: {change(difference)}"
        else:
            message = f"an overlay overrides {setting_behind(difference.name, difference.place)}: {change(difference)}"
        remedy = "write the setting if it can say the same: sizing, quota and alert rules count with the old value"
        yield difference.path, message, remedy


def keeps_all(difference: Difference) -> bool:
    """Return whether the list has all its built entries in their order, and only further ones."""
    if not isinstance(difference.built, list) or not isinstance(difference.merged, list):
        return False
    rest = iter(difference.merged)
    return all(entry in rest for entry in difference.built)


@rule(
    "overlay-removes-nothing",
    scope="cell",
    severity="warning",
    remedy="correct the name of the field, or take it out",
    source="Platform rule: docs/concepts/definitions.md",
)
def overlay_removes_nothing(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    """A null of an overlay is at a field that the cluster does not have."""
    for place, origin in overlaid.merged.origins.items():
        if origin.value is None and not origin.overrode and not has(overlaid.built, place):
            yield field_path(place), "null removes nothing: neither the settings nor an overlay below write the field"


@rule("overlay-uncounted", scope="cell", severity="warning", source="Platform rule: docs/concepts/definitions.md")
def overlay_uncounted(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    """An overlay adds a volume or a container that the quota and the sizing do not count."""
    remedy = "leave room for it in the tenant's quota: the ResourceQuota of the namespace counts it, and refuses pods"
    for difference in overlaid.differences():
        match difference.name:
            case ("storage", "volumes", name, "source", "persistentVolume", "size") if difference.built is ABSENT:
                size = f"{difference.merged} in each pod"
                yield difference.path, f"`check` does not count the volume '{name}' ({size}) in the quota", remedy
            case ("podSpec", "sidecars" | "initContainers", name, "name") if difference.built is ABSENT:
                message = f"`check` does not count the container '{name}' of each pod in the quota and the sizing"
                yield difference.path.removesuffix(".name"), message, remedy


@rule(
    "overlay-secret",
    scope="cell",
    severity="error",
    source="Platform rule: no value of a Secret is in a definition or in the state",
)
def overlay_secret(overlaid: Overlaid, cluster: Cluster) -> Iterator[Problem]:
    """An overlay has a secret as text: it would be in the repository, in the state and in every review."""
    for place, what in literal_secrets(overlaid.spec, ()):
        path = field_path(place)
        if overlaid.location(path) is not None:
            message = f"{what} has a secret as text: it would be in the repository, in the state and in every review"
            yield path, message, "refer to a Secret: `valueFrom: {secretKeyRef: {name: …, key: …}}`, or a mounted file"


def listed(overlay: Overlay) -> str:
    """Return what an overlay is, for its finding: its owner, its fields and its reason."""
    leaves = ((name, value) for name, _, value in named_leaves(overlay.spec))
    of_fields = (name for name, value in leaves if not is_entry_name(name, value))
    fields = list(dict.fromkeys(".".join(name[: depth(name)]) for name in of_fields))
    writes = f"writes {shortened(fields, MOST_FIELDS)}" if fields else ""
    drops = f"drops {', '.join(overlay.dropped)}" if overlay.dropped else ""
    does = " and ".join(filter(None, (writes, drops))) or "writes nothing that a later overlay does not drop"
    return f"overlay of {overlay.owner} {does}: {overlay.reason}"


def is_entry_name(name: Sequence[str], value: Any) -> bool:
    """Return whether a leaf is the name of a list entry: it only says which entry the other leaves belong to."""
    return name[-1] == "name" and name[-2:-1] == (value,)


def depth(name: Sequence[str]) -> int:
    """Return how many names of a path say which part of the spec it is."""
    if name[:2] == ("aerospikeConfig", "namespaces"):
        return 4
    listed = (("podSpec", "sidecars"), ("podSpec", "initContainers"), ("storage", "volumes"))
    return 3 if name[0] == "aerospikeConfig" or name[:2] in listed else 2


def change(difference: Difference) -> str:
    return f"{shown(difference.built)} → {shown(difference.merged)}"


def shown(value: Any) -> str:
    text = "nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


RULES: tuple[Rule[...], ...] = rules_in(globals())
OF_CLUSTER = (overlay_protected, overlay_overrides, overlay_removes_nothing, overlay_uncounted, overlay_secret)
"""The rules whose check takes an `Overlaid` and its cluster."""
