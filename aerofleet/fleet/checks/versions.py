"""Check that versions fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aerofleet.ako.compatibility import OPERATOR, RELEASES, release_of
from aerofleet.files.choices import OperatorPhase
from aerofleet.findings import Finding
from aerofleet.fleet.checks.finding import SettingsOf, finding
from aerofleet.settings.source import CellSource


def operators(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """Find operator releases without known rules, or not made for the cell's Kubernetes; in an upgrade both
    releases.
    """
    if source.cell is None:
        return
    file, operator = source.cell.file, source.cell.file.operator
    versions = {"version": operator.version}
    if operator.phase is not OperatorPhase.RELEASE:
        versions["previousVersion"] = operator.previous_version
    for key, version in versions.items():
        release = release_of(version)
        if release is None and operator.estimate_unknown_release:
            message = f"the rules of operator {version} are not known: what clusters meet is an estimate by {OPERATOR}"
            hint = "add the release to Aerofleet's tables (docs/how-to/add-a-release.md)"
            found = finding("operator-estimate", source.cell.document, ("operator", key), message, hint)
            yield replace(found, severity="warning")
            continue
        if release is None:
            message = f"the rules of operator {version} are not known; known are those of {', '.join(RELEASES)}"
            hint = (
                "add the release to Aerofleet's tables (docs/how-to/add-a-release.md), or write "
                f"operator.estimateUnknownRelease: true to judge it as {OPERATOR}, everything marked as an estimate"
            )
            yield finding("operator-unknown", source.cell.document, ("operator", key), message, hint)
            continue
        if not release.runs_on(file.kubernetes):
            made_for = f"{release.oldest_kubernetes} to {release.newest_kubernetes}"
            message = f"operator {version} is made for Kubernetes {made_for}, not for {file.kubernetes}"
            hint = "upgrade the operator before Kubernetes"
            yield finding("operator-kubernetes", source.cell.document, ("operator", key), message, hint)
