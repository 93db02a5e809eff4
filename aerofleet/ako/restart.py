"""What the operator does with every pod when a cluster changes: nothing, set live, restart the server, restart the
pod.

Source: AKO 4.5.0, the comparison of a pod's configuration, network policy and pod spec with what is wanted. The
order is ``podRestart`` over ``quickRestart`` over ``noRestartUpdateConf`` over ``noRestart``; another image comes
before them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any

from aerofleet.ako.batches import percent_of
from aerofleet.ako.cluster import SCHEDULING, Cluster, Rack
from aerofleet.ako.config import section
from aerofleet.ako.config_change import ConfigChange, Difference, judge, newly_used_devices
from aerofleet.ako.config_file import CLIENT_NAMES, is_same
from aerofleet.ako.config_schema import schema_version
from aerofleet.ako.image import is_same_image, server_version
from aerofleet.ako.init_image import init_image
from aerofleet.ako.mounts import remounted
from aerofleet.ako.narrow import becomes, differences, narrow
from aerofleet.ako.pairs import config_path_of
from aerofleet.ako.status import rack_sizes
from aerofleet.ako.volumes import path_of
from aerofleet.units.version import is_at_least

NO_RESTART = "noRestart"
LIVE = "noRestartUpdateConf"
WARM = "quickRestart"
POD_RESTART = "podRestart"
IMAGE = "imageChange(podRestart)"
NEW = "new"
REMOVED = "removed"
SCALED_DOWN = "scaledDown"
CRASH = "crash"

ORDER = (NO_RESTART, LIVE, WARM, POD_RESTART, IMAGE, CRASH)
OVERRIDE_INIT = "2.5.0"
OLDEST_JUDGED = "6.0.0"
COMPARED_WHEN_EMPTY = frozenset({"affinity", "dnsConfig"})
OPERATIONS = {"WarmRestart": WARM, "PodRestart": POD_RESTART}
_PANICS = {
    "storage-engine": "where a namespace has none, before or after, or devices that are not a list",
    CLIENT_NAMES: "when this goes from a text to a list of names, or back",
    "": "on a list in which one name is blank and another is not",
}
MOST_PLACES = 6
"""Where more places of a pod spec differ than this, the reason names the section that has all of them."""

Cause = tuple[str, str, str]
"""(kind, field path, why)."""


@dataclass(slots=True)
class RackRestart:
    """What the pods of a rack that stays do, and why. ``config``: the change of its configuration. ``pods``: the names
    of those that stay.
    """

    rack: Rack
    before: Rack
    kind: str
    causes: list[Cause]
    config: ConfigChange
    pods: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Restarts:
    """``pods``: pod name → kind, in the order of racks. ``racks``: those that stay. ``blocked_hosts``: the Kubernetes
    nodes that the change blocks; the operator rebuilds the pods on them elsewhere, and a pod's host is not known here.
    """

    pods: dict[str, str] = field(default_factory=dict)
    racks: list[RackRestart] = field(default_factory=list)
    blocked_hosts: list[str] = field(default_factory=list)

    @property
    def kinds(self) -> list[str]:
        return sorted(set(self.pods.values()))


def decide(old: Cluster, new: Cluster, pods: Mapping[str, Any] = MappingProxyType({})) -> Restarts:
    """Return what happens to every pod of ``old`` and ``new``, where ``old`` is rolled out completely.

    ``pods``: pod name → its entry in the status, for the pods that have one.
    """
    result = Restarts(blocked_hosts=newly_blocked_hosts(old, new))
    before = {rack.identity: rack for rack in old.racks}
    sizes_before = dict(zip(before, rack_sizes(old.size, len(old.racks)), strict=False))
    sizes = rack_sizes(new.size, len(new.racks))
    # A rack that gets no pods is removed like one that is taken out: its StatefulSet goes.
    now = {rack.identity for rack, size in zip(new.racks, sizes, strict=True) if size}
    judged = _ConfigChanges(old, new)
    for rack, size in zip(new.racks, sizes, strict=True):
        known = before.get(rack.identity)
        size_before = sizes_before.get(rack.identity, 0)
        kind = NO_RESTART
        if known is not None:
            restart = _rack_restart(old, new, (known, rack), judged.of(known, rack))
            result.racks.append(restart)
            kind = restart.kind
            restart.pods = [f"{new.name}-{rack.identity}-{ordinal}" for ordinal in range(min(size, size_before))]
        for ordinal in range(max(size, size_before)):
            pod = f"{new.name}-{rack.identity}-{ordinal}"
            if ordinal >= size_before:
                result.pods[pod] = NEW
            else:
                result.pods[pod] = kind if ordinal < size else SCALED_DOWN if size else REMOVED
    for identity, size in sizes_before.items():
        if identity not in now:
            result.pods.update({f"{old.name}-{identity}-{ordinal}": REMOVED for ordinal in range(size)})
    _operate(old, new, result)
    for restart in result.racks:
        _apply_status(new, restart, pods, result)
    return result


def newly_blocked_hosts(old: Cluster, new: Cluster) -> list[str]:
    """Return the Kubernetes nodes that ``k8sNodeBlockList`` names in ``new`` and not in ``old``, by name."""
    before, after = (set(cluster.spec.get("k8sNodeBlockList") or []) for cluster in (old, new))
    return sorted(after - before)


def judged_version(cluster: Cluster, other: Cluster) -> str:
    """Return the version whose parameters judge a configuration.

    It is that of ``cluster``, else that of ``other``, where there is data for it or an older one.
    """
    return next((known.version for known in (cluster, other) if schema_version(known.version)), OLDEST_JUDGED)


def _rack_restart(old: Cluster, new: Cluster, racks: tuple[Rack, Rack], change: ConfigChange) -> RackRestart:
    before, rack = racks
    causes = [
        *_general_causes(old, new),
        *_config_causes(new, before, rack, change),
        *_pod_causes(before, rack),
        *_volume_causes(new, before, rack),
    ]
    kind = max((cause[0] for cause in causes), key=ORDER.index, default=NO_RESTART)
    return RackRestart(rack, before, kind, causes, change)


class _ConfigChanges:
    """Compares every pair of configurations once: racks without settings of their own share theirs."""

    def __init__(self, old: Cluster, new: Cluster) -> None:
        self.version, self.target = judged_version(old, new), judged_version(new, old)
        self.nodes = old.size
        self.known: dict[tuple[int, ...], ConfigChange] = {}

    def of(self, before: Rack, after: Rack) -> ConfigChange:
        key = (id(before.config), id(after.config), id(after.storage))
        if key not in self.known:
            mounted = {path_of(volume) for volume in after.storage.get("volumes") or []}
            self.known[key] = judge(
                self.version, before.config, after.config, target=self.target, mounted=mounted, nodes=self.nodes
            )
        return self.known[key]


def _config_causes(new: Cluster, before: Rack, rack: Rack, change: ConfigChange) -> Iterator[Cause]:
    kind = change.restart(live=new.is_dynamic)
    if kind == NO_RESTART:
        return
    where = partial(config_path_of, new, before, rack)
    if kind == CRASH:
        yield from _panics(where, change)
        return
    with_pod = change.with_pod if kind == POD_RESTART else []
    for key in with_pod:
        yield POD_RESTART, where(key), "needs another pod"
    for difference in change.differences:
        if difference.key not in with_pod:
            yield kind, where(difference.key), f"{difference.clause}, {_why(kind, difference, change, new)}"
    for key in change.hidden:
        if key not in with_pod and not _follows_port(key):
            yield kind, where(key), "changes in the server's file, and a restart applies it"
    for key in change.reordered:
        yield (
            kind,
            where(key),
            "has the same entries in another order: the server's file differs, so servers restart",
        )


def _follows_port(key: str) -> bool:
    """Return whether the operator writes the parameter itself, together with a port that has a cause of its own."""
    return key.startswith("network.service.") and "access-" in key


def _panics(where: Callable[[str], str], change: ConfigChange) -> Iterator[Cause]:
    for key in change.crashing:
        yield CRASH, where(key), f"the operator's code panics {_PANICS.get(key.rpartition('.')[2], _PANICS[''])}"
    for key in (*change.changed, *change.hidden, *change.reordered):
        if key not in change.crashing:
            yield CRASH, where(key), "is not applied because of the panic"


def _why(kind: str, difference: Difference, change: ConfigChange, new: Cluster) -> str:
    if kind == LIVE:
        return "set live"
    if kind == POD_RESTART:
        return "changes with the pod"
    if not new.is_dynamic:
        return "needs a restart of the server: dynamic configuration is off"
    if not difference.is_dynamic:
        return "needs a restart of the server"
    return f"could be set live, but restarts the server with {(change.static or ['the added device'])[0]}"


def _general_causes(old: Cluster, new: Cluster) -> Iterator[Cause]:
    """Yield the causes for the pods of every rack."""
    if not is_same_image(old.image, new.image):
        yield IMAGE, "spec.image", f"{old.image} becomes {new.image}: pods are rebuilt"
    yield from _container_causes(old.pod_spec, new.pod_spec)
    policy_before, policy = section(old.spec, "aerospikeNetworkPolicy"), section(new.spec, "aerospikeNetworkPolicy")
    for key in sorted(policy_before.keys() | policy.keys()):
        was, now = policy_before.get(key, "nothing"), policy.get(key, "nothing")
        if was != now:
            why = f"{was} becomes {now}: servers restart to publish it"
            yield WARM, f"spec.aerospikeNetworkPolicy.{key}", why
    if not _has_host_ports(old) and _has_host_ports(new):
        yield POD_RESTART, "spec.aerospikeNetworkPolicy", "ports of the host are taken: pods are rebuilt"
    if bool(old.spec.get("enableRackIDOverride")) != bool(new.spec.get("enableRackIDOverride")):
        kind = WARM if is_at_least(server_version(init_image(new)), OVERRIDE_INIT) else POD_RESTART
        yield kind, "spec.enableRackIDOverride", "rack ids come from elsewhere"


def _container_causes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Cause]:
    for key in sorted((old.keys() | new.keys()) - set(SCHEDULING)):
        before, after = old.get(key), new.get(key)
        if not _differs(key, before, after):
            continue
        kind = IMAGE if key in ("sidecars", "initContainers") and _another_image(before, after) else POD_RESTART
        yield from _part_of_pod(kind, f"spec.podSpec.{key}", before, after)


def _part_of_pod(kind: str, path: str, before: Any, after: Any) -> Iterator[Cause]:
    """Yield a cause for every place that differs, with its values; for many places one, for the section with all of
    them.

    The value of a variable may be a password, so no message has it.
    """
    places = list(differences(path, before, after))
    for place in places if len(places) <= MOST_PLACES else [narrow(path, before, after)]:
        is_variable = ".env." in place.path or ".env[" in place.path
        what = "another value" if is_variable else becomes(place.before, place.after)
        yield kind, place.path, f"{what}: part of the pod, so pods are rebuilt"


def _differs(key: str, before: Any, after: Any) -> bool:
    """Return whether the operator's hash of the pod spec differs: an empty value counts as none, but for two keys."""
    if key == "metadata":
        before, after = ({name: item for name, item in section(value).items() if item} for value in (before, after))
    if not before and not after and key not in COMPARED_WHEN_EMPTY:
        return False
    return not is_same(before, after)


def _another_image(before: Any, after: Any) -> bool:
    was = {item.get("name"): item.get("image", "") for item in before or []}
    stay = [(was[item.get("name")], item.get("image", "")) for item in after or [] if item.get("name") in was]
    return any(not is_same_image(*images) for images in stay)


def _has_host_ports(cluster: Cluster) -> bool:
    """Return whether pods take ports of their host: one pod a host, and other addresses published than its own."""
    if cluster.pod_spec.get("multiPodPerHost") is True:
        return False
    policy = section(cluster.spec, "aerospikeNetworkPolicy")
    service = section(cluster.config, "network", "service")
    plain = ("access", "alternateAccess") if "port" in service else ()
    tls = ("tlsAccess", "tlsAlternateAccess") if service.get("tls-name") is not None and "tls-port" in service else ()
    return any(policy.get(way) != "pod" for way in plain + tls)


def _pod_causes(before: Rack, rack: Rack) -> Iterator[Cause]:
    for key in SCHEDULING:
        if _differs(key, before.pod_spec.get(key), rack.pod_spec.get(key)):
            own = f"spec.rackConfig.racks[{rack.position}]." if rack.own.get("podSpec") else "spec."
            yield from _part_of_pod(
                POD_RESTART, f"{own}podSpec.{key}", before.pod_spec.get(key), rack.pod_spec.get(key)
            )


def _volume_causes(new: Cluster, before: Rack, rack: Rack) -> Iterator[Cause]:
    if before.storage is rack.storage or is_same(before.storage, rack.storage):
        return
    path = new.storage_path(rack)
    for name in remounted(before, rack):
        yield POD_RESTART, f"{path}.volumes.{{{name}}}", "is mounted in the pod: pods are rebuilt"


def _operate(old: Cluster, new: Cluster, result: Restarts) -> None:
    known = [operation.get("id") for operation in old.spec.get("operations") or []]
    for position, operation in enumerate(new.spec.get("operations") or []):
        kind = OPERATIONS.get(str(operation.get("kind")))
        if kind is None or operation.get("id") in known:
            continue
        named = operation.get("podList") or []
        for restart in result.racks:
            asked = [pod for pod in restart.pods if not named or pod in named]
            if asked:
                _raise(result, asked, kind)
                restart.causes.append((kind, f"spec.operations[{position}]", "is asked for"))


def _raise(result: Restarts, pods: list[str], kind: str) -> None:
    for pod in pods:
        result.pods[pod] = max(result.pods[pod], kind, key=ORDER.index)


def _apply_status(new: Cluster, restart: RackRestart, pods: Mapping[str, Any], result: Restarts) -> None:
    """Add the causes from the status of pods: settings that failed half-way, and devices that wait to be wiped."""
    entries_of = {pod: section(pods, pod) for pod in restart.pods}
    failed = [pod for pod, entry in entries_of.items() if entry.get("dynamicConfigUpdateStatus") == "PartiallyFailed"]
    if failed:
        _raise(result, failed, WARM)
        path = f"status.pods.{failed[0]}.dynamicConfigUpdateStatus"
        restart.causes.append((WARM, path, "settings were set live in part only: the server restarts to have them all"))
    by_path = {path_of(volume): str(volume.get("name")) for volume in restart.rack.storage.get("volumes") or []}
    added = {by_path.get(device, "") for device in newly_used_devices(restart.before.config, restart.rack.config)}
    dirty = [pod for pod, entry in entries_of.items() if added & set(map(str, entry.get("dirtyVolumes") or []))]
    if dirty:
        _raise(result, dirty, POD_RESTART)
        path = f"status.pods.{dirty[0]}.dirtyVolumes"
        restart.causes.append((POD_RESTART, path, "a device that is used again is wiped: pods are rebuilt for it"))


def batch_size(rack_size: int, wanted: Any) -> int:
    """Return how many pods of a rack restart together: 1 by default; a percentage is rounded down, to at least 1."""
    if wanted is None:
        return 1
    percent = percent_of(wanted)
    count = rack_size * percent // 100 if percent is not None else int(wanted) if type(wanted) is int else 1
    return max(1, min(count, rack_size))
