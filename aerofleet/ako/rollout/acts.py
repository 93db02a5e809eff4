"""What the operator does in a roll-out, act by act, and the JSON form of an act.

The form is that of the recorded roll-outs: ``{"do": "quiesce", "pods": ["c-1-1"]}``. Field names of an act are keys
of its JSON.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

Json = dict[str, Any]
Outcome = Literal["completed", "stuck", "refused"]
Phase = Literal["InProgress", "Completed", "Error"]
MIGRATIONS = "migrations"
STABLE = "cluster-stable"
READY = "pods-ready"


@dataclass(frozen=True, slots=True)
class Act:
    """One act. ``do`` is its name."""

    do: ClassVar[str] = ""

    def json(self) -> Json:
        """Return the act in the form of the recordings."""
        return {"do": self.do}


@dataclass(frozen=True, slots=True)
class Edit(Act):
    """The edit is accepted; ``what`` says which one."""

    do: ClassVar[str] = "edit"
    what: str

    def json(self) -> Json:
        return {"do": self.do, "what": self.what}


@dataclass(frozen=True, slots=True)
class PhaseChange(Act):
    """The operator writes the phase. ``migrating``: data still moves at that moment."""

    do: ClassVar[str] = "status"
    phase: Phase
    migrating: bool = False

    def json(self) -> Json:
        return {"do": self.do, "phase": self.phase, **({"migrating": True} if self.migrating else {})}


@dataclass(frozen=True, slots=True)
class OnRack(Act):
    """An act on an object of one rack. ``kind``: create, update or delete, and configmap or sts."""

    kind: str
    rack: str
    size: int | None = None

    def json(self) -> Json:
        return {"do": self.kind, "rack": self.rack, **({} if self.size is None else {"size": self.size})}


@dataclass(frozen=True, slots=True)
class Scale(Act):
    """The StatefulSet of ``rack`` goes from ``before`` to ``after`` pods."""

    do: ClassVar[str] = "scale-sts"
    rack: str
    before: int
    after: int

    def json(self) -> Json:
        return {"do": self.do, "rack": self.rack, "from": self.before, "to": self.after}


@dataclass(frozen=True, slots=True)
class Wait(Act):
    """The operator waits for migrations on all nodes, for a stable cluster, or for ``pods``.

    ``busy``: the first answer is "not yet". After a refused cluster-stable the pass ends with an error.
    """

    do: ClassVar[str] = "wait"
    what: str
    busy: bool = False
    pods: tuple[str, ...] = ()

    def json(self) -> Json:
        if self.what == READY:
            return {"do": self.do, "for": self.what, "pods": list(self.pods)}
        return {"do": self.do, "for": self.what, "busy": self.busy}


@dataclass(frozen=True, slots=True)
class OnPods(Act):
    """An act on pods together. ``kind``: quiesce, quiesce-undo, delete-pod or status-remove-pods; or what becomes of
    pods: ready, gone, crash-looping or pending.
    """

    kind: str
    pods: tuple[str, ...]

    def json(self) -> Json:
        return {"do": self.kind, "pods": list(self.pods)}


@dataclass(frozen=True, slots=True)
class Recluster(Act):
    """All nodes recluster."""

    do: ClassVar[str] = "recluster"


@dataclass(frozen=True, slots=True)
class SetConfig(Act):
    """One setting is set live on ``pods``. ``params``: the command's parts. ``refused``: the server says no."""

    do: ClassVar[str] = "set-config"
    pods: tuple[str, ...]
    params: tuple[tuple[str, str], ...]
    refused: bool = False

    def json(self) -> Json:
        answer = {"answer": "error"} if self.refused else {}
        return {"do": self.do, "pods": list(self.pods), "params": dict(self.params), **answer}


@dataclass(frozen=True, slots=True)
class Exec(Act):
    """A command in the container of ``pod``: quick-restart or update-conf. ``failed``: it ends with an error."""

    do: ClassVar[str] = "exec"
    pod: str
    what: str
    failed: bool = False

    def json(self) -> Json:
        return {"do": self.do, "pod": self.pod, "what": self.what, **({"answer": "error"} if self.failed else {})}


@dataclass(frozen=True, slots=True)
class DeleteClaims(Act):
    """Claims are deleted, and their data with them."""

    do: ClassVar[str] = "delete-pvc"
    claims: tuple[str, ...]

    def json(self) -> Json:
        return {"do": self.do, "pvcs": list(self.claims)}


@dataclass(frozen=True, slots=True)
class RosterSet(Act):
    """The roster of ``namespace`` is written on ``pods``. ``nodes``: node ids with their rack."""

    do: ClassVar[str] = "roster-set"
    namespace: str
    nodes: tuple[str, ...]
    pods: tuple[str, ...]

    def json(self) -> Json:
        return {"do": self.do, "namespace": self.namespace, "nodes": ",".join(self.nodes), "pods": list(self.pods)}


@dataclass(frozen=True, slots=True)
class TipClear(Act):
    """The peers ``on`` forget the pod ``of``, which has left."""

    do: ClassVar[str] = "tip-clear"
    of: str
    on: tuple[str, ...]

    def json(self) -> Json:
        return {"do": self.do, "of": self.of, "on": list(self.on)}


@dataclass(frozen=True, slots=True)
class OnService(Act):
    """An act on Services. ``kind``: create-service or delete-service."""

    kind: str
    names: tuple[str, ...]

    def json(self) -> Json:
        return {"do": self.kind, "names": list(self.names)}


@dataclass(frozen=True, slots=True)
class OnBudget(Act):
    """An act on the PodDisruptionBudget. ``kind``: create-pdb, update-pdb or delete-pdb."""

    kind: str
    limit: int | str | None = None

    def json(self) -> Json:
        return {"do": self.kind, **({} if self.limit is None else {"maxUnavailable": self.limit})}


@dataclass(frozen=True, slots=True)
class RemoveFinalizer(Act):
    """The resource is let go."""

    do: ClassVar[str] = "remove-finalizer"


@dataclass(frozen=True, slots=True)
class Step:
    """An act and the state after it.

    ``out``: the pods that do not serve. ``emptied``: the pods whose claims this act deletes.
    """

    act: Act
    out: tuple[str, ...] = ()
    emptied: tuple[str, ...] = ()

    def json(self) -> Json:
        """Return the act in the form of the recordings."""
        return self.act.json()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Steps that the operator repeats for ever."""

    steps: tuple[Step, ...]

    def json(self) -> Json:
        return {"do": "repeat", "steps": [step.json() for step in self.steps]}


@dataclass(frozen=True, slots=True)
class Rollout:
    """A forecast.

    ``blocked``: what holds the roll-out up for ever, by name; empty where it completes. ``unknown``: what no file
    shows, and what is assumed instead. ``chances``: what depends on chance.
    """

    steps: tuple[Step | Repeat, ...]
    outcome: Outcome
    blocked: str = ""
    unknown: tuple[str, ...] = ()
    chances: tuple[str, ...] = field(default=())

    def acts(self) -> Iterable[Act]:
        """Yield the acts in their order; those of a repeated block once."""
        for step in self.steps:
            if isinstance(step, Repeat):
                yield from (inner.act for inner in step.steps)
            else:
                yield step.act
