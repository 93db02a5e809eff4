"""The status of head's commit: what a forge can demand before it merges. A comment is only advice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.terminal import visible
from aerofleet.forge.answers import repeated
from aerofleet.forge.comment import Forge, is_superseded
from aerofleet.review.advice import advice_of
from aerofleet.review.model import Review

NAME = "aerofleet review"
"""Of the status; the rule of the target branch names it."""
State = Literal["success", "failure", "error"]
MOST_CHARACTERS = 140
"""Of a description, docs.github.com, "REST API endpoints for commit statuses": GitLab allows more."""


@dataclass(frozen=True, slots=True)
class Status:
    """``state``: in GitHub's terms. ``description``: one line without markup; ``url``: of the job, or empty."""

    state: State
    description: str
    url: str


def status_of(review: Review, exit_code: ExitCode, url: str) -> Status:
    """Return the status of a review: a failure where the advice is not to merge, or where the verb fails
    (``exit_code``), for which --fail-on can have another limit.
    """
    advice = advice_of(review)
    fails = advice.action == "stop" or exit_code != ExitCode.FINE
    by_own_code = review.head.rendered_by in {"own-code", "file"}
    verdict = "verdict on what head's own code renders" if by_own_code else "verdict"
    return _status("failure" if fails else "success", f"{advice.title} ({verdict}: {review.verdict})", url)


def no_review_status(reason: str, url: str) -> Status:
    """Return the status of a commit that can't be reviewed."""
    return _status("error", f"can't be reviewed: {reason}", url)


def set_status(forge: Forge, head: str, target: str, status: Status, wait: Callable[[float], None]) -> bool:
    """Set the status of ``head``, and return whether it was: not where `post` would write no comment, either.

    A failure that passes is tried again. Raises CallError.
    """
    return repeated(lambda: _set(forge, head, target, status), wait)


def _set(forge: Forge, head: str, target: str, status: Status) -> bool:
    request = forge.change_request()
    if is_superseded(request, head, target):
        return False
    forge.set_status(head, NAME, status.state, status.description, status.url)
    return True


def _status(state: State, description: str, url: str) -> Status:
    line = visible(" ".join(description.split()))
    short = line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 1]}…"
    return Status(state, short, url)


def job_url(kind: str, environ: Mapping[str, str]) -> str:
    """Return the address of the job that runs, from the variables of its forge; empty where it is none."""
    if kind == "gitlab":
        return environ.get("CI_JOB_URL", "")
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if server and repository and run else ""
