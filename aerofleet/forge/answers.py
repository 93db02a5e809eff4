"""What an answer of a forge that is no success means: whether it passes, and what a person can do."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from aerofleet.findings.stop import FailureError
from aerofleet.findings.terminal import visible

Result = TypeVar("Result")

ATTEMPTS = 5
FIRST_PAUSE_S = 2.0
"""Doubled with each attempt, where the forge names no time."""
LONGEST_PAUSE_S = 300.0
"""A longer one is not waited for: a job of a change request should not take an hour."""
SECONDARY_PAUSE_S = 60.0
"""docs.github.com, "Best practices for using the REST API": without other headers, wait for at least one minute."""
MOST_DIGITS = 11
"""Of a number of seconds, since 1970 too."""
GONE = (404, 410)
PASSING = (408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529)
"""52x and 529: of the proxies before gitlab.com and others."""
SHOWN_CHARACTERS = 200


class CallError(FailureError):
    """A call failed. ``pause_s``: seconds after which it can be tried again, None where that does not help; negative
    where the forge names no time. ``status``: of the answer, 0 for none.
    """

    def __init__(self, message: str, status: int = 0, pause_s: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.pause_s = pause_s

    @property
    def is_gone(self) -> bool:
        """Return whether what was asked for is not there."""
        return self.status in GONE


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is no success. ``headers``: names in small letters; ``message``: the forge's own words."""

    status: int
    headers: Mapping[str, str]
    message: str


def repeated(action: Callable[[], Result], wait: Callable[[float], None]) -> Result:
    """Return the result of an action, which is done again after a failure that passes. Raises CallError."""
    for attempt in range(ATTEMPTS):
        try:
            return action()
        except CallError as error:
            if error.pause_s is None or attempt == ATTEMPTS - 1:
                raise
            pause_s = error.pause_s if error.pause_s >= 0 else FIRST_PAUSE_S * 2**attempt
            if pause_s > LONGEST_PAUSE_S:
                raise
            wait(pause_s)
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def unless_gone() -> Iterator[None]:
    """Pass over the failure of a call because what it is about is not there any more."""
    try:
        yield
    except CallError as error:
        if not error.is_gone:
            raise


def call_error(answer: Answer, what: str, advice: Mapping[int, str], now_s: float | None = None) -> CallError:
    """Return the failure of a call. ``what``: what could not be done; ``advice``: status → what a person can do;
    ``now_s``: seconds since 1970, for tests.
    """
    words = visible(answer.message.strip())[:SHOWN_CHARACTERS]
    said = f": {words}" if words else ""
    pause_s = pause_of(answer, time.time() if now_s is None else now_s)
    limited = pause_s is not None and answer.status in (403, 429)
    if limited and pause_s is not None and pause_s > LONGEST_PAUSE_S:
        ends = datetime.datetime.fromtimestamp((now_s or time.time()) + pause_s, datetime.UTC)
        hint = f"the rate limit of the token is used up until {ends:%Y-%m-%d %H:%M} UTC; run the job again then"
    elif limited:
        hint = "the rate limit of the token is used up; run the job again"
    else:
        hint = advice.get(answer.status, "run the job again" if pause_s is not None else "")
    return CallError(f"{what}: status {answer.status}{said}{f'; {hint}' if hint else ''}", answer.status, pause_s)


def pause_of(answer: Answer, now_s: float) -> float | None:
    """Return after how many seconds a call can be tried again: None for never, negative where no time is named."""
    if answer.status == 403 and not _is_limited(answer):
        return None
    if answer.status not in (403, *PASSING):
        return None
    named = _number(answer.headers.get("retry-after"))
    if named is not None:
        return named
    # GitHub has x-ratelimit-reset, GitLab ratelimit-reset: both in seconds since 1970.
    reset = _number(answer.headers.get("x-ratelimit-reset") or answer.headers.get("ratelimit-reset"))
    if answer.status in (403, 429) and reset is not None and _remaining(answer) == 0:
        return max(reset - now_s, 0.0) + 1
    return SECONDARY_PAUSE_S if answer.status == 403 else -1.0


def _is_limited(answer: Answer) -> bool:
    """Return whether a 403 is a limit: GitHub answers so for its primary and its secondary one."""
    return "retry-after" in answer.headers or _remaining(answer) == 0 or "rate limit" in answer.message.lower()


def _remaining(answer: Answer) -> float | None:
    return _number(answer.headers.get("x-ratelimit-remaining") or answer.headers.get("ratelimit-remaining"))


def _number(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() and len(text) <= MOST_DIGITS else None
