"""Live settings that the server refuses, or takes as another value, although the operator counts on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aerofleet.ako.config_change import ConfigChange
from aerofleet.ako.live import live_outcome
from aerofleet.findings.effect import Effect, Reason, reason_of


def live_reasons(version: str, change: ConfigChange, where: Callable[[str], str]) -> Iterator[Reason]:
    """Of a change that is set live wholly. ``where``: from a parameter to where a person wrote it."""
    outcome = live_outcome(version, change)
    effect, then = Effect.WARM_RESTART, "pods restart once another setting came first"
    if outcome.is_stuck:
        effect, then = Effect.REFUSED, "the operator tries for ever, without a restart"
    for step, answer in outcome.refused:
        message = f"the server refuses {step.text} live: {answer.why}; {then}"
        yield reason_of(effect, "live-refused", where(step.key), message)
    for step, answer in outcome.by_order:
        message = f"the server refuses {step.text} in some orders: {answer.why}; such pods restart"
        yield reason_of(Effect.WARM_RESTART, "live-order", where(step.key), message)
    for step, answer in outcome.mangled:
        message = f"the server answers ok to {step.text} and has {answer.shows} until it restarts"
        yield reason_of(Effect.WARM_RESTART, "live-mangled", where(step.key), message)
