"""What the environment of a CI job says: the forge, the repository, the change request, and the token.

Nothing that head's own workflow has made is read here: the file of the event comes from the forge.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from aerofleet.findings.stop import MistakeError
from aerofleet.forge.comment import Forge
from aerofleet.forge.github import Branch, GitHub, QueueEntry
from aerofleet.forge.gitlab import GitLab
from aerofleet.forge.status import job_url

KINDS = ("github", "gitlab")
COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
QUEUE_BRANCH = re.compile(r"gh-readonly-queue/(.+)/pr-\d+-[0-9a-f]+")
"""Name of the branch that GitHub makes for an entry of a merge queue, with the branch that it is merged into."""
STATUS_CHECK = "AEROFLEET_STATUS_CHECK"
"""Variable with the id of an external status check of GitLab."""
GITHUB_API, GITLAB_SERVER = "https://api.github.com", "https://gitlab.com"


class PlaceError(MistakeError):
    """The environment does not say what is posted where."""


@dataclass(frozen=True, slots=True)
class Place:
    """The change request that a job is about. ``head``: the id of its commit; ``refs``: what has to be fetched for it
    from the remote `origin`; ``target``: the branch it is merged into, empty where the event does not say it;
    ``fetch_variables``: environment of git for that; ``name``: for messages; ``job_url``: of the job that runs;
    ``has_comment``: it has a place for a comment, which an entry of a merge queue has not.
    """

    name: str
    forge: Forge
    head: str
    refs: tuple[str, ...]
    target: str
    fetch_variables: Mapping[str, str]
    job_url: str = ""
    has_comment: bool = True


def place_of(
    kind: str, environ: Mapping[str, str], repository: str | None, number: int | None, head: str | None
) -> Place:
    """Return where a review is posted. ``repository``, ``number``, ``head``: of options, taken before the environment.
    Raises PlaceError.
    """
    return (_github if kind == "github" else _gitlab)(environ, repository, number, head)


def _github(environ: Mapping[str, str], repository: str | None, number: int | None, head: str | None) -> Place:
    token = token_of(environ, "GITHUB_TOKEN")
    name = repository or environ.get("GITHUB_REPOSITORY") or missing("the repository", "--repository OWNER/NAME")
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    run, pull = _mapping(event, "workflow_run"), _mapping(event, "pull_request")
    wanted: int | Branch | QueueEntry
    target = ""
    if number is not None:
        wanted = number
    elif run.get("event") == "merge_group":
        queue = QUEUE_BRANCH.fullmatch(_text(run, "head_branch"))
        wanted = QueueEntry(queue[1] if queue else "")
        head = head or _text(run, "head_sha")
        target = _text(_mapping(event, "repository"), "default_branch")
    elif run:
        source = _mapping(run, "head_repository")
        owner = _text(_mapping(source, "owner"), "login")
        wanted = Branch(_text(source, "full_name"), owner, _text(run, "head_branch"))
        head = head or _text(run, "head_sha")
        # The code and the branch that are checked out are those of the default branch.
        target = _text(_mapping(event, "repository"), "default_branch")
    elif pull:
        wanted = int(pull.get("number") or 0)
        head = head or _text(_mapping(pull, "head"), "sha")
        target = _text(_mapping(pull, "base"), "ref")
    else:
        missing("the pull request", "--request NUMBER")
    commit = _commit(head)
    refs = (f"refs/pull/{wanted}/head",) if isinstance(wanted, int) else (commit,)
    server = environ.get("GITHUB_SERVER_URL") or "https://github.com"
    forge = GitHub(environ.get("GITHUB_API_URL") or GITHUB_API, name, token, wanted, commit)
    shown = f"{name}#{wanted}" if isinstance(wanted, int) else name
    variables = _git_variables(server, "x-access-token", token)
    has_comment = not isinstance(wanted, QueueEntry)
    return Place(shown, forge, commit, refs, target, variables, job_url("github", environ), has_comment)


def _gitlab(environ: Mapping[str, str], repository: str | None, number: int | None, head: str | None) -> Place:
    token = token_of(environ, "GITLAB_TOKEN")
    name = repository or environ.get("CI_PROJECT_ID") or missing("the project", "--repository GROUP/NAME")
    target = ""
    if number is None:
        event = _event(environ.get("TRIGGER_PAYLOAD", ""))
        request = _mapping(event, "object_attributes") if event.get("object_kind") == "merge_request" else {}
        if request:
            number = int(request.get("iid") or 0)
            head = head or _text(_mapping(request, "last_commit"), "id")
            target = _text(request, "target_branch")
        elif environ.get("CI_MERGE_REQUEST_IID", "").isdecimal():
            number = int(environ["CI_MERGE_REQUEST_IID"])
            head = head or environ.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environ.get("CI_COMMIT_SHA")
            target = environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "")
        else:
            missing("the merge request", "--request NUMBER")
    server = environ.get("CI_SERVER_URL") or GITLAB_SERVER
    check = environ.get(STATUS_CHECK, "").strip()
    if check and not check.isdecimal():
        raise PlaceError(f"{STATUS_CHECK} is {check!r}: it has to be the number of an external status check")
    forge = GitLab(server, name, token, number, int(check) if check else None)
    refs = (f"refs/merge-requests/{number}/head",)
    variables = _git_variables(server, "oauth2", token)
    return Place(f"{name}!{number}", forge, _commit(head), refs, target, variables, job_url("gitlab", environ))


def token_of(environ: Mapping[str, str], variable: str) -> str:
    """Return the token in a variable. Raises PlaceError."""
    token = environ.get(variable, "").strip()
    if not token:
        raise PlaceError(f"{variable} is not set: what is posted is written with the token in that variable")
    return token


def missing(what: str, option: str) -> NoReturn:
    """Raise PlaceError for what the environment does not say."""
    raise PlaceError(f"the environment does not say {what}, because no CI job with it runs: use {option}")


def _event(path: str) -> Mapping[str, Any]:
    """Return the event that started the job; empty without one."""
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise PlaceError(f"{path}: the event of the job can't be read: {error}") from None
    return event if isinstance(event, dict) else {}


def _mapping(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = event.get(key)
    return value if isinstance(value, dict) else {}


def _text(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key)
    return value if isinstance(value, str) else ""


def _commit(head: str | None) -> str:
    if not head or not COMMIT.fullmatch(head):
        raise PlaceError(
            f"{head or 'nothing'!r} is no id of a commit: name head's commit with all its digits, --head ID"
        )
    return head


def _git_variables(server: str, user: str, token: str) -> dict[str, str]:
    """Return variables with which git signs in at the server; in them, the token is in no argument and no file."""
    place = urlsplit(server)
    if place.scheme != "https":
        return {}
    header = base64.b64encode(f"{user}:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{place.scheme}://{place.netloc}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {header}",
    }
