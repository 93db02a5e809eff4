"""The one issue about drift, at servers that answer as GitHub and GitLab do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from aerofleet.drift.rules import FIELD_ADDED, FIELD_CHANGED, UNKNOWN
from aerofleet.findings import Finding, Subject
from aerofleet.forge.answers import CallError
from aerofleet.forge.drift_issue import LABEL, MOST_CHARACTERS, text_of
from aerofleet.forge.github_issues import GitHubIssues
from aerofleet.forge.gitlab_issues import GitLabIssues
from aerofleet.forge.issue import IssueForge, Outcome, keep_issue
from tests.forge.server import BOT, SOMEBODY, TOKEN, Scripted, State, running

KINDS = ("github", "gitlab")
CART = Subject("object", "AerospikeCluster aerospike-shop/cart")
SCALED = FIELD_CHANGED.finding("spec.size", "is 3, and 2 in the definitions", "`pulumi up --refresh`", subject=CART)
PAUSED = FIELD_ADDED.finding("spec.paused", "is true", "take it away", subject=CART, severity="severe")
NOTE = FIELD_ADDED.finding("metadata.labels.x", "is 1", "leave it", subject=CART, severity="info")


@dataclass
class Posting:
    """A forge, its state, and how long was waited in all, in seconds."""

    state: State
    forge: IssueForge
    waits: list[float]

    def keep(self, *findings: Finding, asked: tuple[str, ...] = ()) -> Outcome:
        return keep_issue(self.forge, text_of(asked or ("here",), asked, findings, ""), self.waits.append)

    @property
    def open(self) -> list[dict[str, object]]:
        return [one for one in self.state.issues.values() if one["is_open"]]


@pytest.fixture(params=KINDS)
def posting(request: pytest.FixtureRequest) -> Iterator[Posting]:
    state = State("a" * 40)
    with running(request.param, state) as url:
        is_github = request.param == "github"
        forge: IssueForge = GitHubIssues(url, "platform/fleet", TOKEN) if is_github else GitLabIssues(url, "7", TOKEN)
        yield Posting(state, forge, [])


def test_one_issue_is_opened_updated_and_closed(posting: Posting) -> None:
    assert posting.keep(SCALED) == "opened"
    assert posting.keep(SCALED) == "unchanged"
    assert posting.keep(SCALED, PAUSED) == "updated"
    (issue,) = posting.state.issues.values()
    assert issue["title"] == "Drift: 2 findings in here"
    assert issue["label"] == LABEL
    assert "spec.size" in issue["body"] and "spec.paused" in issue["body"]
    assert posting.keep() == "closed"
    assert posting.open == []
    assert "No drift any more" in issue["body"]


def test_no_drift_and_no_issue_is_nothing_to_do(posting: Posting) -> None:
    assert posting.keep() == "none"
    assert posting.keep(NOTE) == "none"
    assert posting.state.issues == {}


def test_what_could_not_be_read_keeps_the_issue_open(posting: Posting) -> None:
    posting.keep(SCALED)
    assert posting.keep(UNKNOWN.finding("", "nothing was compared", "run it elsewhere")) == "updated"
    assert len(posting.open) == 1


def test_drift_that_comes_back_has_a_new_issue(posting: Posting) -> None:
    posting.keep(SCALED)
    posting.keep()
    assert posting.keep(PAUSED) == "opened"
    assert [one["is_open"] for one in posting.state.issues.values()] == [False, True]


def test_issues_of_others_and_about_other_stacks_stay(posting: Posting) -> None:
    marker = text_of(("here",), (), [SCALED], "").marker
    posting.state.add_issue("theirs", f"{marker}\nall is well", LABEL, SOMEBODY)
    posting.state.add_issue("ours", "another subject", LABEL, BOT)
    assert posting.keep(SCALED, asked=("here.platform",)) == "opened"
    assert posting.keep(PAUSED) == "opened"
    assert posting.keep(asked=("here.platform",)) == "closed"
    assert [one["title"] for one in posting.open] == ["theirs", "ours", "Drift: 1 finding in here"]


def test_an_issue_that_was_opened_in_spite_of_an_error_is_not_opened_twice(posting: Posting) -> None:
    posting.state.scripted.append(Scripted("POST .*/issues$", 502, {"message": "bad gateway"}, does_it=True))
    assert posting.keep(SCALED) == "unchanged"
    assert len(posting.state.issues) == 1
    assert len(posting.waits) == 1


def test_two_issues_become_one(posting: Posting) -> None:
    text = text_of(("here",), (), [SCALED], "")
    for _ in range(2):
        posting.state.add_issue(text.title, text.body, LABEL)
    assert posting.keep(PAUSED) == "updated"
    assert len(posting.open) == 1


def test_a_failure_names_what_to_do_and_no_token(posting: Posting) -> None:
    posting.state.may_write = False
    with pytest.raises(CallError) as caught:
        posting.keep(SCALED)
    assert TOKEN not in str(caught.value)
    assert "issues: write" in str(caught.value) or "scope `api`" in str(caught.value)


def test_a_long_table_is_cut_between_findings() -> None:
    text = text_of(("here",), (), [SCALED] * 2000, "")
    assert len(text.body) < MOST_CHARACTERS + 2000
    assert text.body.rstrip().splitlines()[-1].startswith("and ")
    assert text.body.rstrip().splitlines()[-1].endswith(" more")


def test_no_text_of_a_server_is_markup_or_a_mention() -> None:
    mean = FIELD_ADDED.finding("spec.x", 'is "@everyone <img src=x> | `"', "x", subject=CART, severity="severe")
    body = text_of(("here",), (), [mean], "").body
    assert "@everyone" not in body
    assert "<img" not in body.replace(r"\<img", "")
