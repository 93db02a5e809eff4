"""A preview of the engine as data: what `pulumi preview --json` prints for one stack.

Read in engine 3.259: steps of resources that stay the same are printed only with ``--show-sames``. With ``--refresh``
every resource of the state has a step ``refresh`` before, whose old state is that of the last `pulumi up`; the old
state of its other step is then what the API server has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aerofleet.units.object_identity import Key, key_of, label_of

Object = Mapping[str, Any]

KUBERNETES = "kubernetes:"
"""Beginning of the type of every Kubernetes object."""
REFRESH = "refresh"
SAME = "same"
DELETE, REPLACE = "delete", "replace"
OPERATIONS = (SAME, "read", "import", "create", "update", DELETE, REPLACE)
"""Operations, the mildest first. The steps of a replacement (`create-replacement`, `delete-replaced`) count as one."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the engine would do with one object.

    ``operation``: one of `OPERATIONS`. ``applied``: the object as the last `pulumi up` sent it; ``live``: as the API
    server had it in a preview with refresh, else equal to ``applied``; ``planned``: as the program has it now. Each is
    None where that side does not have it. ``paths``: the fields that change, as the provider names them.
    """

    label: str
    operation: str
    applied: Object | None
    live: Object | None
    planned: Object | None
    paths: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Return whether the engine sends or deletes something."""
        return self.operation not in (SAME, "read")


@dataclass(frozen=True, slots=True)
class Preview:
    """``steps``: of the Kubernetes objects. ``is_complete``: the objects that stay the same are among them.
    ``errors``: why the engine would not begin. ``changes``: whether it would do anything, to resources of its own too.
    """

    stack: str
    steps: Mapping[Key, Step]
    is_complete: bool
    changes: bool
    errors: tuple[str, ...] = ()


def preview_of(document: Any) -> Preview:
    """Return the preview in a document. Raises ValueError for anything but the JSON of a preview of one stack."""
    try:
        return _preview(document)
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"it has another form than engine 3.259 prints ({error!r})") from None


def _preview(document: Mapping[str, Any]) -> Preview:
    steps: dict[Key, Step] = {}
    applied: dict[str, Object | None] = {}
    stacks: dict[str, None] = {}
    same = 0
    for step in document["steps"]:
        urn, operation = str(step["urn"]), str(step["op"])
        stacks[urn.partition("::")[0].removeprefix("urn:pulumi:")] = None
        if operation == REFRESH:
            applied[urn] = _inputs(step.get("oldState"))
            continue
        same += operation == SAME
        if not _type_of(urn).startswith(KUBERNETES):
            continue
        live, planned = _inputs(step.get("oldState")), _inputs(step.get("newState"))
        planned = None if operation.startswith(DELETE) else planned
        written = planned or live or applied.get(urn) or {}
        _add(steps, key_of(written), _step(step, written, applied.get(urn, live), live, planned))
    if len(stacks) != 1:
        raise ValueError(f"it has the stacks {', '.join(stacks) or 'none'}, and a preview is of one")
    errors = tuple(
        str(one["message"]).strip() for one in document.get("diagnostics") or () if one.get("severity") == "error"
    )
    counts = document.get("changeSummary") or {}
    return Preview(next(iter(stacks)), steps, same >= counts.get(SAME, 0), bool(counts.keys() - {SAME}), errors)


def _step(
    step: Mapping[str, Any], written: Object, applied: Object | None, live: Object | None, planned: Object | None
) -> Step:
    operation = REPLACE if REPLACE in step["op"] else str(step["op"])
    paths = tuple(sorted(step.get("detailedDiff") or step.get("replaceReasons") or step.get("diffReasons") or ()))
    return Step(label_of(written), operation, applied, live, planned, paths)


def _add(steps: dict[Key, Step], key: Key, step: Step) -> None:
    """Add a step; a replacement has several, and the gravest one counts, with the object before and after."""
    known = steps.get(key)
    if known is None:
        steps[key] = step
        return
    worst = max(known, step, key=lambda one: _rank(one.operation))
    steps[key] = Step(
        step.label,
        worst.operation,
        known.applied or step.applied,
        known.live or step.live,
        step.planned or known.planned,
        worst.paths,
    )


def _rank(operation: str) -> int:
    """Return how grave an operation is; one that nobody knows is the gravest."""
    return OPERATIONS.index(operation) if operation in OPERATIONS else len(OPERATIONS)


def _type_of(urn: str) -> str:
    """Return the type of a resource: ``kubernetes:core/v1:ConfigMap``."""
    return urn.split("::")[2].rpartition("$")[2]


def _inputs(state: Mapping[str, Any] | None) -> Object | None:
    inputs = state.get("inputs") if state else None
    return {key: value for key, value in inputs.items() if value is not None} if inputs else None
