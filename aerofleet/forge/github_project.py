"""A repository at GitHub, also at a GitHub Enterprise Server, as the account of a token sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from aerofleet.forge.answers import Answer, CallError, call_error

if TYPE_CHECKING:
    from github import Github, GithubException
    from github.Repository import Repository

SECONDS = 30
"""Longest time of one answer."""


class GitHubProject:
    """``advice``: status of an answer → what a person can do."""

    def __init__(self, api_url: str, repository: str, token: str, advice: Mapping[int, str]) -> None:
        self._api_url, self._repository, self._token, self._advice = api_url, repository, token, advice

    @cached_property
    def _client(self) -> Github:
        from github import Auth, Github

        # No retries or pauses of the library: it sleeps, and tries a comment again that may have been written.
        return Github(
            auth=Auth.Token(self._token),
            base_url=self._api_url,
            timeout=SECONDS,
            user_agent="aerofleet",
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
            lazy=True,
        )

    @cached_property
    def _project(self) -> Repository:
        return self._client.get_repo(self._repository)

    @cached_property
    def _login(self) -> str:
        """Return the account of the token. REST does not tell it for the token of a job, GraphQL does."""
        _, answer = self._client.requester.graphql_query("query { viewer { login } }", {})
        return str(answer["data"]["viewer"]["login"])

    @contextmanager
    def _calls(self, what: str, advice: Mapping[int, str] | None = None) -> Iterator[None]:
        import requests
        from github import GithubException

        where = f"{self._repository}: {what}"
        try:
            yield
        except GithubException as error:
            raise _failure(error, self._token, where, advice or self._advice) from None
        except requests.RequestException as error:
            raise CallError(f"{where}: no answer ({type(error).__name__})", pause_s=-1.0) from None
        except (KeyError, TypeError, ValueError, AssertionError) as error:
            raise CallError(f"{where}: the answer has another form than GitHub's ({type(error).__name__})") from None


def _failure(error: GithubException, token: str, where: str, advice: Mapping[int, str]) -> CallError:
    data: object = error.data
    message = data.get("message") if isinstance(data, dict) else data if isinstance(data, str) else ""
    words = str(message or "").replace(token, "***")
    names = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    return call_error(Answer(error.status, names, words), where, advice)
