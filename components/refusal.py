"""End the Pulumi program on a person's mistake: one line for each finding, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pulumi

from aerofleet.findings import Finding
from aerofleet.findings.stop import StopError


@contextmanager
def refusals_logged() -> Iterator[None]:
    """Turn a StopError into Pulumi's own end of a run, with its findings in the engine's log."""
    try:
        yield
    except StopError as error:
        for finding in error.findings:
            pulumi.log.error(line_of(finding))
        raise pulumi.RunError(error.message or str(error)) from None


def line_of(finding: Finding) -> str:
    """Return ``file:line:column  subject  path  message – remedy``, without what the finding lacks."""
    parts = (str(finding.location or ""), str(finding.subject or ""), finding.path, finding.message)
    return "  ".join(filter(None, parts)) + (f" – {finding.remedy}" if finding.remedy else "")
