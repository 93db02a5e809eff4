"""A project at GitLab, also at an instance of one's own, as the account of a token sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from aerofleet.forge.answers import Answer, CallError, call_error

if TYPE_CHECKING:
    from gitlab import Gitlab

SECONDS = 30.0
"""Longest time of one answer."""
QUICK_ACTION = re.compile(r"^(\s*)/", re.MULTILINE)
"""docs.gitlab.com, "GitLab quick actions": a line that begins with a slash is carried out as a command."""


class GitLabProject:
    """``project``: its id, or ``GROUP/NAME``; ``name``: for messages; ``advice``: status of an answer → what a person
    can do.
    """

    def __init__(self, url: str, project: str, token: str, name: str, advice: Mapping[int, str]) -> None:
        self._url, self._project_name, self._token = url, project, token
        self._name, self._advice = name, advice
        self._headers: Mapping[str, str] = {}

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

    @cached_property
    def _account(self) -> int:
        """Return the id of the token's account."""
        answer = self._client.http_get("/user", obey_rate_limit=False)
        return int(answer["id"])  # type: ignore[index]

    def _remember(self, response: Any, *_: Any, **__: Any) -> None:
        self._headers = {name.lower(): value for name, value in response.headers.items()}

    @contextmanager
    def _calls(self, what: str, advice: Mapping[int, str] | None = None) -> Iterator[None]:
        import requests
        from gitlab.exceptions import GitlabError

        where = f"{self._name}: {what}"
        try:
            yield
        except GitlabError as error:
            words = str(error.error_message or "").replace(self._token, "***")
            raise call_error(
                Answer(error.response_code or 0, self._headers, words), where, advice or self._advice
            ) from None
        except requests.RequestException as error:
            raise CallError(f"{where}: no answer ({type(error).__name__})", pause_s=-1.0) from None
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CallError(f"{where}: the answer has another form than GitLab's ({type(error).__name__})") from None


def without_quick_actions(body: str) -> str:
    r"""Return a text in which no line is a command: a slash at the beginning of one is written ``\/``."""
    return QUICK_ACTION.sub(r"\1\\/", body)
