"""The steps that a reader counts, made of the operator's own acts.

Every act belongs to one step, in order. A step begins with what the operator writes and waits for before it touches
pods, has one decisive act or several of one kind, and ends before the operator waits or writes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from aerofleet.ako.rollout.acts import (
    MIGRATIONS,
    READY,
    Act,
    DeleteClaims,
    Edit,
    Exec,
    OnPods,
    OnRack,
    PhaseChange,
    RemoveFinalizer,
    Repeat,
    Rollout,
    RosterSet,
    Scale,
    SetConfig,
    Step,
    Wait,
)
from aerofleet.forecast.model import ForecastStep, StepKind

_OPENS = frozenset(
    {"quiesce", "create-configmap", "update-configmap", "create-sts", "update-sts", "wait", "delete-pvc"}
)
"""Acts that begin a step, where the one before has its decisive act."""


@dataclass(slots=True)
class _Group:
    repeats: bool
    kind: StepKind | None = None
    pods: dict[str, None] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    begins: int | None = None
    """The place of the first act that touches a pod: the quiesce, or the decisive one."""

    @property
    def before(self) -> list[Step]:
        """Return what the operator writes and waits for first."""
        return self.steps[: self.begins]

    @property
    def course(self) -> list[Step]:
        """Return the rest: what the step is about."""
        return [] if self.begins is None else self.steps[self.begins :]


@dataclass(frozen=True, slots=True)
class Grouping:
    """``name``: the cluster's. ``is_creation``: there was no cluster before. ``has_new_image``: the change has another
    image.
    """

    name: str
    is_creation: bool = False
    has_new_image: bool = False

    def steps(self, rollout: Rollout) -> tuple[ForecastStep, ...]:
        """Return the steps of a roll-out; none where it has nothing to do."""
        groups = [
            *self._groups([step for step in rollout.steps if isinstance(step, Step)], repeats=False),
            *(
                group
                for block in rollout.steps
                if isinstance(block, Repeat)
                for group in self._groups(block.steps, repeats=True)
            ),
        ]
        return tuple(self._step(group, after) for group, after in _with_next(groups))

    def _groups(self, steps: Sequence[Step], *, repeats: bool) -> list[_Group]:
        groups = [_Group(repeats)]
        for place, step in enumerate(steps):
            decides = self._decides(groups[-1], steps, place)
            if groups[-1].kind and (
                self._opens(groups[-1], step.act) or (decides and self._differs(groups[-1], *decides))
            ):
                groups.append(_Group(repeats))
            group = groups[-1]
            if decides:
                group.kind = decides[0]
                group.pods.update(dict.fromkeys(decides[1]))
            if group.begins is None and (decides or _is_quiesce(step.act)):
                group.begins = len(group.steps)
            group.steps.append(step)
        return _joined(groups)

    def _differs(self, group: _Group, kind: StepKind, pods: Sequence[str]) -> bool:
        return group.kind != kind or (kind == "live" and self._racks(pods) != self._racks(group.pods))

    def _opens(self, group: _Group, act: Act) -> bool:
        if isinstance(act, Wait):
            return act.what != READY
        if isinstance(act, DeleteClaims):
            return group.kind not in ("shrink", "start-over")
        return act.json()["do"] in _OPENS

    def _decides(self, group: _Group, steps: Sequence[Step], place: int) -> tuple[StepKind, Sequence[str]] | None:
        """Return the kind of the step that the act at ``place`` makes of its group, and its pods."""
        act = steps[place].act
        match act:
            case Scale():
                low, high = sorted((act.before, act.after))
                kind: StepKind = "shrink" if act.after < act.before else "create" if self.is_creation else "grow"
                return kind, [f"{self.name}-{act.rack}-{ordinal}" for ordinal in range(low, high)]
            case OnPods(kind="delete-pod"):
                if not any(isinstance(step.act, Wait) and step.act.what == MIGRATIONS for step in group.steps):
                    return "recover", act.pods
                return "image" if self.has_new_image else "restart", act.pods
            case Exec(what="quick-restart"):
                return "quick-restart", (act.pod,)
            case Exec():
                return "live", (act.pod,)
            case SetConfig() if _is_live(steps, place):
                return "live", act.pods
            case RosterSet():
                return "roster", ()
            case RemoveFinalizer():
                return "delete", steps[-1].out
            case OnRack(kind="delete-sts") if not _removes_rack(steps, place):
                return "start-over", steps[place].out
            case _:
                return None

    def _racks(self, pods: Iterable[str]) -> set[str]:
        return {pod.rpartition("-")[0].removeprefix(f"{self.name}-") for pod in pods}

    def _step(self, group: _Group, after: _Group | None) -> ForecastStep:
        first = set(group.pods) if group.kind in ("create", "grow") else set()
        racks = self._racks(group.pods)
        waits = _waits(group.course) + (_waits(after.before) if after else [])
        return ForecastStep(
            kind=group.kind or "objects",
            rack=racks.pop() if len(racks) == 1 else "",
            pods=tuple(group.pods),
            out=tuple(sorted({pod for step in group.course for pod in step.out} - first)),
            emptied=tuple(sorted({pod for step in group.steps for pod in step.emptied})),
            waits_for=tuple(dict.fromkeys(waits)),
            acts=tuple(group.steps),
            repeats=group.repeats,
        )


def _waits(steps: Sequence[Step]) -> list[str]:
    return [step.act.what for step in steps if isinstance(step.act, Wait)]


def _is_quiesce(act: Act) -> bool:
    return isinstance(act, OnPods) and act.kind == "quiesce"


def _with_next(groups: Sequence[_Group]) -> Iterator[tuple[_Group, _Group | None]]:
    return zip(groups, [*groups[1:], None], strict=False)


def _joined(groups: list[_Group]) -> list[_Group]:
    """Return the groups with a decisive act; what is left over at the end belongs to the last one, and racks that grow
    without a wait between them grow together.
    """
    joined: list[_Group] = []
    for group in groups:
        last = joined[-1] if joined else None
        if last and (
            group.kind is None or (group.kind == last.kind in ("create", "grow") and not _waits(group.before))
        ):
            last.steps += group.steps
            last.pods.update(group.pods)
        elif group.kind or any(_changes_objects(step.act) for step in group.steps):
            joined.append(group)
    return joined


def _changes_objects(act: Act) -> bool:
    return not isinstance(act, (Edit, PhaseChange, Wait, SetConfig))


def _is_live(steps: Sequence[Step], place: int) -> bool:
    """Return whether a command belongs to the settings of the change: the new file, or a refusal, comes after it. The
    operator's own ones for migrate-fill-delay have neither.
    """
    for step in steps[place:]:
        match step.act:
            case SetConfig(refused=True) | Exec(what="update-conf"):
                return True
            case SetConfig():
                continue
            case _:
                return False
    return False


def _removes_rack(steps: Sequence[Step], place: int) -> bool:
    """Return whether the StatefulSet goes because its rack has left the spec: its ConfigMap goes with it."""
    following = steps[place + 1].act if place + 1 < len(steps) else None
    return isinstance(following, OnRack) and following.kind == "delete-configmap"
