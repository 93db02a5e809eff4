"""The policies of a change of the fleet, and all that a review reports of the policies of a cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aerofleet.analysis.cell_change import CellChange, FleetChange
from aerofleet.files.cell import CellFile
from aerofleet.findings import Finding
from aerofleet.policy.catalogue import OF_CHANGES, POLICIES, RULES
from aerofleet.policy.contacts import contacts_of
from aerofleet.policy.exceptions import Exceptions
from aerofleet.policy.judged_change import JudgedChange, source_of
from aerofleet.policy.policy import Policy
from aerofleet.policy.severity import Level
from aerofleet.policy.state import findings_with_policies, state_findings
from aerofleet.policy.strictness import stricter
from aerofleet.settings.source import CellSource

STOPPING = sum(policy.level is Level.MANDATORY for policy in RULES if isinstance(policy, Policy))
"""Number of policies that fail a change of production and no change of another environment."""
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
    mistakes on a side has none of that side. Clusters that only one side can render are judged as they are there.
    """
    full_base, full_head = change.full_base, change.full_head
    base = findings_with_policies(full_base, fleet.as_of) if full_base else ()
    if change.base is change.head:
        return PolicyReport(base, base, ())
    before, after = source_of(full_base), source_of(full_head)
    source, judge = after or before, judging_cell(before, after)
    if not change.is_known or source is None or judge is None:
        head = findings_with_policies(full_head, fleet.as_of) if full_head else ()
        return PolicyReport(base, head, ())
    exceptions = Exceptions(source, fleet.as_of, before)
    head = state_findings(full_head, fleet.as_of, exceptions, judge) if full_head else ()
    of_change = change_findings(JudgedChange(judge, change, fleet, exceptions, _stopped(base, head), STOPPING))
    own = exceptions.findings(judge, RULES, JUDGED) if change.head else ()
    by_itself = exceptions.of_the_change(judge, contacts_of(before or after))
    return PolicyReport(base, head, (*of_change, *own, *by_itself))


def _stopped(base: Iterable[Finding], head: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the errors of state policies of head that base does not have and that a waiver could let pass."""
    known = {finding.identity for finding in base}
    policies = ((POLICIES.get(finding.rule), finding) for finding in head if finding.severity == "error")
    return tuple(
        finding for policy, finding in policies if policy and policy.is_waivable and finding.identity not in known
    )


def judging_cell(before: CellSource | None, after: CellSource | None) -> CellFile | None:
    """Return the definition by which the change of a cell is judged; None where no side has a readable one."""
    base, head = (source.cell.file if source and source.cell else None for source in (before, after))
    return stricter(base, head) if base and head else base or head


def change_findings(judged: JudgedChange) -> tuple[Finding, ...]:
    """Return the findings of the change policies of one cell, waivers applied."""
    findings: list[Finding] = []
    for policy in OF_CHANGES:
        severity = policy.severity_in(judged.cell)
        if severity is not None:
            counted = (replace(finding, severity=severity) for finding in policy.findings(judged))
            findings += [judged.exceptions.waived(policy, finding) for finding in counted]
    return tuple(findings)
