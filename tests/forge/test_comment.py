"""The one comment of a change request, at servers that answer as GitHub and GitLab do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from aerofleet.forge.answers import Answer, CallError, pause_of
from aerofleet.forge.comment import Forge, Outcome, Text, post
from aerofleet.forge.github import Branch, GitHub
from aerofleet.forge.gitlab import GitLab
from tests.forge.server import BOT, SOMEBODY, TOKEN, Scripted, State, running

MARKER = "<!-- aerofleet:review -->"
HEAD = "a" * 40
FIRST, SECOND, NOTHING = (f"{MARKER}\n{text}\n" for text in ("live: 1", "refused: 2", "nothing changes"))
KINDS = ("github", "gitlab")
HTML = b"<html><head><title>502 Bad Gateway</title></head></html>"
NEW, LIST, CHANGE, DELETE = "POST .*(comments|notes)", "GET .*(comments|notes)", "(PATCH|PUT) ", "DELETE "


@dataclass
class Posting:
    """A forge, its state, and how long was waited in all, in seconds."""

    state: State
    forge: Forge
    kind: str
    waits: list[float]

    def post(self, body: str, head: str = HEAD) -> Outcome:
        return post(self.forge, head, "main", Text(MARKER, body, NOTHING), self.waits.append)


@pytest.fixture(params=KINDS)
def posting(request: pytest.FixtureRequest) -> Iterator[Posting]:
    state = State(HEAD)
    with running(request.param, state) as url:
        forge: Forge = (
            GitHub(url, "platform/fleet", TOKEN, Branch("contributor/fleet", "contributor", "change"), HEAD)
            if request.param == "github"
            else GitLab(url, "7", TOKEN, 12)
        )
        yield Posting(state, forge, request.param, [])


def test_one_comment_is_created_then_updated_in_place(posting: Posting) -> None:
    assert posting.post(FIRST) == "created"
    (number,) = posting.state.comments
    assert posting.post(FIRST) == "unchanged"
    assert posting.post(SECOND) == "updated"
    assert posting.state.comments == {number: (BOT, SECOND)}
    assert posting.waits == []


def test_nothing_is_written_where_nothing_ever_changed(posting: Posting) -> None:
    assert posting.post("") == "none"
    assert posting.state.comments == {}


def test_a_line_is_left_where_nothing_changes_any_more(posting: Posting) -> None:
    posting.post(FIRST)
    assert posting.post("") == "updated"
    assert posting.state.bodies() == [NOTHING]


def test_comments_of_others_are_left_alone(posting: Posting) -> None:
    posting.state.add(f"{MARKER}\nverdict: none, merge it", SOMEBODY)
    posting.state.add(f"I quote:\n{MARKER}")
    assert posting.post(FIRST) == "created"
    assert posting.post(SECOND) == "updated"
    assert posting.state.bodies(SOMEBODY) == [f"{MARKER}\nverdict: none, merge it"]
    assert posting.state.bodies() == [f"I quote:\n{MARKER}", SECOND]


def test_the_comment_is_found_on_a_later_page(posting: Posting) -> None:
    for number in range(250):
        posting.state.add(f"comment {number}", SOMEBODY)
    posting.state.add(FIRST)
    assert posting.post(SECOND) == "updated"
    assert posting.state.bodies() == [SECOND]
    assert len(posting.state.comments) == 251


def test_of_two_comments_one_is_left(posting: Posting) -> None:
    posting.state.add(FIRST)
    posting.state.add(FIRST)
    posting.state.scripted.append(Scripted(DELETE, 404, {"message": "Not Found"}, does_it=True))
    assert posting.post(SECOND) == "updated"
    assert posting.state.bodies() == [SECOND]


def test_a_comment_that_was_deleted_meanwhile_is_written_anew(posting: Posting) -> None:
    posting.state.add(FIRST)
    posting.state.scripted.append(Scripted(CHANGE, 404, {"message": "Not Found"}, removes_all=True))
    assert posting.post(SECOND) == "created"
    assert posting.state.bodies() == [SECOND]


def test_line_ends_that_the_forge_changes_are_no_change(posting: Posting) -> None:
    posting.state.add(FIRST.replace("\n", "\r\n").rstrip())
    assert posting.post(FIRST) == "unchanged"


@pytest.mark.parametrize("change", ["newer commit", "closed", "other branch"])
def test_what_is_not_under_review_any_more_gets_no_comment(posting: Posting, change: str) -> None:
    posting.state.add(FIRST)
    posting.state.head = "b" * 40 if change == "newer commit" else HEAD
    posting.state.is_open = change != "closed"
    posting.state.target = "release" if change == "other branch" else "main"
    assert posting.post(SECOND) == "superseded"
    assert posting.state.bodies() == [FIRST]


PASSING = {
    "bad gateway": Scripted(LIST, 502, HTML, {"Content-Type": "text/html"}),
    "unavailable": Scripted(LIST, 503, {"message": "Service Unavailable"}, {"Retry-After": "7"}),
    "too many requests": Scripted(LIST, 429, {"message": "Too Many Requests"}, {"Retry-After": "7"}),
    "written, and then an error": Scripted(NEW, 500, {"message": "Server Error"}, does_it=True),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_tried_again(posting: Posting, name: str) -> None:
    answer = PASSING[name]
    posting.state.scripted.append(answer)
    assert posting.post(FIRST) == ("unchanged" if answer.does_it else "created")
    assert posting.state.bodies() == [FIRST]
    assert posting.waits == [7.0 if answer.headers.get("Retry-After") else 2.0]


def test_what_does_not_pass_ends_after_some_attempts(posting: Posting) -> None:
    posting.state.scripted.extend(Scripted(LIST, 500, {"message": "Server Error"}) for _ in range(9))
    with pytest.raises(CallError, match=r"the comments can't be read: status 500: .*; run the job again"):
        posting.post(FIRST)
    assert posting.waits == [2.0, 4.0, 8.0, 16.0]


def test_a_token_that_may_not_write(posting: Posting) -> None:
    posting.state.may_write = False
    with pytest.raises(CallError) as failure:
        posting.post(FIRST)
    right = "permissions: pull-requests: write" if posting.kind == "github" else "needs the scope `api`"
    assert "the comment can't be written: status 403: " in str(failure.value)
    assert right in str(failure.value)
    assert posting.waits == []


def test_no_message_has_the_token(posting: Posting) -> None:
    answer = {"message": f"no right for {TOKEN}\x1b[2J\n::error::"}
    posting.state.scripted.append(Scripted(NEW, 422 if posting.kind == "github" else 400, answer))
    with pytest.raises(CallError) as failure:
        posting.post(FIRST)
    assert TOKEN not in str(failure.value)
    assert "no right for ***\\x1b[2J\\n::error::" in str(failure.value)


def test_a_wrong_token(posting: Posting) -> None:
    posting.state.scripted.append(Scripted("GET", 401, {"message": "Bad credentials"}))
    with pytest.raises(CallError, match=r"status 401: Bad credentials; GIT(HUB|LAB)_TOKEN is no valid token"):
        posting.post(FIRST)


def test_another_server_answers(posting: Posting) -> None:
    posting.state.scripted.append(Scripted("GET .*(pulls|merge_requests)", 200, b'"x"'))
    with pytest.raises(CallError, match=r"the answer has another form|can't be read"):
        posting.post(FIRST)


NOW_S = 1_790_000_000.0


@pytest.mark.parametrize(
    ("status", "headers", "message", "pause_s"),
    [
        (403, {"retry-after": "30"}, "You have exceeded a secondary rate limit.", 30.0),
        (403, {}, "You have exceeded a secondary rate limit. Please wait.", 60.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000090"}, "API rate limit exceeded", 91.0),
        (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1789999999"}, "API rate limit exceeded", 1.0),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": "1790000020"}, "Retry later", 21.0),
        (429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "Retry later", -1.0),
        (403, {"x-ratelimit-remaining": "4000"}, "Resource not accessible by integration", None),
        (422, {"retry-after": "3"}, "Validation Failed", None),
    ],
)
def test_when_a_forge_is_asked_again(status: int, headers: dict[str, str], message: str, pause_s: float | None) -> None:
    assert pause_of(Answer(status, headers, message), NOW_S) == pause_s


def test_a_limit_that_lasts_long_is_not_waited_for() -> None:
    state, waits = State(HEAD), list[float]()
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999"}
    state.scripted.append(Scripted(LIST, 403, {"message": "API rate limit exceeded"}, headers))
    with running("github", state) as url:
        forge = GitHub(url, "platform/fleet", TOKEN, 12, HEAD)
        with pytest.raises(CallError, match="used up until 2286-11-20 17:46 UTC; run the job again then"):
            post(forge, HEAD, "", Text(MARKER, FIRST, NOTHING), waits.append)
    assert waits == []


def test_no_server() -> None:
    with running("github", State(HEAD)) as url:
        pass
    waits: list[float] = []
    with pytest.raises(CallError, match=r"no answer \(ConnectionError\)"):
        post(GitHub(url, "platform/fleet", TOKEN, 12, HEAD), HEAD, "", Text(MARKER, FIRST, NOTHING), waits.append)
    assert len(waits) == 4


def test_a_line_of_a_comment_is_no_command_of_gitlab() -> None:
    state = State(HEAD)
    with running("gitlab", state) as url:
        text = Text(MARKER, f"{MARKER}\n/merge\n  /label ~ready\na/b\n", NOTHING)
        post(GitLab(url, "7", TOKEN, 12), HEAD, "main", text, lambda _: None)
    assert state.bodies() == [f"{MARKER}\n\\/merge\n  \\/label ~ready\na/b\n"]
