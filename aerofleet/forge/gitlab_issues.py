"""Issues of a project at GitLab."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.forge.gitlab_project import GitLabProject, without_quick_actions
from aerofleet.forge.issue import Issue

ADVICE: dict[int, str] = {
    401: "GITLAB_TOKEN is no valid token, or has expired; the token of a job can't write issues",
    403: "GITLAB_TOKEN needs the scope `api`, and its account the role Reporter or a higher one",
    404: "is the project right, may the token read it, and has it issues?",
}


class GitLabIssues(GitLabProject):
    def __init__(self, url: str, project: str, token: str) -> None:
        super().__init__(url, project, token, project, ADVICE)

    def own_issues(self, label: str) -> Iterator[Issue]:
        with self._calls("the issues can't be read"):
            issues = self._project.issues.list(
                iterator=True, state="opened", labels=[label], order_by="created_at", sort="asc", obey_rate_limit=False
            )
            for one in issues:
                if one.author["id"] == self._account:
                    yield Issue(int(one.iid), str(one.title), str(one.description or ""))

    def open_issue(self, title: str, body: str, label: str) -> None:
        with self._calls("the issue can't be opened"):
            issue = {"title": title, "description": without_quick_actions(body), "labels": label}
            self._project.issues.create(issue, obey_rate_limit=False)

    def change_issue(self, number: int, title: str, body: str) -> None:
        with self._calls(f"issue {number} can't be changed"):
            changes = {"title": title, "description": without_quick_actions(body)}
            self._project.issues.update(number, changes, obey_rate_limit=False)

    def close_issue(self, number: int, body: str) -> None:
        with self._calls(f"issue {number} can't be closed"):
            changes = {"description": without_quick_actions(body), "state_event": "close"}
            self._project.issues.update(number, changes, obey_rate_limit=False)
