"""A forecast of the roll-out of one cluster, as plain frozen data, with its JSON form and its one line for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aerofleet.ako.rollout.acts import MIGRATIONS, Outcome, Rollout, Step
from aerofleet.findings import Finding
from aerofleet.forecast.span import NOTHING, Assumption, Span
from aerofleet.units.amount import amount_range, counted

Json = dict[str, Any]
StepKind = Literal[
    "create", "grow", "shrink", "restart", "image", "quick-restart", "live", "recover", "roster", "start-over",
    "delete", "objects",
]  # fmt: skip

KINDS: dict[StepKind, str] = {
    "create": "all pods start for the first time",
    "grow": "new pods start",
    "shrink": "pods leave for good",
    "restart": "pods are rebuilt",
    "image": "pods are rebuilt with another image",
    "quick-restart": "servers restart in their pods",
    "live": "settings are set on running servers, pod by pod",
    "recover": "failed pods are deleted at once, without a wait and without quiesce",
    "roster": "the roster of a strongly consistent namespace is written",
    "start-over": "StatefulSets and all claims of a first creation are deleted",
    "delete": "the cluster is deleted",
    "objects": "only ConfigMaps, templates, Services or the PodDisruptionBudget change",
}
"""Kind of a step → what happens in it."""


@dataclass(frozen=True, slots=True)
class NamespaceData:
    """The data of one namespace in the whole cluster. ``records`` counts each record once. ``record_bytes``: of one
    copy of the average record, as stored. ``writes_per_second``: of the applications, on average.
    """

    records: int
    record_bytes: int
    writes_per_second: int = 0

    @property
    def bytes(self) -> int:
        """Return the bytes of one copy of all records."""
        return self.records * self.record_bytes


NO_DATA = NamespaceData(0, 0)


Load = Mapping[str, NamespaceData]
"""Name of a namespace → its data."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Too few nodes for a cluster: ``nodes`` serve, and ``least`` of them must be there (min-cluster-size). ``after``:
    what must be lost first, one more host or rack; empty where no cluster forms at the step itself.
    """

    nodes: int
    least: int
    after: Literal["", "host", "rack"]

    def __str__(self) -> str:
        return f"{self.nodes} of at least {counted(self.least, 'node')} (min-cluster-size)"


def worse_shortage(one: Shortage | None, other: Shortage | None) -> Shortage | None:
    """Return the shortage that needs the smaller loss; of two alike, that with the fewest nodes."""
    order = ("", "host", "rack")
    found = [shortage for shortage in (one, other) if shortage is not None]
    return min(found, key=lambda shortage: (order.index(shortage.after), shortage.nodes - shortage.least), default=None)


@dataclass(frozen=True, slots=True)
class NamespaceCopies:
    """``copies``: the smallest number of live copies of any record of ``namespace`` at a step. ``after_host_loss``: the
    same after the worst loss of one more host; one pod is on a host, unless the cluster allows more.
    ``after_rack_loss``: of one more rack. ``unavailable``: partitions that no node serves at the step: with
    strong consistency their expected number, at least 1 where there may be one. ``has_racks``: False where all pods are
    in one rack, so that its loss is that of the cluster. ``shortage``: why no cluster forms, at the step or after one
    more loss; the copies are 0 then, and all partitions of the step ``unavailable``.
    """

    namespace: str
    copies: int
    after_host_loss: int
    after_rack_loss: int
    unavailable: int = 0
    has_racks: bool = True
    shortage: Shortage | None = None

    def json(self) -> Json:
        return {
            "namespace": self.namespace,
            "copies": self.copies,
            "afterHostLoss": self.after_host_loss,
            "afterRackLoss": self.after_rack_loss,
            "unavailable": self.unavailable,
        }


@dataclass(frozen=True, slots=True)
class ForecastStep:
    """What a reader counts as one step: a batch of restarts, a round of live settings over a rack, pods that come or
    go.

    ``rack``: the identity of the rack; empty where the step is about several. ``pods``: the pods that it is about.
    ``out``: all pods that do not serve during it, those of the step among them; no pod that starts for the first time.
    ``emptied``: the pods whose claims it deletes, so that their data is gone. ``waits_for``: what the operator waits
    for before the next step: pods-ready, migrations, cluster-stable. ``acts``: the operator's acts, in their order.
    ``repeats``: the operator repeats this step for ever. ``copies``, ``moved_bytes``, ``seconds``: empty or None where
    nobody can know them. ``seconds``: until all that the step moves has moved, also where the operator does not wait
    for it; ``moving_seconds`` is that part. ``least_seconds``: what is certain also where nobody knows the data; None
    for a step that is repeated for ever.
    """

    kind: StepKind
    rack: str
    pods: tuple[str, ...]
    out: tuple[str, ...]
    emptied: tuple[str, ...]
    waits_for: tuple[str, ...]
    acts: tuple[Step, ...] = field(repr=False)
    repeats: bool = False
    copies: tuple[NamespaceCopies, ...] = ()
    moved_bytes: Span | None = None
    seconds: Span | None = None
    moving_seconds: Span | None = None
    least_seconds: int | None = None

    def json(self) -> Json:
        """Return the step in its JSON form, without the acts."""
        return {
            "kind": self.kind,
            "rack": self.rack,
            "pods": list(self.pods),
            "out": list(self.out),
            "emptied": list(self.emptied),
            "waitsFor": list(self.waits_for),
            "repeats": self.repeats,
            "copies": [copies.json() for copies in self.copies],
            "movedBytes": self.moved_bytes.json() if self.moved_bytes else None,
            "seconds": self.seconds.json() if self.seconds else None,
            "movingSeconds": self.moving_seconds.json() if self.moving_seconds else None,
            "leastSeconds": self.least_seconds,
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """``rollout``: the operator's acts, of which the steps are made. ``assumptions``: the figures that bytes and
    seconds rest upon. ``findings``: hazards that show in the course of the steps only.
    """

    steps: tuple[ForecastStep, ...]
    rollout: Rollout = field(repr=False)
    assumptions: tuple[Assumption, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return self.rollout.outcome

    @property
    def blocked(self) -> str:
        """Return what holds the roll-out up for ever; empty where it completes."""
        return self.rollout.blocked

    @property
    def unknown(self) -> tuple[str, ...]:
        """Return what no file shows, and what is assumed instead."""
        return self.rollout.unknown

    @property
    def chances(self) -> tuple[str, ...]:
        """Return what depends on chance."""
        return self.rollout.chances

    @property
    def pods(self) -> int:
        """Return the number of pods that any step is about."""
        return len({pod for step in self.steps for pod in step.pods})

    @property
    def lowest(self) -> NamespaceCopies | None:
        """Return the smallest number of copies over all steps and namespaces; None where copies are not known."""
        every = [copies for step in self.steps for copies in step.copies]
        return min(every, key=lambda found: (found.copies, -found.unavailable), default=None)

    @property
    def lowest_step(self) -> ForecastStep | None:
        """Return the first step at which the copies are the fewest (`lowest`); None where copies are not known."""
        return next((step for step in self.steps if self.lowest in step.copies), None) if self.lowest else None

    @property
    def stopped(self) -> Shortage | None:
        """Return the worst shortage of nodes at a step; None where a cluster forms at each."""
        found = None
        for copies in (copies for step in self.steps for copies in step.copies):
            if copies.shortage and not copies.shortage.after:
                found = worse_shortage(found, copies.shortage)
        return found

    @property
    def unserved(self) -> int:
        """Return the most partitions of a namespace that no node serves at a step."""
        return max((copies.unavailable for step in self.steps for copies in step.copies), default=0)

    @property
    def moved_bytes(self) -> Span | None:
        """Return the bytes that all steps move; None where they are not known for one of them, or they never end."""
        return None if self.outcome == "stuck" else _total([step.moved_bytes for step in self.steps])

    @property
    def seconds(self) -> Span | None:
        """Return the seconds that all steps take; None where they are not known for one of them, or they never end."""
        return None if self.outcome == "stuck" else _total([step.seconds for step in self.steps])

    @property
    def least_seconds(self) -> int | None:
        """Return the seconds that all steps take at least, whatever data there is; None if they never end."""
        known = [step.least_seconds for step in self.steps if step.least_seconds is not None]
        return None if self.outcome == "stuck" or len(known) < len(self.steps) else sum(known)

    @property
    def moving_after_completed(self) -> Span | None:
        """Return for how many seconds data moves after the operator has reported Completed; None where nobody knows."""
        last = self.steps[-1] if self.steps else None
        if last is None or self.outcome != "completed" or MIGRATIONS in last.waits_for:
            return NOTHING
        return last.moving_seconds

    def summary(self) -> str:
        """Return the forecast in one line: ``6 pods in 3 steps, never below 2 copies, 40 to 90 min, 1.2 TB``."""
        return ", ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        if self.outcome == "refused":
            yield "refused: no step"
            return
        if self.outcome == "stuck":
            yield f"never ends: {self.blocked}"
        yield f"{counted(self.pods, 'pod')} in {counted(len(self.steps), 'step')}" if self.steps else "no step"
        if self.stopped:
            yield f"no cluster forms on the way: {self.stopped}"
        elif self.lowest and self.lowest.copies:
            yield f"never below {self.lowest.copies} {'copy' if self.lowest.copies == 1 else 'copies'}"
        elif self.lowest:
            yield "some records without a copy on the way"
        if self.unserved and not self.stopped:
            yield f"{counted(self.unserved, 'partition')} not served on the way"
        if self.seconds and self.seconds.high:
            yield amount_range(self.seconds.low, self.seconds.high, "s")
        elif self.least_seconds:
            yield f"at least {amount_range(self.least_seconds, self.least_seconds, 's')}"
        if self.moved_bytes and self.moved_bytes.high:
            yield amount_range(self.moved_bytes.low, self.moved_bytes.high, "B")

    def json(self) -> Json:
        return {
            "summary": self.summary(),
            "outcome": self.outcome,
            "blocked": self.blocked,
            "pods": self.pods,
            "lowestCopies": self.lowest.copies if self.lowest else None,
            "movedBytes": self.moved_bytes.json() if self.moved_bytes else None,
            "seconds": self.seconds.json() if self.seconds else None,
            "leastSeconds": self.least_seconds,
            "movingAfterCompleted": moving.json() if (moving := self.moving_after_completed) else None,
            "steps": [step.json() for step in self.steps],
            "unknown": list(self.unknown),
            "chances": list(self.chances),
            "assumptions": [assumption.json() for assumption in self.assumptions],
        }


def _total(spans: list[Span | None]) -> Span | None:
    known = [span for span in spans if span is not None]
    return sum(known, start=NOTHING) if known and len(known) == len(spans) else None
