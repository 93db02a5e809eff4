"""What no file shows, and what the forecast takes instead, by name."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_file import is_same
from aerofleet.ako.image import is_same_image
from aerofleet.ako.rollout.claims import local_volumes
from aerofleet.ako.rollout.model import Facts
from aerofleet.ako.volumes import is_persistent, volumes
from aerofleet.units.amount import counted

_PLACEMENT = ("affinity", "nodeSelector", "tolerations")


def assumptions(before: Cluster, after: Cluster, facts: Facts) -> Iterator[str]:
    """Yield what the forecast of this change takes for granted, where ``facts`` say nothing else."""
    if not is_same_image(before.image, after.image) and not facts.crashing:
        yield f"{after.image}: the servers of this image are taken to start"
    if after.size > before.size and not facts.unplaced:
        yield f"hosts for {counted(after.size - before.size, 'more pod')}: taken to be free"
    known = {rack.id: rack for rack in before.racks}
    pairs = [(known[rack.id], rack) for rack in after.racks if rack.id in known]
    for key in _PLACEMENT:
        narrows = any(_narrows(key, was.pod_spec.get(key), now.pod_spec.get(key)) for was, now in pairs)
        if narrows and not facts.unplaced:
            yield f"hosts that fit the new {key}: taken to be there"
    moves = set(after.spec.get("k8sNodeBlockList") or []) - set(before.spec.get("k8sNodeBlockList") or [])
    unlisted = {
        str(volume.get("name"))
        for rack in after.racks
        for volume in volumes(rack)
        if is_persistent(volume) and volume not in local_volumes(rack)
    }
    if moves and unlisted and not facts.unplaced:
        names = ", ".join(sorted(unlisted))
        yield f"claims of {names}, not in localStorageClasses: taken to follow their pod to any host"


def _narrows(key: str, before: object, after: object) -> bool:
    """Return whether fewer hosts may fit than before."""
    if is_same(before, after):
        return False
    if key == "tolerations":
        kept = after if isinstance(after, list) else []
        return any(item not in kept for item in (before if isinstance(before, list) else []))
    return bool(after)
