"""The one comment of a change request: found again by its first line and its author, updated in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from aerofleet.forge.answers import CallError, repeated, unless_gone

Outcome = Literal["created", "updated", "unchanged", "none", "superseded"]


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A pull request of GitHub, or a merge request of GitLab. ``head``: the id of its newest commit; ``target``: the
    branch that it will be merged into.
    """

    number: int
    head: str
    target: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment that the token's own account has written."""

    id: int
    body: str


class Forge(Protocol):
    """What is asked of a forge. Every method raises CallError."""

    def change_request(self) -> ChangeRequest | None:
        """Return the open change request; None where it is closed, or no open one has the commit at its head."""

    def own_comments(self, number: int) -> Iterable[Comment]:
        """Yield the comments of the token's own account, the oldest first."""

    def create(self, number: int, body: str) -> None:
        """Write a new comment."""

    def update(self, number: int, comment: int, body: str) -> None:
        """Replace the text of a comment."""

    def delete(self, number: int, comment: int) -> None:
        """Remove a comment."""

    def set_status(self, head: str, name: str, state: str, description: str, url: str) -> None:
        """Set the status ``name`` of the commit ``head``. ``state``: success, failure or error; ``url``: of the job."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is posted. ``marker``: the first line, by which the comment is found; ``body``: the comment with its marker,
    empty where nothing changes; ``nothing``: what replaces an earlier comment then.
    """

    marker: str
    body: str
    nothing: str


def post(forge: Forge, head: str, target: str, text: Text, wait: Callable[[float], None]) -> Outcome:
    """Write the comment of the change request, and return what happened to it: ``superseded`` where ``head`` is not its
    newest commit any more, or it will be merged into another branch than ``target`` (empty: into any).

    A failure that passes is tried again. The whole of it is then done anew, because a comment may have been written
    although the answer was an error. Raises CallError.
    """
    return repeated(lambda: _post(forge, head, target, text), wait)


def _post(forge: Forge, head: str, target: str, text: Text) -> Outcome:
    request = forge.change_request()
    if request is None or is_superseded(request, head, target):
        return "superseded"
    own = [one for one in forge.own_comments(request.number) if one.body.startswith(text.marker)]
    for surplus in own[1:]:
        with unless_gone():
            forge.delete(request.number, surplus.id)
    if not own:
        if not text.body:
            return "none"
        forge.create(request.number, text.body)
        return "created"
    wanted = text.body or text.nothing
    if is_same_body(own[0].body, wanted):
        return "unchanged"
    try:
        forge.update(request.number, own[0].id, wanted)
    except CallError as error:
        if not error.is_gone:
            raise
        # Somebody has deleted it since it was listed.
        if not text.body:
            return "none"
        forge.create(request.number, text.body)
        return "created"
    return "updated"


def is_superseded(request: ChangeRequest | None, head: str, target: str) -> bool:
    """Return whether ``head`` is not under review any more: the change request is closed, has a newer commit, or will
    be merged into another branch than ``target`` (empty: into any).
    """
    return request is None or request.head != head or target not in ("", request.target)


def is_same_body(one: str, other: str) -> bool:
    """Return whether two texts are the same but for what a forge may change: line ends, and the end of a text."""
    return _normal(one) == _normal(other)


def _normal(body: str) -> str:
    return body.replace("\r\n", "\n").strip()
