"""A review as plain data, without any layout: the formats of `aerofleet.review.formats` make texts of it.

Everything is in a fixed order (cells by name, then clusters as their cell has them), so two runs are equal.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from aerofleet.findings import Finding, Location
from aerofleet.findings.effect import Effect, Reason
from aerofleet.policy.contacts import Contacts, Role

if TYPE_CHECKING:
    from aerofleet.forecast.model import Forecast

SideName = Literal["base", "head"]
Verdict = Literal["none", "live", "warm-restart", "rolling-restart", "moves-data", "data-at-risk", "unknown", "refused"]
"""The worst effect of a change; ``unknown`` where a cell can't be judged, unless another one is refused."""

UNKNOWN: Verdict = "unknown"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a review.

    ``name``: what the person asked for, a revision or a folder. ``commit``: 40 or 64 hex digits; empty for a folder.
    ``digest``: ``sha256:…`` of its rendering; empty if it was not rendered. ``rendered_by``: the code that runs the
    review, the side's own code in a process of its own, or a file with a ready rendering. ``notes``: what a reader has
    to know about that, such as a network that could not be cut off.
    """

    name: str
    commit: str = ""
    digest: str = ""
    rendered_by: Literal["running-code", "own-code", "file", "nothing"] = "running-code"
    product_version: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cause:
    """A value in the files that differs between the sides.

    ``location``: where head has the value; where it is gone, the place in base. ``path``: the path of the value as
    people write it (``namespaces.cart.defaultTtl``, ``allocated.ports``); a code file for a change of code. ``layer``:
    what the value belongs to: ``tier gold@3``, ``team``, ``cell``, ``allocations``, ``code``. ``old`` and ``new``: None
    where a side does not have it. ``other_location``: the line of a tier, or of the cell's defaults, from which the
    other side has its value.
    """

    path: str
    layer: str
    old: Any = None
    new: Any = None
    location: Location | None = None
    side: SideName = "head"
    other_location: Location | None = None


@dataclass(frozen=True, slots=True)
class CodeChange:
    """The code and the pins that differ between the sides.

    ``files``: all their names. ``causes``: what differs in those that decide a rendering. ``changed``: cell → the names
    (NAMESPACE/NAME of clusters, labels of other objects) of what that code renders differently. ``previews``: what
    differs for the engine, in every stack. ``stack_files``: stack → its own file of settings, which differs.
    """

    files: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    changed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    previews: tuple[str, ...] = ()
    stack_files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a side of a cell has no rendering, and what a person can do."""

    reason: str
    way_out: str


Failures = Mapping[tuple[SideName, str], Failure]
"""(side, cell) → why it has no rendering, where that is no mistake in its definitions."""


@dataclass(frozen=True, slots=True)
class ChangedCluster:
    """A cluster that the change affects: its objects differ, its neighbours bring a hazard, or another release of the
    operator acts on it.

    ``cluster``: its name in its team's file; ``namespace`` and ``name``: those of the AerospikeCluster;
    ``server_namespaces``: the names of its Aerospike namespaces. ``awaited_secrets``: paths in the secret store that it
    reads from now on. ``pods``: kind of restart (`aerofleet.ako.restart`) →
    number of pods. ``make_forecast``: makes ``forecast``, where there is one.
    """

    cell: str
    environment: str
    stack: str
    team: str
    cluster: str
    namespace: str
    name: str
    effect: Effect
    reasons: tuple[Reason, ...]
    hazards: tuple[Finding, ...] = ()
    pods: Mapping[str, int] = field(default_factory=dict)
    blocks_hosts: bool = False
    causes: tuple[Cause, ...] = ()
    by_changed_code: bool = False
    server_namespaces: tuple[str, ...] = ()
    awaited_secrets: tuple[str, ...] = ()
    make_forecast: Callable[[], Forecast] | None = field(default=None, repr=False, compare=False)

    @property
    def forecast(self) -> Forecast | None:
        """Return the steps of the roll-out; None for a cluster whose resource stays as it is."""
        return self.make_forecast() if self.make_forecast else None

    @property
    def key(self) -> str:
        """Return ``CELL TEAM/CLUSTER``."""
        return f"{self.cell} {self.team}/{self.cluster}"


@dataclass(frozen=True, slots=True)
class Group:
    """Changed clusters with equal effect, reasons, hazards and causes: one entry for a reader. Often a single one.

    ``reasons`` and ``hazards``: those of all; a name that differs from cluster to cluster is ``<namespace>`` or
    ``<cluster>`` in them.
    """

    clusters: tuple[ChangedCluster, ...]
    reasons: tuple[Reason, ...]
    hazards: tuple[Finding, ...]

    @property
    def first(self) -> ChangedCluster:
        """Return the cluster whose effect and causes are those of all."""
        return self.clusters[0]

    @property
    def pods(self) -> dict[str, int]:
        """Return kind of restart → number of pods of all clusters."""
        kinds = dict.fromkeys(kind for cluster in self.clusters for kind in cluster.pods)
        return {kind: sum(cluster.pods.get(kind, 0) for cluster in self.clusters) for kind in kinds}

    @property
    def forecasts(self) -> tuple[Forecast, ...]:
        """Return the forecast of each cluster that has one."""
        return tuple(forecast for cluster in self.clusters if (forecast := cluster.forecast))


@dataclass(frozen=True, slots=True)
class ChangedOther:
    """An object beside the clusters that comes, goes or changes. ``object``: ``NetworkPolicy shop/cart``."""

    cell: str
    environment: str
    stack: str
    object: str
    effect: Effect
    reasons: tuple[Reason, ...]
    by_changed_code: bool = False
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class CellFinding:
    """A finding of head's definitions, or of a policy. ``is_new``: base did not have it. ``cell``: empty for a finding
    about the fleet. ``asks``: whose word is enough to let it pass; None where nobody's is.
    """

    cell: str
    finding: Finding
    is_new: bool = True
    asks: Role | None = None


@dataclass(frozen=True, slots=True)
class UnknownCell:
    """A cell, or some clusters of it, that can't be judged. ``cell`` is empty where that holds for a whole side.

    ``reason``: why; ``way_out``: what a person can do; ``mistakes``: the findings that stop the rendering. ``names``:
    TEAM/CLUSTER of the clusters that can't be judged; empty for the whole cell. ``clusters``: how many they are, with
    those whose file is gone or can't be read. ``is_mended``: only base has the mistakes.
    """

    cell: str
    side: SideName
    reason: str
    way_out: str
    mistakes: tuple[Finding, ...] = ()
    clusters: int = 0
    names: tuple[str, ...] = ()
    is_mended: bool = False


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Another release of the operator or of a server in a cell. ``channel``: of servers; empty for the operator.

    ``notes``: what differs between the releases, as findings with a source in their rule.
    """

    kind: Literal["operator", "server"]
    cell: str
    channel: str
    old: str
    new: str
    clusters: tuple[str, ...]
    notes: tuple[Finding, ...] = ()
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class HostChange:
    """What a change does to hosts, to the room on the hosts of a pool, or to a quota.

    ``subject``: ``host NAME (pool NAME, rack NAME)``, ``pool NAME`` or ``team NAME``. ``causes``: the changed lines.
    ``notes``: sentences for a reader. ``ask``: who has to answer what before; empty where nobody has to.
    """

    cell: str
    subject: str
    causes: tuple[Cause, ...] = ()
    notes: tuple[str, ...] = ()
    ask: str = ""


@dataclass(frozen=True, slots=True)
class EnginePreview:
    """Stacks for which only the engine can say what a change does. ``pins``: what differs: ``pulumi-kubernetes 4.34.0 →
    4.35.0``."""

    stacks: tuple[str, ...]
    pins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """The answer about one change.

    ``counts``: effect, or ``unknown`` → number of clusters, those without any effect too. ``clusters``: the changed
    ones; ``groups``: the same, each in one group, the worst effect first. ``changed_code``: names of the files of code,
    pins and locks that differ. ``hosts``: what becomes of hosts, the room on them, and quotas. ``other_lines``: the
    changed values of the definitions that nothing else here names.
    ``contacts``: cell → who answers for what in it, before the change.
    """

    base: Side
    head: Side
    as_of: datetime.date
    counts: Mapping[str, int]
    clusters: tuple[ChangedCluster, ...] = ()
    groups: tuple[Group, ...] = ()
    others: tuple[ChangedOther, ...] = ()
    findings: tuple[CellFinding, ...] = ()
    unknown: tuple[UnknownCell, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()
    previews: tuple[EnginePreview, ...] = ()
    changed_code: tuple[str, ...] = ()
    hosts: tuple[HostChange, ...] = ()
    other_lines: tuple[Cause, ...] = ()
    contacts: Mapping[str, Contacts] = field(default_factory=dict)

    @property
    def effect(self) -> Effect:
        """Return the worst effect of all that could be judged."""
        effects = [*(cluster.effect for cluster in self.clusters), *(other.effect for other in self.others)]
        return max(effects, default=Effect.NONE)

    @property
    def verdict(self) -> Verdict:
        """Return the worst effect, or ``unknown`` where something can't be judged and nothing else is refused."""
        if self.unknown and self.effect < Effect.REFUSED:
            return UNKNOWN
        return str(self.effect)  # type: ignore[return-value]

    @property
    def folded(self) -> tuple[Group, ...]:
        """Return the groups of several clusters."""
        return tuple(group for group in self.groups if len(group.clusters) > 1)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell: no definition or object differs, no finding is new, nothing is
        unknown.
        """
        new = any(finding.is_new for finding in self.findings)
        changes = (self.clusters, self.others, self.unknown, self.upgrades, self.previews, self.hosts, self.other_lines)
        return not (any(changes) or new)
