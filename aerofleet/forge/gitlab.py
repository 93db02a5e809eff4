"""Comments of merge requests and statuses of commits at GitLab, also at an instance of one's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aerofleet.forge.comment import ChangeRequest, Comment
from aerofleet.forge.gitlab_project import GitLabProject, without_quick_actions

ADVICE: dict[int, str] = {
    401: "GITLAB_TOKEN is no valid token, or has expired; the token of a job can't write comments",
    403: "GITLAB_TOKEN needs the scope `api`, and its account the role Reporter or a higher one",
    404: "are the project and the number right, and may the token read them?",
}
STATUS_ADVICE: Mapping[int, str] = ADVICE | {
    403: "GITLAB_TOKEN needs the scope `api`, and its account the role Developer or a higher one",
}
STATES: Mapping[str, str] = {"success": "success", "failure": "failed", "error": "failed"}
"""docs.gitlab.com, "Commits API", the status of a commit."""
CHECKS: Mapping[str, str] = {"success": "passed", "failure": "failed", "error": "failed"}
"""docs.gitlab.com, "External status checks API"."""


class GitLab(GitLabProject):
    """The merge request with a number. ``project``: its id, or ``GROUP/NAME``; ``status_check``: id of the external
    status check that gets the state of the review, too.
    """

    def __init__(self, url: str, project: str, token: str, number: int, status_check: int | None = None) -> None:
        super().__init__(url, project, token, f"{project}!{number}", ADVICE)
        self._status_check, self._number = status_check, number

    def change_request(self) -> ChangeRequest | None:
        with self._calls("the merge request can't be read"):
            request = self._merge_request
            opened = request.state == "opened"
            return ChangeRequest(int(request.iid), str(request.sha), str(request.target_branch)) if opened else None

    def own_comments(self, number: int) -> Iterator[Comment]:
        with self._calls("the comments can't be read"):
            notes = self._merge_request.notes.list(
                iterator=True, order_by="created_at", sort="asc", obey_rate_limit=False
            )
            for note in notes:
                if not note.system and note.author["id"] == self._account:
                    yield Comment(int(note.id), str(note.body))

    def create(self, number: int, body: str) -> None:
        with self._calls("the comment can't be written"):
            self._merge_request.notes.create({"body": without_quick_actions(body)}, obey_rate_limit=False)

    def update(self, number: int, comment: int, body: str) -> None:
        with self._calls("the comment can't be changed"):
            self._merge_request.notes.update(comment, {"body": without_quick_actions(body)}, obey_rate_limit=False)

    def delete(self, number: int, comment: int) -> None:
        with self._calls("a second comment can't be removed"):
            self._merge_request.notes.delete(comment, obey_rate_limit=False)

    def set_status(self, head: str, name: str, state: str, description: str, url: str) -> None:
        with self._calls("the status of the commit can't be set", STATUS_ADVICE):
            request = self._merge_request
            commit, place = _place_of_status(request, head)
            given = {"name": name, "state": STATES[state], "description": description, **place}
            statuses = self._project.commits.get(commit, lazy=True).statuses
            statuses.create({**given, "target_url": url} if url else given, obey_rate_limit=False)
            if self._status_check is not None:
                answer = {"sha": head, "external_status_check_id": self._status_check, "status": CHECKS[state]}
                path = f"/projects/{self._project.encoded_id}/merge_requests/{self._number}/status_check_responses"
                self._client.http_post(path, post_data=answer, obey_rate_limit=False)

    @property
    def _merge_request(self) -> Any:
        return self._project.mergerequests.get(self._number, obey_rate_limit=False)


def _place_of_status(request: Any, head: str) -> tuple[str, dict[str, Any]]:
    """Return the commit whose status is set, and the pipeline or the ref that it belongs to.

    A status without one of these is added to the newest pipeline of any branch with the commit, which need not be the
    pipeline that the merge request waits for. That one runs on head, or on its merge into the target branch.
    """
    pipeline = request.attributes.get("head_pipeline") or {}
    is_here = pipeline.get("project_id") == request.project_id
    if is_here and (pipeline["sha"] == head or str(pipeline["ref"]).endswith("/merge")):
        return str(pipeline["sha"]), {"pipeline_id": pipeline["id"]}
    return head, {"ref": f"refs/merge-requests/{request.iid}/head"}
