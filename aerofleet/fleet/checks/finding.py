"""Make the findings of checks, at the line that decides."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from aerofleet.files.settings import Settings
from aerofleet.files.validation import written
from aerofleet.findings import Finding
from aerofleet.load import Document
from aerofleet.settings.layers import layers_of
from aerofleet.settings.merge import Path
from aerofleet.settings.source import CellSource, WrittenCluster

AT_CLUSTER = ": "
"""Separator between a cluster and the path of its setting."""
SettingsOf = Mapping[str, Settings]
"""TEAM/CLUSTER → its settings; clusters whose settings have mistakes are left out."""


def finding(rule: str, document: Document, path: Path, message: str, hint: str = "") -> Finding:
    return Finding(rule, "error", written(path), message, hint, document.locate(path))


def finding_of_setting(
    rule: str, source: CellSource, cluster: WrittenCluster, setting: str, message_and_hint: tuple[str, str]
) -> Finding:
    """Return a finding at the line that decides a cluster's ``setting`` (a key of its settings), which may be a tier's;
    at the cluster if no layer has it."""
    message, hint = message_and_hint
    place = cluster.document.locate((*cluster.place, setting))
    with suppress(ValueError):
        layers = layers_of(source, source.tiers.chain(cluster.file.tier), cluster)
        place = next((layer.locate((setting,)) for layer in reversed(layers) if setting in layer.data), place)
    return Finding(rule, "error", f"{cluster.key}{AT_CLUSTER}{setting}", message, hint, place)
