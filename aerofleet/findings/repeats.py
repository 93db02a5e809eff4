"""Report a problem of several subjects once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from aerofleet.findings.finding import Finding

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
        shown, more = ", ".join(subjects[:NAMED]), len(subjects) - NAMED
        also = f"; the same in {shown}{f' and {more} more' if more > 0 else ''}" if subjects else ""
        yield replace(first, message=first.message + also)
