"""Compare a review with a preview of the engine, object by object, three-way with the state.

Three versions of an object are compared: what was deployed last (the state), what base of the review has, and what the
engine would send. Where the state is not base, the engine does more or less than the review says, and neither is wrong:
it is drift, or a change that is not deployed yet. Where the state is base, the engine has to do what the review says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.change import analyse_change
from aerofleet.findings import Effect, Finding, Subject, declared, rules_in
from aerofleet.findings.effect import Reason
from aerofleet.review.agreement.preview import DELETE, REPLACE, Preview, Step
from aerofleet.review.agreement.reviewed import Object, ReviewedObject, ReviewedStack
from aerofleet.review.differences import differences
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.field_path import dotted
from aerofleet.units.same_value import is_same

SOURCE = "Platform rule: docs/how-to/deploy-a-change.md"
ENGINE_DISAGREES = declared(
    "engine-disagrees",
    "The engine would do something else than the review says: one of them is wrong.",
    scope="change",
    severity="error",
    remedy="preview the reviewed commit in a clean clone; if it stays, the review has a fault: do not deploy",
    source=SOURCE,
)
SERVER_DRIFTED = declared(
    "server-drifted",
    "Somebody changed an object on the API server after it was deployed.",
    scope="change",
    severity="warning",
    remedy="take it back by hand, or write it into the definitions",
    source=SOURCE,
)
BASE_NOT_DEPLOYED = declared(
    "base-not-deployed",
    "What was deployed last is not what the review compares with: the engine does more, or less, than the review says.",
    scope="change",
    severity="info",
    remedy="deploy the changes one after the other",
    source=SOURCE,
)
RULES = rules_in(globals())
LONGEST = 80
"""Characters of a value in a message."""
MOST_PATHS = 3


def compared(reviewed: ReviewedStack, preview: Preview, operator: str = OPERATOR) -> Iterator[Finding]:
    """Yield every difference between the review and the preview of one stack.

    ``operator``: the release that acts. A preview that failed has no complete list of steps: its errors are all that is
    reported.
    """
    if preview.errors:
        message = f"the engine would not begin: {' '.join(preview.errors[0].split())}"
        yield ENGINE_DISAGREES.finding("", message, subject=Subject("stack", preview.stack))
        return
    for key in dict.fromkeys((*reviewed, *preview.steps)):
        one, step = reviewed.get(key), preview.steps.get(key)
        if one is None:
            assert step  # noqa: S101 - one of the two has the key
            one = ReviewedObject(step.label, None, None, None)
        found = _of_step(one, step, operator) if step else _without_step(one, is_complete=preview.is_complete)
        yield from found


def _without_step(one: ReviewedObject, *, is_complete: bool) -> Iterator[Finding]:
    """Yield what is wrong with an object that the engine does nothing with."""
    if one.before is None and one.after is None:
        yield _disagrees(one, f"the review says {one.effect}, and neither definitions nor engine have this object")
    elif not is_complete and one.effect is not None and not is_same(one.before, one.after):
        message = (
            f"the review says {one.effect}, and the engine would do nothing with it. With --show-sames, the preview"
            " shows whether it is deployed already"
        )
        yield _disagrees(one, message)
    elif is_complete and one.after is not None:
        yield _disagrees(one, "the review has this object, and the engine would not make it")
    elif is_complete:
        yield _not_deployed(one, "is not in the state: it is deleted already, or was never made")


def _of_step(one: ReviewedObject, step: Step, operator: str) -> Iterator[Finding]:
    if not one.is_sent and not step.changes:
        yield _not_deployed(one, "the node is in maintenance: it is sent nothing")
        return
    if wrong := _wrong_plan(one, step):
        yield _disagrees(one, *wrong)
        return
    if not is_same(step.applied, step.live):
        yield SERVER_DRIFTED.finding(*_drift(step), subject=_subject(one))
    is_base = is_same(step.applied, one.before)
    if not is_base:
        yield _not_deployed(one, *_other_state(one, step))
    elif is_same(step.applied, step.live) and (wrong_claim := _wrong_claim(one, step, operator)):
        yield _disagrees(one, *wrong_claim)


def _wrong_plan(one: ReviewedObject, step: Step) -> tuple[str, str] | None:
    """Return (message, path) where the engine would not send the rendering of head."""
    if is_same(step.planned, one.after):
        return None
    if step.planned is None:
        return "the engine would delete it, and the review keeps it", ""
    if one.after is None:
        return f"the engine would {_verb(step)}, and the rendering of head does not have it", ""
    path, old, new = _first(one.after, step.planned)
    return f"the review has {old}, and the engine would send {new}", path


def _wrong_claim(one: ReviewedObject, step: Step, operator: str) -> tuple[str, str] | None:
    """Return (message, path) where the engine begins at base, ends at head, and does something else on the way."""
    paths = ", ".join(step.paths[:MOST_PATHS]) or "no field named"
    if one.effect is None and step.changes:
        return f"the engine would {_verb(step)} ({paths}), and the review says that nothing changes", ""
    if one.effect is not None and not step.changes and not is_same(one.before, one.after):
        return f"the review says {one.effect}, and the engine would do nothing with it", ""
    effect, reason = _effect(step, operator)
    if one.effect is not None and effect > one.effect:
        return f"the review says {one.effect}, and what the engine would do is {effect}: {reason}", ""
    return None


def _effect(step: Step, operator: str) -> tuple[Effect, str]:
    """Return what the operator or Kubernetes does with the engine's own change of the object, and why."""
    old, new = ([one] if one else [] for one in (step.applied, step.planned))
    analysis = analyse_change(old, new, operator, by_name=True)
    changes = (*analysis.clusters, *analysis.objects)
    worst = max(changes, key=lambda change: change.effect, default=None)
    reasons: tuple[Reason, ...] = worst.reasons if worst else ()
    effect = worst.effect if worst else Effect.NONE
    why = next((one.message for one in reasons if one.effect == effect), "")
    written = step.planned or step.applied or {}
    if is_cluster(written) and step.operation in (DELETE, REPLACE) and effect < Effect.DATA_AT_RISK:
        return Effect.DATA_AT_RISK, f"it would {_verb(step)}"
    return effect, why


def _drift(step: Step) -> tuple[str, str]:
    if step.live is None:
        return "", "is gone from the API server; the engine makes it anew"
    path, old, new = _first(step.applied or {}, step.live)
    return path, f"was deployed as {old}, and is {new} on the API server"


def _other_state(one: ReviewedObject, step: Step) -> tuple[str, str]:
    if is_same(step.applied, one.after):
        return "is deployed already", ""
    if step.applied is None:
        return f"is not deployed yet, and base of the review has it: the engine would {_verb(step)}", ""
    if one.before is None:
        return f"is new in the review, and was deployed before: the engine would {_verb(step)}", ""
    path, old, new = _first(step.applied, one.before)
    return f"was deployed last as {old}, and base of the review has {new}: the engine goes both ways at once", path


def _first(old: Object, new: Object) -> tuple[str, str, str]:
    """Return (path, old value, new value) of the first difference."""
    one = next(differences(old, new))
    return dotted(one.path), _shown(one.old), _shown(one.new)


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return f"`{text if len(text) <= LONGEST else f'{text[:LONGEST]}…'}`"


def _verb(step: Step) -> str:
    return "leave it as it is" if not step.changes else f"{step.operation} it"


def _subject(one: ReviewedObject) -> Subject:
    return Subject("object", one.label)


def _disagrees(one: ReviewedObject, message: str, path: str = "") -> Finding:
    return ENGINE_DISAGREES.finding(path, message, subject=_subject(one))


def _not_deployed(one: ReviewedObject, message: str, path: str = "") -> Finding:
    return BASE_NOT_DEPLOYED.finding(path, message, subject=_subject(one))
