"""Live settings that the server refuses, or takes as another value, although the operator counts on them: the hazard of
the change, and the reason for its effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aerofleet.aerospike.server_files import LIVE_CONFIG
from aerofleet.ako.config_change import ConfigChange
from aerofleet.ako.live import LiveOutcome, live_outcome
from aerofleet.ako.operator_files import LIBRARY, ROLL_OUTS
from aerofleet.ako.restart import LIVE
from aerofleet.findings import Effect, Problem, Reason, rule, rules_in

SOURCE = f"{LIBRARY}, asconfig/as_setconfig.go: createSetConfigCmdList; {LIVE_CONFIG}; {ROLL_OUTS}"


@rule(
    "live-refused",
    scope="config",
    severity="severe",
    remedy="a value that the running server takes, in a change of its own",
    source=SOURCE,
)
def live_refused(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The operator sends a setting live that the server refuses. The pass ends in phase Error, and later pods get
    nothing. The operator repeats the command for ever, without a restart; unless another setting of the pod went
    through before it: then the server restarts with the value in its file.
    """
    for step, answer in _outcome(version, change, kind).refused:
        yield step.key, f"the server refuses {step.text} live: {answer.why}"


@rule(
    "live-order",
    scope="config",
    severity="severe",
    remedy="two changes: first the setting that the other one needs",
    source=SOURCE,
)
def live_order(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The operator sends the settings in a random order, pod by pod. Where the order matters, some pods are set live
    and some restart, or the pass ends in phase Error and is repeated.
    """
    for step, answer in _outcome(version, change, kind).by_order:
        yield step.key, f"the server refuses {step.text} in some orders of this change: {answer.why}"


@rule(
    "live-mangled", scope="config", severity="severe", remedy="a value within the range of the parameter", source=SOURCE
)
def live_mangled(version: str, change: ConfigChange, kind: str) -> Iterator[Problem]:
    """The server answers ok and keeps another value: numbers that are too large wrap around, and some texts become 0.
    The operator calls the change done, and the next restart reads the value from the file.
    """
    for step, answer in _outcome(version, change, kind).mangled:
        yield step.key, f"the server answers ok to {step.text} and has {answer.shows} until it restarts"


def _outcome(version: str, change: ConfigChange, kind: str) -> LiveOutcome:
    return live_outcome(version, change) if kind == LIVE else LiveOutcome()


def live_reasons(version: str, change: ConfigChange, where: Callable[[str], str]) -> Iterator[Reason]:
    """Yield the reasons of a change that the operator sets live, all of it.

    ``where`` returns the place in the file for the path of a parameter.
    """
    outcome = live_outcome(version, change)
    effect, consequence = Effect.WARM_RESTART, "pods restart once another setting came first"
    if outcome.is_stuck:
        effect, consequence = Effect.REFUSED, "the operator tries for ever, without a restart"
    for step, answer in outcome.refused:
        message = f"the server refuses {step.text} live: {answer.why}; {consequence}"
        yield live_refused.reason(effect, where(step.key), message)
    for step, answer in outcome.by_order:
        message = f"the server refuses {step.text} in some orders: {answer.why}; such pods restart"
        yield live_order.reason(Effect.WARM_RESTART, where(step.key), message)
    for step, answer in outcome.mangled:
        message = f"the server answers ok to {step.text} and has {answer.shows} until it restarts"
        yield live_mangled.reason(Effect.WARM_RESTART, where(step.key), message)


RULES = rules_in(globals())
