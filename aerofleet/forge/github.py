"""Comments of pull requests and statuses of commits at GitHub, also at a GitHub Enterprise Server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aerofleet.forge.comment import ChangeRequest, Comment
from aerofleet.forge.github_project import GitHubProject

if TYPE_CHECKING:
    from github.PullRequest import PullRequest

ADVICE: dict[int, str] = {
    401: "GITHUB_TOKEN is no valid token, or has expired",
    403: (
        "give the job `permissions: pull-requests: write`. A job of `pull_request` never has that for a fork: post from"
        " a `workflow_run`"
    ),
    404: "is the name of the repository right, and may the token read it?",
    410: "is the name of the repository right, and may the token read it?",
    422: "is the pull request locked, or its comment too long?",
}
STATUS_ADVICE: Mapping[int, str] = ADVICE | {
    403: "give the job `permissions: statuses: write`",
    422: "has the commit 1,000 statuses of this name already, or is it not in the repository any more?",
}


@dataclass(frozen=True, slots=True)
class Branch:
    """The branch whose newest commit is reviewed: ``repository`` is that of a fork, or the one of the pull request."""

    repository: str
    owner: str
    name: str


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A commit that a merge queue has made of one or more pull requests, to be merged into the branch ``target``."""

    target: str


class GitHub(GitHubProject):
    """The pull request with a number, or the open one of a branch whose newest commit is ``head``; or ``head`` as a
    commit of a merge queue, which has no comments.
    """

    def __init__(self, api_url: str, repository: str, token: str, number: int | Branch | QueueEntry, head: str) -> None:
        super().__init__(api_url, repository, token, ADVICE)
        self._number, self._head = number, head

    def change_request(self) -> ChangeRequest | None:
        if isinstance(self._number, QueueEntry):
            return ChangeRequest(0, self._head, self._number.target)
        with self._calls("the pull request can't be read"):
            if isinstance(self._number, int):
                pull = self._project.get_pull(self._number)
                return _request(pull) if pull.state == "open" else None
            # The branch comes from the event of the run. A branch of this name can have several pull requests, and
            # another fork of the same owner can have the branch, too.
            branch = self._number
            pulls = self._project.get_pulls(state="open", head=f"{branch.owner}:{branch.name}")
            with_head = [pull for pull in pulls if pull.head.sha == self._head]
            of_branch = [pull for pull in with_head if pull.head.repo and pull.head.repo.full_name == branch.repository]
            default = self._project.default_branch
            return _request(min(of_branch, key=lambda pull: pull.base.ref != default)) if of_branch else None

    def own_comments(self, number: int) -> Iterator[Comment]:
        with self._calls("the comments can't be read"):
            comments = self._project.get_pull(number).get_issue_comments()
            for one in comments:
                if one.user and one.user.login == self._login:
                    yield Comment(one.id, one.body or "")

    def create(self, number: int, body: str) -> None:
        with self._calls("the comment can't be written"):
            self._project.get_pull(number).create_issue_comment(body)

    def update(self, number: int, comment: int, body: str) -> None:
        with self._calls("the comment can't be changed"):
            self._project.get_pull(number).get_issue_comment(comment).edit(body)

    def delete(self, number: int, comment: int) -> None:
        with self._calls("a second comment can't be removed"):
            self._project.get_pull(number).get_issue_comment(comment).delete()

    def set_status(self, head: str, name: str, state: str, description: str, url: str) -> None:
        with self._calls("the status of the commit can't be set", STATUS_ADVICE):
            given = {"state": state, "context": name, "description": description}
            # The library's own method reads the whole commit before.
            address = f"{self._project.url}/statuses/{head}"
            self._client.requester.requestJsonAndCheck(
                "POST", address, input={**given, "target_url": url} if url else given
            )


def _request(pull: PullRequest) -> ChangeRequest:
    return ChangeRequest(pull.number, pull.head.sha, pull.base.ref)
