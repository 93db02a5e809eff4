"""The rules of the features: those of all free mappings, and those that single features bring."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.features import FEATURES
from aerofleet.findings import Finding, Rule, findings_of
from aerofleet.fleet.defined_cluster import DefinedCluster, defined_clusters
from aerofleet.fleet.resolve import Resolution
from aerofleet.manifests import free_config

OF_FEATURES: tuple[Rule[[DefinedCluster]], ...] = tuple(rule for feature in FEATURES for rule in feature.rules)
RULES: tuple[Rule[...], ...] = (*free_config.RULES, *OF_FEATURES)


def feature_findings(resolution: Resolution) -> Iterator[Finding]:
    """Yield the findings of every cluster whose settings could be read."""
    for cluster in defined_clusters(resolution):
        yield from free_config.free_config(cluster)
        yield from findings_of(OF_FEATURES, cluster)
