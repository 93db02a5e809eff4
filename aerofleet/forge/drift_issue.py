"""The issue about drift: what it says, and where it is kept."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from aerofleet.findings import SEVERITIES, Finding
from aerofleet.findings.formats.markdown import HEAD, as_markdown
from aerofleet.forge.environment import GITHUB_API, GITLAB_SERVER, missing, token_of
from aerofleet.forge.github_issues import GitHubIssues
from aerofleet.forge.gitlab_issues import GitLabIssues
from aerofleet.forge.issue import IssueForge, IssueText, Outcome, keep_issue
from aerofleet.review.formats.markdown_text import codes
from aerofleet.units.amount import counted

LABEL = "aerofleet-drift"
MOST_CHARACTERS = 60_000
"""Of the table. GitHub takes 65,536 characters for an issue, GitLab 1,048,576."""
LONGEST_TITLE = 200
"""Characters of a title with the names of the stacks; a longer one has their number."""
EXPLANATION = (
    "Each finding says what it does to put the value back: read that first. Either put it back with the command of the"
    " finding, or write the value into the definitions. This text is updated while drift stays, and the issue is closed"
    " when there is none."
)
OUTCOMES: Mapping[Outcome, str] = {
    "opened": "the issue about drift was opened",
    "updated": "the issue about drift was updated",
    "unchanged": "the issue about drift is up to date",
    "closed": "the issue about drift was closed, because there is none any more",
    "none": "no issue, because there is no drift",
}


def post_drift(
    kind: str,
    environ: Mapping[str, str],
    repository: str | None,
    text: IssueText,
) -> str:
    """Keep the one issue about drift, and return a line for the log. Raises PlaceError, CallError."""
    name, forge = _issues(kind, environ, repository)
    return f"{name}: {OUTCOMES[keep_issue(forge, text, time.sleep)]}"


def text_of(stacks: Sequence[str], asked: Sequence[str], findings: Sequence[Finding], job: str) -> IssueText:
    """Return what is posted. ``asked``: the stacks that the command named, which have an issue of their own; none for
    all. ``job``: the address of the job that runs, or empty. Notes (`info`) alone are nothing to report.
    """
    marker = f"<!-- aerofleet:drift{''.join(f' {stack}' for stack in asked)} -->"
    count = counted(len(findings), "finding")
    title = f"Drift: {count} in {', '.join(stacks)}"
    if len(title) > LONGEST_TITLE:
        title = f"Drift: {count} in {counted(len(stacks), 'stack')}"
    source = f" [The job]({job}) has the whole output." if job else ""
    lines = (
        marker,
        f"The servers of {codes(stacks)} are not as the definitions say.{source}",
        "",
        EXPLANATION,
        "",
        _table(findings),
    )
    nothing = f"{marker}\nNo drift any more.{source}\n"
    is_drift = any(finding.severity != "info" for finding in findings)
    return IssueText(marker, LABEL, title, "\n".join(lines) if is_drift else "", nothing)


def _table(findings: Sequence[Finding]) -> str:
    """Return the table of the findings, the worst first, as many as fit."""
    ordered = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    rows = as_markdown(ordered).removeprefix(HEAD)
    shown = ""
    lines = rows.splitlines(keepends=True)
    for count, line in enumerate(lines):
        if len(shown) + len(line) > MOST_CHARACTERS:
            return f"{HEAD}{shown}\nand {len(lines) - count} more\n"
        shown += line
    return HEAD + shown


def _issues(kind: str, environ: Mapping[str, str], repository: str | None) -> tuple[str, IssueForge]:
    if kind == "github":
        token = token_of(environ, "GITHUB_TOKEN")
        name = repository or environ.get("GITHUB_REPOSITORY") or missing("the repository", "--repository OWNER/NAME")
        return name, GitHubIssues(environ.get("GITHUB_API_URL") or GITHUB_API, name, token)
    token = token_of(environ, "GITLAB_TOKEN")
    name = repository or environ.get("CI_PROJECT_ID") or missing("the project", "--repository GROUP/NAME")
    return name, GitLabIssues(environ.get("CI_SERVER_URL") or GITLAB_SERVER, name, token)
