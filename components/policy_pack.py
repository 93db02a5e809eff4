"""The policies in the engine: a pack that stops a preview or an update before anything is made."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from aerofleet.files.project_files import Files
from aerofleet.findings import Severity
from aerofleet.fleet.stack_name import parse_stack_name
from aerofleet.policy.pack import PACK, Report, pack_reports
from aerofleet.policy.policy import Policy
from aerofleet.settings.source import CellSource, cells, read_cell

KUBERNETES = "kubernetes:"
"""Prefix of the type of every rendered object; all other resources are Pulumi's own."""
LEVELS: dict[EnforcementLevel, tuple[str, tuple[Severity, ...]]] = {
    EnforcementLevel.MANDATORY: ("", ("error",)),
    EnforcementLevel.ADVISORY: ("-advice", ("severe", "warning")),
}
"""Level of the engine → (end of the name of a policy, the severities that it reports)."""

Reports = Callable[[ResourceValidationArgs], tuple[Report, ...]]


def make_policy_pack(root: Path) -> None:
    """Serve the pack for the definitions in ``root`` until the engine ends it."""
    as_of = datetime.datetime.now(tz=datetime.UTC).date()
    reports = _reports(root, as_of)
    policies = [_policy(policy, level, reports) for policy in PACK for level in LEVELS]
    PolicyPack("aerofleet", list(policies), enforcement_level=EnforcementLevel.MANDATORY)


def _reports(root: Path, as_of: datetime.date) -> Reports:
    """Return a function to the reports of a resource; each resource is judged once, for all policies."""
    judged: dict[str, tuple[Report, ...]] = {}

    @lru_cache(maxsize=64)
    def source_of(cell: str) -> CellSource:
        if cell not in cells(root):
            raise ValueError(f"{root / 'stacks'} has no cell '{cell}': the pack can't know how strictly to judge it")
        return read_cell(Files(root), cell)

    def reports(args: ResourceValidationArgs) -> tuple[Report, ...]:
        if not args.resource_type.startswith(KUBERNETES):
            return ()
        if args.urn not in judged:
            cell = parse_stack_name(args.urn.split("::")[0].removeprefix("urn:pulumi:")).cell
            judged[args.urn] = tuple(pack_reports(source_of(cell), args.props, as_of))
        return judged[args.urn]

    return reports


def _policy(policy: Policy[...], level: EnforcementLevel, reports: Reports) -> ResourceValidationPolicy:
    suffix, severities = LEVELS[level]

    def validate(args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        for judged, finding in reports(args):
            if judged is policy and finding.severity in severities:
                report_violation(f"{finding.subject}  {finding.path}  {finding.message}; {finding.remedy}", None)

    return ResourceValidationPolicy(f"{policy.id}{suffix}", policy.summary, validate, level)
