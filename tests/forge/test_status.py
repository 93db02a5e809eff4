"""The status of head's commit, at servers that answer as GitHub and GitLab do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random

import pytest

from aerofleet.findings.exit_code import ExitCode
from aerofleet.forge.answers import CallError
from aerofleet.forge.comment import Forge
from aerofleet.forge.environment import PlaceError, place_of
from aerofleet.forge.github import GitHub
from aerofleet.forge.gitlab import GitLab
from aerofleet.forge.status import Status, job_url, no_review_status, set_status, status_of
from aerofleet.review.advice import advice_of
from tests.forge.server import TOKEN, Scripted, State, running
from tests.review.random_review import random_review

HEAD = "a" * 40
URL = "https://forge.example/jobs/7"
FAILURE = Status("failure", "do not merge (verdict: refused)", URL)
KINDS = ("github", "gitlab")


@contextmanager
def forge_of(kind: str, state: State, check: int | None = None) -> Iterator[Forge]:
    with running(kind, state) as url:
        yield (
            GitHub(url, "platform/fleet", TOKEN, 12, HEAD)
            if kind == "github"
            else GitLab(url, "7", TOKEN, 12, status_check=check)
        )


def given(kind: str, state: State, status: Status = FAILURE, check: int | None = None) -> bool:
    """Set the status of HEAD, without a pause; return whether it was set."""
    with forge_of(kind, state, check) as forge:
        return set_status(forge, HEAD, "main", status, lambda _: None)


def test_github() -> None:
    state = State(HEAD)
    assert given("github", state)
    assert state.statuses == [
        {
            "commit": HEAD,
            "context": "aerofleet review",
            "state": "failure",
            "description": "do not merge (verdict: refused)",
            "target_url": URL,
        }
    ]


PIPELINES = {
    "no pipeline": (None, HEAD, {"ref": "refs/merge-requests/12/head"}),
    "of head": ({"id": 5, "sha": HEAD, "ref": "refs/merge-requests/12/head", "project_id": 7}, HEAD, 5),
    "of the merged result": (
        {"id": 5, "sha": "c" * 40, "ref": "refs/merge-requests/12/merge", "project_id": 7},
        "c" * 40,
        5,
    ),
    "of an older commit": (
        {"id": 5, "sha": "c" * 40, "ref": "refs/merge-requests/12/head", "project_id": 7},
        HEAD,
        {"ref": "refs/merge-requests/12/head"},
    ),
    "of a fork": (
        {"id": 5, "sha": HEAD, "ref": "change", "project_id": 8},
        HEAD,
        {"ref": "refs/merge-requests/12/head"},
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_gitlab_adds_it_to_the_pipeline_that_the_merge_waits_for(name: str) -> None:
    pipeline, commit, place = PIPELINES[name]
    state = State(HEAD, pipeline=pipeline)
    assert given("gitlab", state)
    (status,) = state.statuses
    expected = {"pipeline_id": place} if isinstance(place, int) else place
    assert status == {
        "commit": commit,
        "name": "aerofleet review",
        "state": "failed",
        "description": "do not merge (verdict: refused)",
        "target_url": URL,
        **(expected or {}),
    }
    assert state.checks == []


@pytest.mark.parametrize(("status", "answer"), [("success", "passed"), ("failure", "failed"), ("error", "failed")])
def test_gitlab_answers_an_external_status_check(status: str, answer: str) -> None:
    state = State(HEAD)
    assert given("gitlab", state, replace(FAILURE, state=status), check=3)  # type: ignore[arg-type]
    assert state.checks == [{"sha": HEAD, "external_status_check_id": 3, "status": answer}]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("change", ["newer commit", "closed", "other branch"])
def test_what_is_not_under_review_any_more_gets_no_status(kind: str, change: str) -> None:
    state = State("b" * 40 if change == "newer commit" else HEAD)
    state.is_open = change != "closed"
    state.target = "release" if change == "other branch" else "main"
    assert not given(kind, state)
    assert state.statuses == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_passes_is_tried_again(kind: str) -> None:
    state = State(HEAD, scripted=[Scripted("POST .*statuses", 502, b"<html>")])
    assert given(kind, state)
    assert len(state.statuses) == 1


@pytest.mark.parametrize(("kind", "right"), [("github", "statuses: write"), ("gitlab", "the role Developer")])
def test_a_token_that_may_set_no_status(kind: str, right: str) -> None:
    state = State(HEAD, may_set=False)
    with pytest.raises(CallError, match=f"the status of the commit can't be set: status 403: .*{right}"):
        given(kind, state)


@pytest.mark.parametrize("kind", KINDS)
def test_no_message_has_the_token(kind: str) -> None:
    state = State(HEAD, scripted=[Scripted("POST .*statuses", 400, {"message": f"no {TOKEN}"})])
    with pytest.raises(CallError) as failure:
        given(kind, state)
    assert TOKEN not in str(failure.value)


def test_a_long_reason_is_one_short_line() -> None:
    status = no_review_status("a\nb \x1b[2J " + "x" * 500, "")
    assert status.state == "error"
    assert len(status.description) == 140
    assert status.description.startswith("can't be reviewed: a b \\x1b[2J xxx")
    assert given("github", State(HEAD), status)


@pytest.mark.parametrize("number", range(30))
def test_the_state_follows_from_the_advice_and_the_exit_code(number: int) -> None:
    review = random_review(Random(number), lambda: "a", number % 3)
    advice = advice_of(review)
    status = status_of(review, ExitCode.FINE, URL)
    assert status.state == ("failure" if advice.action == "stop" else "success")
    assert status.description.startswith(advice.title)
    assert len(status.description) <= 140
    assert status_of(review, ExitCode.FINDINGS, URL).state == "failure"


def test_the_address_of_a_job() -> None:
    github = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "platform/fleet", "GITHUB_RUN_ID": "9"}
    assert job_url("github", github) == "https://github.com/platform/fleet/actions/runs/9"
    assert job_url("github", {}) == job_url("gitlab", {}) == ""
    assert job_url("gitlab", {"CI_JOB_URL": URL}) == URL


def test_a_status_check_is_a_number() -> None:
    environ = {"GITLAB_TOKEN": TOKEN, "CI_PROJECT_ID": "7", "AEROFLEET_STATUS_CHECK": "x"}
    with pytest.raises(PlaceError, match="AEROFLEET_STATUS_CHECK is 'x': it has to be the number"):
        place_of("gitlab", environ, None, 12, HEAD)
