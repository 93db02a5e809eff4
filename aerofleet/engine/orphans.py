"""Find orphans: objects on the server with our owner label that no definition renders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aerofleet.manifests.rendered import RenderedCell
from aerofleet.units.aerospike_cluster import API_VERSION, KIND
from aerofleet.units.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE

Orphan = tuple[str, str, str]
"""(kind, namespace, name); the namespace is empty for cluster-scoped kinds."""

ListObjects = Callable[[str, str, str], tuple[tuple[dict[str, Any], ...], str]]

ALWAYS_ASKED = (
    (API_VERSION, KIND),
    ("v1", "Namespace"),
    ("v1", "PersistentVolume"),
    ("v1", "PersistentVolumeClaim"),
)
"""Kinds that are listed even if no definition renders one: the last cluster of a cell may be the orphan."""


def find_orphans(rendered: RenderedCell, list_objects: ListObjects) -> list[Orphan]:
    """Return the objects on the server, of every rendered kind and of ALWAYS_ASKED, that are not rendered."""
    wanted = {identity(obj) for obj in rendered.objects()}
    kinds = {(obj["apiVersion"], obj["kind"]) for obj in rendered.objects()} | set(ALWAYS_ASKED)
    selector = f"{MANAGED_BY_LABEL}={MANAGED_BY_VALUE}"
    return sorted(
        orphan
        for api_version, kind in sorted(kinds)
        for obj in list_objects(api_version, kind, selector)[0]
        if (orphan := identity({"kind": kind, **obj})) not in wanted
    )


def identity(obj: dict[str, Any]) -> Orphan:
    metadata = obj["metadata"]
    return str(obj["kind"]), str(metadata.get("namespace") or ""), str(metadata["name"])
