"""Issues of a repository at GitHub."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.forge.github_project import GitHubProject
from aerofleet.forge.issue import Issue

ADVICE: dict[int, str] = {
    401: "GITHUB_TOKEN is no valid token, or has expired",
    403: "give the job `permissions: issues: write`",
    404: "is the name of the repository right, and may the token read it?",
    410: "issues are switched off in this repository",
    422: "is the text too long, or may the account make no label?",
}


class GitHubIssues(GitHubProject):
    def __init__(self, api_url: str, repository: str, token: str) -> None:
        super().__init__(api_url, repository, token, ADVICE)

    def own_issues(self, label: str) -> Iterator[Issue]:
        with self._calls("the issues can't be read"):
            issues = self._project.get_issues(state="open", labels=[label], sort="created", direction="asc")
            for one in issues:
                if one.user and one.user.login == self._login and one.pull_request is None:
                    yield Issue(one.number, one.title, one.body or "")

    def open_issue(self, title: str, body: str, label: str) -> None:
        with self._calls("the issue can't be opened"):
            self._project.create_issue(title, body, labels=[label])

    def change_issue(self, number: int, title: str, body: str) -> None:
        with self._calls(f"issue {number} can't be changed"):
            self._project.get_issue(number).edit(title=title, body=body)

    def close_issue(self, number: int, body: str) -> None:
        with self._calls(f"issue {number} can't be closed"):
            self._project.get_issue(number).edit(body=body, state="closed", state_reason="completed")
