"""Versions that have to go with one another."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.compatibility import release_of
from aerofleet.ako.image import numbers
from aerofleet.finding import Finding
from aerofleet.model.checks.finding import SettingsOf, finding
from aerofleet.model.resolved import OperatorPhase
from aerofleet.model.source import CellSource


def operator_kubernetes(source: CellSource, settings: SettingsOf) -> Iterator[Finding]:
    """The operator is made for the cell's Kubernetes. During an upgrade both of its versions are, since both run."""
    if source.cell is None:
        return
    file, operator = source.cell.file, source.cell.file.operator
    versions = {"version": operator.version}
    if operator.phase is not OperatorPhase.RELEASE:
        versions["previousVersion"] = operator.previous_version
    for key, version in versions.items():
        release = release_of(version)
        if release is None:
            continue
        oldest, newest = release.oldest_kubernetes, release.newest_kubernetes
        if not numbers(oldest) <= numbers(file.kubernetes)[:2] <= numbers(newest):
            message = f"operator {version} is made for Kubernetes {oldest} to {newest}, not for {file.kubernetes}"
            hint = "upgrade the operator before Kubernetes"
            yield finding("operator-kubernetes", source.cell.document, ("operator", key), message, hint)
