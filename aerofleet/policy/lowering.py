"""What lowers the protection of a cell: values of `cell.yaml` and `tenants.yaml` by which later changes are judged more
mildly, or reviewed by others.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aerofleet.files.cell import CellFile, FreezeWindow
from aerofleet.files.choices import Environment
from aerofleet.files.policy import PolicyLimits
from aerofleet.files.tenants import Tenant
from aerofleet.policy.strictness import STRICTNESS, widened
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource


@dataclass(frozen=True, slots=True)
class Lowering:
    """One value that protects less. ``file``: the part of the cell that has it (``cell``, ``tenants``).

    ``consequence``: what follows from it, as the end of a sentence.
    """

    file: str
    path: Path
    old: str
    new: str
    consequence: str

    @property
    def text(self) -> str:
        """Return ``policy.disturbedClusters 5 → 50: one change may disturb more clusters``."""
        return f"{'.'.join(map(str, self.path))} {self.old} → {self.new}: {self.consequence}"


def lowerings(base: CellSource, head: CellSource, as_of: datetime.date, stopping: int) -> tuple[Lowering, ...]:
    """Return what head protects less than base, on a day. ``stopping``: number of policies that fail a change of
    production.

    Nothing where a side has no readable cell.yaml, or where base protects nothing because the cell is ephemeral.
    """
    if base.cell is None or head.cell is None:
        return ()
    before, after = base.cell.file, head.cell.file
    if before.ephemeral:
        return ()
    return (
        *_of_cell(before, after, stopping),
        *_of_limits(before.policy, after.policy),
        *_of_windows(before, after, as_of),
        *_of_people(before, after),
        *_of_teams(_teams(base), _teams(head)),
    )


def _teams(source: CellSource) -> dict[str, Tenant]:
    return source.tenants.file.teams if source.tenants else {}


AMONG = (
    "the steps of a deletion (`end-skipped`), approvals of data at risk (`risk-unapproved`), freeze windows "
    "(`freeze-window`) and the trial in a lower environment (`not-tried-below`)"
)
"""The policies that a reader misses first."""


def _of_cell(before: CellFile, after: CellFile, stopping: int) -> Iterator[Lowering]:
    if after.ephemeral:
        text = (
            f"from the next change on, none of {stopping} policies counts, among them {AMONG}, and nothing keeps its "
            "clusters from being deleted"
        )
        yield Lowering("cell", ("ephemeral",), "false", "true", text)
    if STRICTNESS.index(after.environment) < STRICTNESS.index(before.environment):
        less = "fail no change any more" if before.environment is Environment.PRODUCTION else "are notes, not warnings"
        text = f"from the next change on, {stopping} policies {less}, among them {AMONG}"
        yield Lowering("cell", ("environment",), before.environment.value, after.environment.value, text)


LIMITS: tuple[tuple[str, str, str], ...] = (
    ("disturbed_clusters", "disturbedClusters", "one change may disturb more clusters"),
    ("disturbed_per_rack", "disturbedPerRack", "one change may disturb more clusters of one rack"),
    ("overlay_days", "overlayDays", "overlays may be older"),
)
"""(field, key, consequence) of the limits that protect less when they are raised."""


def _of_limits(before: PolicyLimits, after: PolicyLimits) -> Iterator[Lowering]:
    for name, key, consequence in LIMITS:
        old, new = getattr(before, name), getattr(after, name)
        if new > old:
            yield Lowering("cell", ("policy", key), str(old), str(new), consequence)
    if after.expiry_warning_days < before.expiry_warning_days:
        days = str(before.expiry_warning_days), str(after.expiry_warning_days)
        text = "exceptions expire with a later warning"
        yield Lowering("cell", ("policy", "expiryWarningDays"), *days, text)
    if widened(after.mandatory, before.mandatory):
        text = "a policy is only advised again"
        yield Lowering("cell", ("policy", "mandatory"), _listed(before.mandatory), _listed(after.mandatory), text)
    if widened(before.registries, after.registries):
        text = "images may come from elsewhere"
        yield Lowering("cell", ("policy", "registries"), _listed(before.registries), _listed(after.registries), text)


def _of_windows(before: CellFile, after: CellFile, as_of: datetime.date) -> Iterator[Lowering]:
    """Yield the windows of base that are not over and that no window of head covers."""
    for window in before.freeze_windows:
        is_over = window.end.date() < as_of
        if not is_over and not any(
            other.start <= window.start and other.end >= window.end for other in after.freeze_windows
        ):
            same = (other for other in after.freeze_windows if other.name == window.name)
            new = next((_period(other) for other in same), "none")
            text = "changes may be merged on days that were frozen"
            yield Lowering("cell", ("freezeWindows",), f"'{window.name}' {_period(window)}", new, text)


def _period(window: FreezeWindow) -> str:
    return f"from {window.start} to {window.end}"


PEOPLE: tuple[tuple[Path, Callable[[CellFile], tuple[str, ...]], str], ...] = (
    (("owners",), lambda cell: cell.owners, "approve changes of the cell"),
    (("policy", "approvers"), lambda cell: cell.policy.approvers, "approve waivers and approvals"),
    (("contacts", "security"), lambda cell: cell.contacts.security, "are asked about rights of users"),
    (("contacts", "capacity"), lambda cell: cell.contacts.capacity, "are asked when data moves"),
)
"""(path, the people, what they do) of those whom a cell names."""


def _of_people(before: CellFile, after: CellFile) -> Iterator[Lowering]:
    for path, people, what in PEOPLE:
        yield from _of_owners("cell", path, people(before), people(after), what)


def _of_teams(before: dict[str, Tenant], after: dict[str, Tenant]) -> Iterator[Lowering]:
    for team in sorted(before.keys() & after.keys()):
        path = ("teams", team, "owners")
        yield from _of_owners("tenants", path, before[team].owners, after[team].owners, "approve the file of the team")


def _of_owners(file: str, path: Path, before: tuple[str, ...], after: tuple[str, ...], what: str) -> Iterator[Lowering]:
    """Yield owners of whom somebody is new, or all are gone. Where nobody was named, any owner protects more."""
    if before and (not after or widened(before, after)):
        yield Lowering(file, path, _listed(before), _listed(after), f"others {what}")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
