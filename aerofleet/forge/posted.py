"""Review the change request of a CI job, print the verdict, and post the status and the comment.

The verdict comes first and decides the exit code. What head made, its code or its workflow, is never run here.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from aerofleet.findings.stop import StopError
from aerofleet.forge.comment import Outcome, Text, post
from aerofleet.forge.environment import Place, PlaceError
from aerofleet.forge.status import Status, no_review_status, set_status
from aerofleet.review.formats.comment import MARKER, as_comment
from aerofleet.review.formats.markdown_text import code
from aerofleet.review.model import Review
from aerofleet.trees.compare import Request, review_sides
from aerofleet.trees.git import Repository

OUTCOMES: Mapping[Outcome, str] = {
    "created": "the comment was written",
    "updated": "the comment was updated",
    "unchanged": "the comment is up to date",
    "none": "no comment, because nothing changes",
    "superseded": (
        "no comment and no status: the change request is closed, has a newer commit, or will be merged into another"
        " branch than the one that is checked out"
    ),
}


@dataclass(frozen=True, slots=True)
class Posting:
    """``wait``: called with the seconds of a pause."""

    place: Place
    wait: Callable[[float], None] = time.sleep

    def review(self, root: Path, request: Request, as_of: datetime.date) -> Review:
        """Return the review of the change request. Where there can be none, the comment says so: one that is good news
        about an earlier commit must not stay. Raises what `review_sides` raises.
        """
        try:
            repository = Repository(root)
            if not repository.has(self.place.head):
                repository.fetch(self.place.refs, self.place.fetch_variables)
            base = request.base or self._base(repository)
            wanted = replace(request, base=base, head=self.place.head, trusts_head=False)
            return review_sides(root, wanted, as_of)
        except Exception as error:
            reason = str(error) if isinstance(error, StopError) else "the review ended with an error of its own"
            self.post(no_review(self.place.head, reason), no_review_status(reason, self.place.job_url))
            raise

    def _base(self, repository: Repository) -> str | None:
        """Return the commit at which head left the branch that it will be merged into; None without an event that names
        that branch. Raises PlaceError.
        """
        if not self.place.target:
            return None
        branch = f"refs/remotes/origin/{self.place.target}"
        if not repository.has(branch):
            raise PlaceError(
                f"{branch} is not in this clone: fetch the whole branch that head will be merged into, or name base"
                " with --base"
            )
        return repository.merge_base(self.place.head, repository.commit_of(branch))

    def post(self, text: Text, status: Status) -> tuple[str, ...]:
        """Set the status of head and write the comment. Return the lines for the log: what became of each, or why
        there is none. A failure of one does not hinder the other.
        """
        return tuple(line for line in (self._set(status), self._write(text)) if line)

    def _set(self, status: Status) -> str:
        place = self.place
        try:
            is_set = set_status(place.forge, place.head, place.target, status, self.wait)
        except StopError as error:
            return f"warning: the status of {place.name} could not be set: {error}"
        return f"{place.name}: the status of {place.head[:12]} is {status.state}" if is_set else ""

    def _write(self, text: Text) -> str:
        place = self.place
        if not place.has_comment:
            return ""
        try:
            outcome = post(place.forge, place.head, place.target, text, self.wait)
        except StopError as error:
            return f"warning: the comment of {place.name} could not be posted: {error}"
        return f"{place.name}: {OUTCOMES[outcome]}"


def text_of(review: Review) -> Text:
    """Return what is posted about a review."""
    head = code(review.head.commit[:12])
    nothing = f"{MARKER}\nNothing changes any more: head {head} makes the same objects as base.\n"
    body = as_comment(review)
    if not body and review.head.rendered_by != "running-code":
        notes = "; ".join(review.head.notes)
        body = f"{MARKER}\n## Review: read the changed code\n\nNo object differs, but {notes} (head {head}).\n"
    return Text(MARKER, body, nothing)


def no_review(head: str, reason: str) -> Text:
    """Return what is posted about a commit that can't be reviewed."""
    lines = (
        "## Review: not possible",
        "",
        "Verdict: **unknown**",
        "",
        f"{code(head[:12])} can't be reviewed: {code(reason)}",
    )
    return Text(MARKER, "\n".join((MARKER, *lines)) + "\n", "")
