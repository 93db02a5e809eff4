"""What a pod still has of a namespace after a restart: everything, or nothing.

A part of the records counts as nothing: the copy has to be filled again before it is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from aerofleet.aerospike.server.loss import LossKind, Setup, losses
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, is_purely_in_memory, namespaces, section, storage_lines
from aerofleet.ako.mounts import volume_under
from aerofleet.ako.reasons.pods import SURVIVES_SINCE
from aerofleet.ako.reasons.starts import builds_index
from aerofleet.ako.volumes import is_persistent
from aerofleet.units.version import is_at_least


@dataclass(slots=True)
class Kept:
    """Answers for the pods of one cluster on its way from ``before`` to ``after``. All pods of a rack have the same."""

    before: Cluster
    after: Cluster
    _emptied: dict[tuple[str, bool], frozenset[str]] = field(default_factory=dict)
    _volumes: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)

    def emptied(self, rack: str, *, is_cold: bool) -> frozenset[str]:
        """Return the namespaces that are empty after a restart in ``rack``. ``is_cold``: of the pod, else of the server
        in its pod.
        """
        key = (rack, is_cold)
        if key not in self._emptied:
            self._emptied[key] = frozenset(self._find_emptied(rack, is_cold))
        return self._emptied[key]

    def namespaces_on(self, pod: str, rack: str, claims: Iterable[str]) -> frozenset[str]:
        """Return the namespaces with records on those of ``claims`` that are of ``pod``."""
        gone = {claim.removesuffix(f"-{pod}") for claim in claims if claim.endswith(f"-{pod}")}
        if rack not in self._volumes:
            self._volumes[rack] = _volumes_of(_rack(self.before, rack) or _rack(self.after, rack))
        return frozenset(name for name, volumes in self._volumes[rack].items() if volumes & gone)

    def _find_emptied(self, rack: str, is_cold: bool) -> Iterable[str]:
        was, now = _rack(self.before, rack), _rack(self.after, rack)
        was = was or now
        if was is None:
            return
        now = now or was
        old, new = (
            Setup(self.before.version, was.config, _place(was)),
            Setup(self.after.version, now.config, _place(now)),
        )
        for loss in losses(old, new, is_cold=is_cold):
            if loss.kind is not LossKind.NAMESPACE_REMOVED:
                yield loss.namespace
        after = {name: namespace for _, name, namespace in namespaces(now.config)}
        for _, name, namespace in namespaces(was.config):
            if is_cold:
                if _has_no_claim(was, namespace):
                    yield name
            elif is_purely_in_memory(namespace) and (
                not is_at_least(self.before.version, SURVIVES_SINCE)
                or builds_index(namespace, after.get(name, namespace))
            ):
                yield name


def _rack(cluster: Cluster, identity: str) -> Rack | None:
    return next((rack for rack in cluster.racks if rack.identity == identity), None)


def _place(rack: Rack) -> Callable[[str], str]:
    """Return a function from a path in the server to the storage behind it."""

    def place(path: str) -> str:
        mounted = volume_under(rack, path)
        return f"volume {mounted[0].get('name')}{mounted[1]}" if mounted else path

    return place


def _paths(namespace: Config) -> Iterable[str]:
    """Yield the devices and files that a cold start reads: the shadow of a device that has one."""
    engine = section(namespace, "storage-engine")
    for key in ("devices", "files"):
        for line in storage_lines(engine, key):
            if line.split():
                yield line.split()[-1]


def _volumes_of(rack: Rack | None) -> dict[str, frozenset[str]]:
    """Return namespace → names of the volumes that a cold start reads."""
    if rack is None:
        return {}
    found = {}
    for _, name, namespace in namespaces(rack.config):
        mounted = [volume_under(rack, path) for path in _paths(namespace)]
        found[name] = frozenset(str(volume[0].get("name")) for volume in mounted if volume)
    return found


def _has_no_claim(rack: Rack, namespace: Config) -> bool:
    """Return whether some of the namespace's data is on a volume that goes with the pod."""
    mounted = [volume_under(rack, path) for path in _paths(namespace)]
    return any(
        volume and not is_persistent(volume[0]) and "hostPath" not in section(volume[0], "source") for volume in mounted
    )
