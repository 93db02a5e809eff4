"""The platform's parts of a cell: operator, images, secret store, monitoring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from aerofleet.files.choices import OperatorPhase
from aerofleet.units.json_value import Json


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator of a cell. ``source``: ``manifests`` if this project runs it from pinned manifests, ``crds-only`` if
    another team runs it and only its CRDs are made here.

    ``objects``: the manifests, unchanged.
    """

    version: str
    namespace: str
    phase: OperatorPhase
    source: Literal["manifests", "crds-only"]
    replicas: int
    objects: tuple[Json, ...] = ()
    previous_version: str = ""
    release_order: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The releases that may act on the clusters: one; during an upgrade the previous and the new one."""
        return (self.version,) if self.phase is OperatorPhase.RELEASE else (self.previous_version, self.version)


@dataclass(frozen=True, slots=True)
class Images:
    """The images of the DaemonSets on the hosts; empty if no pool needs them."""

    provisioner: str = ""
    tuning: str = ""
    pause: str = ""


@dataclass(frozen=True, slots=True)
class SecretStore:
    """The store of the secret values. ``embedded`` exists only on the embedded control plane."""

    kind: Literal["external-secrets", "existing", "embedded"]
    store: str = ""
    path_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """The collection of metrics; thresholds of alerts belong to each :class:`Tier`."""

    pod_monitors: bool
    labels: Mapping[str, str]
    scrape_interval_seconds: int
    namespace: str
    rules_namespace: str


@dataclass(frozen=True, slots=True)
class Seeds:
    """A load balancer for each cluster: the seed address of clients outside of Kubernetes."""

    annotations: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FreezeWindow:
    """A period in which nothing may change. ``start`` and ``end``: ISO 8601 with a zone."""

    name: str
    start: str
    end: str
