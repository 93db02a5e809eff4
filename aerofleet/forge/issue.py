"""The one issue about a subject: found again by its first line, label and author, updated in place, and closed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from aerofleet.forge.answers import repeated, unless_gone
from aerofleet.forge.comment import is_same_body

Outcome = Literal["opened", "updated", "unchanged", "closed", "none"]


@dataclass(frozen=True, slots=True)
class Issue:
    """An open issue that the token's own account has opened."""

    number: int
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class IssueText:
    """``marker``: the first line, by which the issue is found; ``body``: with its marker, empty where there is nothing
    to report; ``nothing``: the body of an issue that is closed then.
    """

    marker: str
    label: str
    title: str
    body: str
    nothing: str


class IssueForge(Protocol):
    """What is asked of a forge. Every method raises CallError."""

    def own_issues(self, label: str) -> Iterable[Issue]:
        """Yield the open issues of the token's own account that have a label, the oldest first."""

    def open_issue(self, title: str, body: str, label: str) -> None:
        """Open an issue."""

    def change_issue(self, number: int, title: str, body: str) -> None:
        """Replace the title and the text of an issue."""

    def close_issue(self, number: int, body: str) -> None:
        """Replace the text of an issue, and close it."""


def keep_issue(forge: IssueForge, text: IssueText, wait: Callable[[float], None]) -> Outcome:
    """Open the issue, update it in place, or close it where there is nothing to report; return what was done.

    A failure that passes is tried again, from the look-up on: the issue may have been opened although the answer was an
    error. An issue that a person closed stays closed; another one is opened. Raises CallError.
    """
    return repeated(lambda: _keep(forge, text), wait)


def _keep(forge: IssueForge, text: IssueText) -> Outcome:
    own = [one for one in forge.own_issues(text.label) if one.body.startswith(text.marker)]
    for surplus in own if not text.body else own[1:]:
        with unless_gone():
            forge.close_issue(surplus.number, text.nothing)
    if not text.body:
        return "closed" if own else "none"
    if not own:
        forge.open_issue(text.title, text.body, text.label)
        return "opened"
    if own[0].title == text.title and is_same_body(own[0].body, text.body):
        return "unchanged"
    forge.change_issue(own[0].number, text.title, text.body)
    return "updated"
