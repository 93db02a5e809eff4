"""Waivers and approvals: the only place where they let something pass, and the policies about themselves.

A finding that a waiver lets pass stays, as `info`, with who answers for it and until when. Only findings of policies
are waived: mistakes in files, refusals of the operator and of the server stay what they are.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from aerofleet.files.cell import CellFile
from aerofleet.files.exceptions import Approval, Waiver
from aerofleet.findings import Finding, Location, Rule, Subject
from aerofleet.load import Document
from aerofleet.policy.contacts import Contacts
from aerofleet.policy.policy import Policy, declared_policy, policies_in
from aerofleet.policy.severity import Level
from aerofleet.settings.source import CellSource

SOURCE = "Platform rule: docs/how-to/waive-a-policy.md"

EXCEPTION_EXPIRED = declared_policy(
    "exception-expired",
    "A waiver or approval has expired: it lets nothing pass any more.",
    kind="state",
    level=Level.FAILS,
    remedy="remove it, or have its approvers write a later day",
    source=SOURCE,
)
EXCEPTION_EXPIRES = declared_policy(
    "exception-expires",
    "A waiver or approval expires within `policy.expiryWarningDays` days: what it lets pass will fail then.",
    kind="state",
    level=Level.WARNS,
    remedy="end what it is for before that day",
    source=SOURCE,
)
EXCEPTION_UNUSED = declared_policy(
    "exception-unused",
    "A waiver or approval lets nothing pass: it would let something new pass unseen.",
    kind="state",
    level=Level.WARNS,
    remedy="remove it",
    source=SOURCE,
)
EXCEPTION_UNKNOWN = declared_policy(
    "exception-unknown",
    "A waiver names a rule that is no policy, or that nothing waives: mistakes and refusals can't be waived.",
    kind="state",
    level=Level.FAILS,
    remedy="the id of a policy (docs/reference/rules.md)",
    source=SOURCE,
)
APPROVES_ITSELF = declared_policy(
    "approves-itself",
    "A change brings the waiver or approval that lets it pass: only the review of that file stands between them.",
    kind="change",
    level=Level.ADVISED,
    remedy="an approval of the approvers of the file, or the entry in a change before this one",
    source=SOURCE,
    asks="approvers",
)
RULES = policies_in(globals())


@dataclass(frozen=True, slots=True)
class Entry:
    """A waiver or approval with its place. ``what``: ``waiver`` or ``approval``; ``path``: ``waivers[0]``.

    ``is_new``: the change that is judged brings it.
    """

    what: str
    written: Waiver | Approval
    location: Location
    path: str
    is_new: bool = False

    @property
    def label(self) -> str:
        written = self.written
        if isinstance(written, Waiver):
            return f"the waiver of {written.rule} for {written.subject}"
        return f"the approval of {written.effect} for {written.subject} (change {written.change})"

    @property
    def by(self) -> str:
        """Return until when, whom the entry names, and why, as the end of a message."""
        file = self.location.file.rpartition("/")[2]
        return f"until {self.written.expires} in {file}, which names {self.written.owner}: {self.written.reason}"

    def counts(self, as_of: datetime.date) -> bool:
        return as_of <= self.written.expires


def entries_of(source: CellSource, before: CellSource | None = None) -> tuple[Entry, ...]:
    """Return every waiver and approval of a cell, in the order of the files. ``before``: the cell before a change."""
    waivers, approvals = source.waivers, source.approvals
    old_waivers = before.waivers.file.waivers if before and before.waivers else ()
    old_approvals = before.approvals.file.approvals if before and before.approvals else ()
    kept: tuple[Waiver | Approval, ...] = (*old_waivers, *old_approvals)
    entries = [
        *(_entries("waiver", waivers.file.waivers, waivers.document, "waivers") if waivers else ()),
        *(_entries("approval", approvals.file.approvals, approvals.document, "approvals") if approvals else ()),
    ]
    return tuple(replace(entry, is_new=before is not None and entry.written not in kept) for entry in entries)


def _entries(what: str, written: Iterable[Waiver | Approval], document: Document, key: str) -> Iterator[Entry]:
    for index, entry in enumerate(written):
        yield Entry(what, entry, document.locate((key, index)), f"{key}[{index}]")


class Exceptions:
    """The waivers and approvals of a cell on a day; remembers which of them let something pass. ``before``: the cell
    before the change that is judged.
    """

    def __init__(self, source: CellSource, as_of: datetime.date, before: CellSource | None = None) -> None:
        self.entries = entries_of(source, before)
        self.as_of = as_of
        self._used: set[str] = set()
        self._waivers = {
            (entry.written.rule, entry.written.subject): entry
            for entry in self.entries
            if isinstance(entry.written, Waiver) and entry.counts(as_of)
        }
        self._approvals: dict[tuple[str, str, str], Entry] = {
            (entry.written.effect, entry.written.subject, entry.written.change): entry
            for entry in self.entries
            if isinstance(entry.written, Approval) and entry.counts(as_of)
        }

    def waived(self, rule: Policy[...], finding: Finding) -> Finding:
        """Return the finding; as `info`, with the waiver in its message, where one lets it pass."""
        entry = self._waivers.get((rule.id, str(finding.subject))) if rule.is_waivable else None
        if entry is None:
            return finding
        self._used.add(entry.path)
        return replace(finding, severity="info", message=f"{finding.message} (waived {entry.by})", remedy="")

    def approval(self, effect: str, subject: str, change: str) -> Entry | None:
        """Return the approval of one change of one subject; None if there is none, or if it has expired."""
        entry = self._approvals.get((effect, subject, change))
        if entry is not None:
            self._used.add(entry.path)
        return entry

    def of_the_change(self, cell: CellFile, contacts: Contacts) -> Iterator[Finding]:
        """Yield the exceptions that the change brings together with what they let pass. ``contacts``: those before
        the change.
        """
        severity = APPROVES_ITSELF.severity_in(cell)
        for entry in self.entries if severity else ():
            if entry.is_new and entry.path in self._used:
                message = f"{entry.label} is written in this change and takes effect in it: the change approves itself"
                remedy = f"an approval of {contacts.people('approvers')[0]}, or the entry in a change before this one"
                subject = Subject("cell", cell.cell)
                yield APPROVES_ITSELF.finding(entry.path, message, remedy, entry.location, subject, severity=severity)

    def findings(self, cell: CellFile, policies: Iterable[Rule[...]], kinds: frozenset[str]) -> Iterator[Finding]:
        """Yield what is wrong with the waivers and approvals themselves.

        ``policies``: all that a waiver may name. ``kinds``: the kinds of policies that were judged; whether an
        exception of another kind is used, nobody knows.
        """
        known = {rule.id: rule for rule in policies if isinstance(rule, Policy) and rule.is_waivable}
        warning = datetime.timedelta(days=cell.policy.expiry_warning_days)
        for entry in self.entries:
            written, where = entry.written, (entry.location, Subject("cell", cell.cell))
            rule = known.get(written.rule) if isinstance(written, Waiver) else None
            kind = rule.kind if rule else "change"
            if isinstance(written, Waiver) and rule is None:
                yield EXCEPTION_UNKNOWN.finding(
                    f"{entry.path}.rule", f"'{written.rule}' is no policy to waive", "", *where
                )
            elif not entry.counts(self.as_of):
                message = f"{entry.label} has expired on {written.expires}"
                yield EXCEPTION_EXPIRED.finding(f"{entry.path}.expires", message, "", *where)
            elif entry.path not in self._used and kind in kinds:
                yield EXCEPTION_UNUSED.finding(entry.path, f"{entry.label} lets nothing pass", "", *where)
            elif written.expires - self.as_of <= warning:
                days = (written.expires - self.as_of).days
                message = f"{entry.label} expires on {written.expires}, {_in_days(days)}"
                yield EXCEPTION_EXPIRES.finding(f"{entry.path}.expires", message, "", *where)


def _in_days(days: int) -> str:
    return "today" if days == 0 else f"in {days} day{'' if days == 1 else 's'}"
