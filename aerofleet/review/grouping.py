"""Fold clusters with equal changes into groups: the same effect, reasons, hazards and causes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import TypeVar

from aerofleet.findings import Finding
from aerofleet.review.model import Cause, ChangedCluster, Group

CLUSTER, NAMESPACE, TEAM = "<cluster>", "<namespace>", "<team>"
"""Stand for the names in which the reasons of equal changes differ."""
STANDS_FOR = {
    CLUSTER: "each cluster's own name",
    NAMESPACE: "each cluster's own namespace",
    TEAM: "each cluster's own team",
}
"""Placeholder → what it stands for."""
WORD = re.compile(r"[\w.-]*\w")

F = TypeVar("F", bound=Finding)


def groups_of(clusters: Iterable[ChangedCluster]) -> tuple[Group, ...]:
    """Return the groups, the worst effect first, then the largest, then in the order of their clusters."""
    groups: dict[object, list[ChangedCluster]] = {}
    for cluster in clusters:
        groups.setdefault(_key(cluster), []).append(cluster)
    ordered = sorted(groups.values(), key=lambda group: (-group[0].effect, -len(group)))
    return tuple(map(_group, ordered))


def _group(clusters: list[ChangedCluster]) -> Group:
    first = clusters[0]
    if all((one.reasons, one.hazards) == (first.reasons, first.hazards) for one in clusters):
        return Group(tuple(clusters), first.reasons, first.hazards)
    return Group(tuple(clusters), _common(first, first.reasons), _common(first, first.hazards))


def _key(cluster: ChangedCluster) -> object:
    """Return what equal changes have in common: everything but the names of the cluster and of its parts."""
    return (
        cluster.effect,
        _common(cluster, cluster.reasons),
        _common(cluster, cluster.hazards),
        tuple(map(_cause_key, cluster.causes)),
        cluster.blocks_hosts,
        cluster.by_changed_code,
        cluster.environment,
        tuple(sorted(cluster.pods)),
    )


def _common(cluster: ChangedCluster, findings: tuple[F, ...]) -> tuple[F, ...]:
    """Return the findings without the names of the cluster, of its objects and of its namespaces."""
    names = {cluster.team: TEAM} | dict.fromkeys((cluster.cluster, cluster.name), CLUSTER)
    names |= dict.fromkeys(cluster.server_namespaces, NAMESPACE)
    own = f"{cluster.name}."

    def without_name(word: str) -> str:
        return f"{CLUSTER}.{word.removeprefix(own)}" if word.startswith(own) else names.get(word, word)

    def without_names(text: str) -> str:
        return WORD.sub(lambda match: without_name(match[0]), text)

    return tuple(replace(one, path=without_names(one.path), message=without_names(one.message)) for one in findings)


def _cause_key(cause: Cause) -> str:
    """Return the cause as text, because its values may be lists or mappings."""
    return json.dumps(asdict(cause), sort_keys=True, default=str)
