"""The policies of a change of the fleet, and all that a review reports of the policies of a cell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.findings import Finding
from aerofleet.policy.catalogue import OF_CHANGES, RULES
from aerofleet.policy.exceptions import Exceptions
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.policy.state import findings_with_policies, state_findings

JUDGED: frozenset[str] = frozenset({"state", "change"})


@dataclass(frozen=True, slots=True)
class PolicyReport:
    """``base`` and ``head``: the findings of each side with those of the state policies, as `check` reports them;
    empty for a side that does not have the cell. ``change``: those of the change policies, and of the waivers and
    approvals of head.
    """

    base: tuple[Finding, ...]
    head: tuple[Finding, ...]
    change: tuple[Finding, ...]


def policy_report(fleet: FleetChange, change: CellChange) -> PolicyReport:
    """Return the findings of one cell of a change. A cell that does not change has no finding of a change, and one with
    mistakes on a side has none of that side.
    """
    base = findings_with_policies(change.base, fleet.as_of) if change.base else ()
    if change.base is change.head:
        return PolicyReport(base, base, ())
    head_source = source_of(change.head) or source_of(change.base)
    if not change.is_known or head_source is None or head_source.cell is None:
        head = findings_with_policies(change.head, fleet.as_of) if change.head else ()
        return PolicyReport(base, head, ())
    exceptions = Exceptions(head_source, fleet.as_of)
    head = state_findings(change.head, fleet.as_of, exceptions) if change.head else ()
    of_change = change_findings(fleet, change, exceptions)
    own = exceptions.findings(head_source.cell.file, RULES, JUDGED) if change.head else ()
    return PolicyReport(base, head, (*of_change, *own))


def change_findings(fleet: FleetChange, change: CellChange, exceptions: Exceptions) -> tuple[Finding, ...]:
    """Return the findings of the change policies of one cell, waivers applied."""
    source = source_of(change.base) or source_of(change.head)
    if source is None or source.cell is None:
        return ()
    judged = JudgedChange(source.cell.file, change, fleet, exceptions)
    findings: list[Finding] = []
    for policy in OF_CHANGES:
        severity = policy.severity_in(judged.cell)
        if severity is not None:
            counted = (replace(finding, severity=severity) for finding in policy.findings(judged))
            findings += [exceptions.waived(policy, finding) for finding in counted]
    return tuple(findings)
