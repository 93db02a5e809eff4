"""The fields of an AerospikeCluster that an overlay must not change, and the settings behind all others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from aerofleet.files.cluster.marks import Makes
from aerofleet.manifests.overlay import Difference, field_path
from aerofleet.settings.merge import Path
from aerofleet.settings.overlay import NamedPath
from aerofleet.settings.spec_place import marked_settings, setting_of
from aerofleet.units.field_path import ANY_ENTRY, dotted
from aerofleet.units.names import POOL_LABEL

Pattern = tuple[str, ...]
"""The beginning of a path with names; ``*`` stands for any letters of one name."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A field that an overlay must not change. ``why`` completes "an overlay must not change it: …"; ``remedy`` names
    the right place. ``of_built``: number of names of the pattern that the built spec must have for the rule to hold.
    """

    pattern: Pattern
    why: str
    remedy: str
    of_built: int = 0


def protected(pattern: str, why: str, remedy: str, of_built: int = 0) -> Protected:
    return Protected(tuple(pattern.split(".")), why, remedy, of_built)


COUNTED = "the quota, the sizing and the alert rules count with the setting"
ALLOCATED = "it is in allocations.yaml, and other objects and clients use it"
FROZEN = "the operator never lets it change, so the setting has to be right"
OF_CELL = "it follows from the cell, for all of its clusters"
RESERVED = "the label belongs to the platform or the operator, and a change of it restarts every pod"
PROTECTED: tuple[Protected, ...] = (
    protected("size", COUNTED, "write `size` and `racks`"),
    protected("rackConfig.namespaces", "every namespace is on every rack", "write `namespaces`"),
    protected("podSpec.aerospikeContainer.resources", COUNTED, "write `resources`"),
    protected("podSpec.multiPodPerHost", FROZEN, "write `multiPodPerHost`"),
    protected("podSpec.hostNetwork", OF_CELL, "`network` in cell.yaml decides it"),
    Protected(("podSpec", "nodeSelector", POOL_LABEL), "it keeps the pods in their pool", "write `pool`"),
    Protected(("podSpec", "metadata", "*", "aerofleet.io/*"), RESERVED, "choose a key of your own domain"),
    Protected(("podSpec", "metadata", "*", "aerospike.com/*"), RESERVED, "choose a key of your own domain"),
    Protected(("podSpec", "metadata", "*", "app.kubernetes.io/*"), RESERVED, "choose a key of your own domain"),
    Protected(
        ("podSpec", "metadata", "annotations", "k8s.v1.cni.cncf.io/networks"),
        OF_CELL,
        "`networks` in cell.yaml decides it",
        4,
    ),
    protected("storage.volumes.*.name", ALLOCATED, "the platform mounts it: take the entry out of the overlay", 3),
    protected("storage.volumes.*.source", ALLOCATED, "write `workDirectory`, or `devices` of the namespace", 3),
    protected("storage.volumes.*.aerospike.path", ALLOCATED, "`aerofleet generate` writes it to allocations.yaml", 3),
    protected("aerospikeConfig.namespaces.*.name", "volumes and racks belong to it", "write `namespaces`"),
    protected("aerospikeConfig.namespaces.*.rack-id", ALLOCATED, "take it out: the operator writes it for each rack"),
    protected("aerospikeConfig.namespaces.*.strong-consistency", FROZEN, "write `strongConsistency` of the namespace"),
    protected("aerospikeConfig.namespaces.*.storage-engine.type", FROZEN, "write `storage` of the namespace"),
    protected("aerospikeConfig.namespaces.*.storage-engine.devices", ALLOCATED, "write `devices` of the namespace"),
    protected("aerospikeConfig.namespaces.*.storage-engine.files", ALLOCATED, "write `devices` of the namespace"),
    protected("aerospikeConfig.network.*.port", ALLOCATED, "`aerofleet generate` writes ports to allocations.yaml"),
    protected("aerospikeConfig.network.*.tls-port", ALLOCATED, "`aerofleet generate` writes ports to allocations.yaml"),
    protected("aerospikeConfig.network.*.tls-name", ALLOCATED, "write `security.tls`"),
    protected("aerospikeConfig.network.tls", ALLOCATED, "write `security.tls`"),
    protected("aerospikeAccessControl.users", "each user needs a Secret with its password", "write `users`"),
    protected("operatorClientCert", "the operator could not log in with another one", "write `security.tls`", 1),
    protected(
        "seedsFinderServices.loadBalancer.loadBalancerSourceRanges",
        "it lets only the team's clients in",
        "write `clientCidrs` of the team in tenants.yaml",
    ),
    protected("operations", "the operator runs an operation once, and each needs an id of its own", "write `restart`"),
    protected("paused", "an upgrade of the operator pauses clusters with it", "write `paused`"),
)
SETTINGS: tuple[tuple[Pattern, str], ...] = (
    (("image",), "`channel` of the cluster and `server` in cell.yaml"),
    (("podSpec", "aerospikeInitContainer"), "`server.initImage` in cell.yaml"),
    (("podSpec", "nodeSelector"), "`pool`"),
    (("podSpec", "tolerations"), "`taints` of the pool in pools.yaml"),
    (("podSpec", "dnsPolicy"), "`network` in cell.yaml"),
    (("podSpec", "metadata"), "`networks` in cell.yaml"),
    (("aerospikeNetworkPolicy",), "`network` in cell.yaml"),
    (("seedsFinderServices",), "`seeds` in cell.yaml"),
    (("storage",), "the volumes that the platform builds"),
    (("rackConfig", "racks"), "`racks`"),
)
"""Beginning of a field's path → the setting behind it, where `setting_of` knows none or a wider one."""
SECTIONS = frozenset(
    {
        ("podSpec",),
        ("podSpec", "sidecars"),
        ("storage",),
        ("storage", ANY_ENTRY),
        ("rackConfig",),
        ("aerospikeAccessControl",),
        ("aerospikeConfig", "namespaces"),
        ("aerospikeConfig", "namespaces", ANY_ENTRY),
        ("aerospikeConfig", "namespaces", ANY_ENTRY, "storage-engine"),
    }
)
"""Parts of the spec that a setting makes, and that have many fields without a setting."""


def protection_of(difference: Difference, built: Sequence[NamedPath]) -> Protected | None:
    """Return what protects the changed field; None if an overlay may change it. ``built``: the leaves of the built
    spec.
    """
    for rule in PROTECTED:
        if matches(difference.name, rule.pattern):
            needed = difference.name[: rule.of_built]
            if any(name[: rule.of_built] == needed for name in built):
                return rule
    return None


def setting_behind(name: NamedPath, place: Path) -> str:
    """Return the setting that a field of the built spec comes from, for a message."""
    for pattern, setting in SETTINGS:
        if matches(name, pattern):
            return setting
    path = setting_path(name, place)
    if not path:
        return "what the platform builds"
    if path[0] == "namespaces" and len(path) > 1 and len(name) > 2:
        path = ("namespaces", name[2], *path[2:])
    return f"`{dotted(path)}`"


def setting_path(name: NamedPath, place: Path) -> Path:
    """Return the path of the setting that a field of the built spec comes from; empty if it comes from no setting."""
    return () if any(matches(name, pattern) for pattern, _ in SETTINGS) else setting_of(field_path(place))


def setting_for(difference: Difference) -> str:
    """Return the typed setting that can write a field that is not built, for a message; empty if there is none."""
    keys = tuple(ANY_ENTRY if isinstance(key, int) else key for key in difference.place)
    first = next((marked for marked in marked_settings() if keys[: len(marked.keys)] == marked.keys), None)
    if first is None or not isinstance(first.mark, Makes) or first.keys in SECTIONS:
        return ""
    if first.keys[-1:] == (ANY_ENTRY,):
        # A new entry of a list that a setting adds to: one finding, at its name.
        return f"`{dotted(first.setting[:-1])}`" if keys == (*first.keys, "name") else ""
    if keys[-2:-1] != (ANY_ENTRY,):
        return setting_behind(difference.name, difference.place)
    # A new entry of a list is one finding, at its name; the setting is the list.
    whole_list = difference.place[:-2]
    return setting_behind(difference.name[:-2], whole_list) if keys[-1] == "name" else ""


def matches(name: NamedPath, pattern: Pattern) -> bool:
    """Return whether the path begins with the pattern."""
    return len(name) >= len(pattern) and all(map(fnmatchcase, name, pattern))
