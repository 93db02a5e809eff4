"""Report a problem of several subjects once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aerofleet.findings.finding import Finding
from aerofleet.units.names_in_text import shortened

NAMED = 3
"""Most subjects that a finding names beside the first."""


def merge_repeats(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings that differ only in their subject once, with the first subject; the message names the others.

    One mistake in a tier is a finding of every cluster of the tier: ``…; the same in shop/carts and 2 more``.
    """
    groups: dict[Finding, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(replace(finding, subject=None), []).append(finding)
    for first, *others in groups.values():
        subjects = [str(finding.subject) for finding in others if finding.subject not in (None, first.subject)]
        also = f"; the same in {shortened(subjects, NAMED)}" if subjects else ""
        yield replace(first, message=first.message + also)
