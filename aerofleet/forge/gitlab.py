"""Comments of merge requests and statuses of commits at GitLab, also at an instance of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aerofleet.forge.answers import Answer, CallError, call_error
from aerofleet.forge.comment import ChangeRequest, Comment

if TYPE_CHECKING:
    from gitlab import Gitlab

SECONDS = 30.0
"""Longest time of one answer."""
QUICK_ACTION = re.compile(r"^(\s*)/", re.MULTILINE)
"""docs.gitlab.com, "GitLab quick actions": a line that begins with a slash is carried out as a command."""
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


class GitLab:
    """The merge request with a number. ``project``: its id, or ``GROUP/NAME``; ``status_check``: id of the external
    status check that gets the state of the review, too.
    """

    def __init__(self, url: str, project: str, token: str, number: int, status_check: int | None = None) -> None:
        self._status_check = status_check
        self._url, self._project_name, self._token, self._number = url, project, token, number
        self._headers: Mapping[str, str] = {}

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

    @cached_property
    def _client(self) -> Gitlab:
        import requests
        from gitlab import Gitlab

        session = requests.Session()
        # The library's errors do not have the headers of the answer, and these name the end of a limit.
        session.hooks["response"].append(self._remember)
        return Gitlab(
            self._url,
            private_token=self._token,
            timeout=SECONDS,
            per_page=100,
            user_agent="aerofleet",
            keep_base_url=True,
            session=session,
        )

    @property
    def _project(self) -> Any:
        return self._client.projects.get(self._project_name, lazy=True)

    @property
    def _merge_request(self) -> Any:
        return self._project.mergerequests.get(self._number, obey_rate_limit=False)

    @cached_property
    def _account(self) -> int:
        """Return the id of the token's account."""
        answer = self._client.http_get("/user", obey_rate_limit=False)
        return int(answer["id"])  # type: ignore[index]

    def _remember(self, response: Any, *_: Any, **__: Any) -> None:
        self._headers = {name.lower(): value for name, value in response.headers.items()}

    @contextmanager
    def _calls(self, what: str, advice: Mapping[int, str] = ADVICE) -> Iterator[None]:
        import requests
        from gitlab.exceptions import GitlabError

        where = f"{self._project_name}!{self._number}: {what}"
        try:
            yield
        except GitlabError as error:
            words = str(error.error_message or "").replace(self._token, "***")
            raise call_error(Answer(error.response_code or 0, self._headers, words), where, advice) from None
        except requests.RequestException as error:
            raise CallError(f"{where}: no answer ({type(error).__name__})", pause_s=-1.0) from None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CallError(f"{where}: the answer has another form than GitLab's ({type(error).__name__})") from None


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


def without_quick_actions(body: str) -> str:
    r"""Return a text in which no line is a command: a slash at the beginning of one is written ``\/``."""
    return QUICK_ACTION.sub(r"\1\\/", body)
