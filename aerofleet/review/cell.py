"""The changed clusters and objects of one cell, each with its effect and its causes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from aerofleet.ako.config import entries
from aerofleet.ako.external_secret import EXTERNAL_SECRET, store_paths
from aerofleet.analysis.cell import CellAnalysis
from aerofleet.analysis.cell_change import CellChange
from aerofleet.analysis.change import ObjectChange
from aerofleet.analysis.release_change import operator_reasons
from aerofleet.findings import Effect, Reason
from aerofleet.fleet.left_out import known_clusters
from aerofleet.fleet.stack_name import PLATFORM, StackName
from aerofleet.policy.strictness import STRICTNESS
from aerofleet.review.causes import OBJECTS, RESOURCE, Causes, DefinedCluster, defined_clusters
from aerofleet.review.model import Cause, ChangedCluster, ChangedOther, CodeChange, Upgrade
from aerofleet.review.redaction import redacted
from aerofleet.review.upgrades import operator_cause, operator_change, upgrades_of
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.cluster_key import cluster_key
from aerofleet.units.object_identity import cluster_name, kind_of, label_of, owner_of
from aerofleet.units.same_value import is_same

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CellReview:
    """``unchanged``: how many clusters nothing happens to."""

    clusters: tuple[ChangedCluster, ...] = ()
    others: tuple[ChangedOther, ...] = ()
    unchanged: int = 0
    upgrades: tuple[Upgrade, ...] = ()


@dataclass(slots=True)
class Objects:
    """The objects of a cell on one side. ``resources``: NAMESPACE/NAME → AerospikeCluster; ``owned``: the same name →
    the objects that are made for it; ``others``: label → any other object.
    """

    resources: dict[str, Object] = field(default_factory=dict)
    owned: dict[str, dict[str, Object]] = field(default_factory=dict)
    others: dict[str, Object] = field(default_factory=dict)

    @classmethod
    def of(cls, side: CellAnalysis | None) -> Objects:
        """Return the objects by their labels, which rendered objects of every release have."""
        result, everything = cls(), list(side.rendered.objects()) if side and side.rendered else []
        clusters = {owner_of(one): cluster_name(one) for one in everything if is_cluster(one)}
        for one in everything:
            cluster = clusters.get(owner_of(one))
            if is_cluster(one):
                result.resources[cluster_name(one)] = one
            elif cluster is None:
                result.others[label_of(one)] = one
            else:
                result.owned.setdefault(cluster, {})[label_of(one)] = one
        return result


NO_CODE = CodeChange()


def review_cell(cell: CellChange, code: CodeChange = NO_CODE) -> CellReview:
    """Return what the change does in one cell; nothing where it is unknown. ``code``: what differs beside the
    definitions.
    """
    if cell.base is cell.head:
        has_mistakes = cell.head is not None and cell.head.rendered is None
        named = known_clusters(cell.head.resolution.source) if cell.head and has_mistakes else ()
        return CellReview(unchanged=len(named or cell.change.clusters))
    if not cell.is_known:
        return CellReview()
    of_clusters = _Clusters.of(cell, code)
    clusters = tuple(cluster for change in cell.change.clusters for cluster in of_clusters.changed(change))
    others = (change for change in cell.change.objects if change.subject.name not in of_clusters.labels)
    resources = {name: dict(resource) for name, resource in of_clusters.head.resources.items()}
    upgrades = tuple(upgrades_of(cell, clusters, resources))
    unchanged = len(cell.change.clusters) - len(clusters)
    return CellReview(clusters, tuple(map(of_clusters.other, others)), unchanged, upgrades)


@dataclass(slots=True)
class _Clusters:
    """A cell whose clusters are reviewed one by one. ``labels``: label of an object that a cluster owns → its change,
    if it changes.
    """

    cell: CellChange
    base: Objects
    head: Objects
    defined_base: dict[str, DefinedCluster]
    defined_head: dict[str, DefinedCluster]
    labels: dict[str, ObjectChange | None]
    code: CodeChange
    releases: tuple[str, str] | None
    upgrade: tuple[Cause, ...]
    causes: Causes = field(default_factory=Causes)

    @classmethod
    def of(cls, cell: CellChange, code: CodeChange) -> _Clusters:
        base, head = Objects.of(cell.base), Objects.of(cell.head)
        changes = {change.subject.name: change for change in cell.change.objects}
        owned = (label for side in (base, head) for objects in side.owned.values() for label in objects)
        releases, cause = operator_change(cell), operator_cause(cell)
        upgrade = (cause,) if cause else ()
        of_base, of_head = (defined_clusters(side.resolution if side else None) for side in (cell.base, cell.head))
        return cls(
            cell, base, head, of_base, of_head, {label: changes.get(label) for label in owned}, code, releases, upgrade
        )

    def changed(self, change: ObjectChange) -> Iterator[ChangedCluster]:
        """Yield the cluster if it differs, or if something becomes of it."""
        name = change.subject.name
        old, new = self.base.resources.get(name), self.head.resources.get(name)
        of_base, of_head = self.base.owned.get(name, {}), self.head.owned.get(name, {})
        parts = {RESOURCE: not is_same(old, new), OBJECTS: not is_same(of_base, of_head)}
        of_operator = operator_reasons(dict(new), *self.releases) if new and old and self.releases else ()
        if not any(parts.values()) and change.effect == Effect.NONE and not change.hazards and not of_operator:
            return
        beside = [one for label in {**of_base, **of_head} if (one := self.labels[label])]
        known = {(reason.rule, reason.path) for reason in change.reasons}
        of_upgrade = (reason for reason in of_operator if (reason.rule, reason.path) not in known)
        reasons = (*change.reasons, *of_upgrade, *self._of_objects(beside, change, both=bool(old and new)))
        team, cluster = owner_of(new or old or {})
        # Another name of a team or cluster over the same resource: each side has its own key.
        keys = [cluster_key(*owner_of(one)) if one else cluster_key(team, cluster) for one in (old, new)]
        causes = self.causes.of(
            self.defined_base.get(keys[0]), self.defined_head.get(keys[1]), [part for part, has in parts.items() if has]
        )
        by_code = self._is_by_code(name)
        of_release = self.upgrade if of_operator else ()
        namespace, _, resource = name.partition("/")
        yield ChangedCluster(
            cell=self.cell.name,
            environment=self._environment,
            stack=self._stack(team),
            team=team,
            cluster=cluster,
            namespace=namespace,
            name=resource,
            effect=max((change.effect, *(reason.effect for reason in reasons))),
            reasons=reasons,
            hazards=(*change.hazards, *(forecast.findings if (forecast := change.forecast) else ())),
            pods=dict(change.pods),
            blocks_hosts=change.blocks_hosts,
            causes=tuple(map(redacted, (*causes, *of_release, *(self.code.causes if by_code else ())))),
            by_changed_code=by_code,
            server_namespaces=tuple(_server_namespaces(new or old or {})),
            awaited_secrets=tuple(_awaited_secrets(of_base, of_head)),
            make_forecast=change.make_forecast,
        )

    def other(self, change: ObjectChange) -> ChangedOther:
        """Return an object that belongs to no cluster."""
        resource = self.head.others.get(change.subject.name) or self.base.others.get(change.subject.name) or {}
        team = owner_of(resource)[0]
        label = change.subject.name
        base, head = (side.resolution.source if side else None for side in (self.cell.base, self.cell.head))
        return ChangedOther(
            self.cell.name,
            self._environment,
            self._stack(team),
            label,
            change.effect,
            change.reasons,
            self._is_by_code(label),
            tuple(map(redacted, self.causes.of_object(base, head, team, label.partition(" ")[0]))),
        )

    def _is_by_code(self, name: str) -> bool:
        return name in self.code.changed.get(self.cell.name, ())

    @staticmethod
    def _of_objects(beside: list[ObjectChange], change: ObjectChange, *, both: bool) -> Iterator[Reason]:
        """Yield the reasons of the cluster's other objects. Those that come and go with it are told only where they do
        more than the cluster itself.
        """
        for one in beside:
            kind, _, name = one.subject.name.partition(" ")
            for reason in one.reasons:
                if both or reason.effect > change.effect:
                    place = name.rpartition("/")[2] if reason.path == "metadata.name" else reason.path
                    yield replace(reason, path=f"{kind} {place}")

    @property
    def _environment(self) -> str:
        """The stricter environment of both sides; ``ephemeral`` where neither protects the cell."""
        built = [cell for side in (self.cell.head, self.cell.base) if side and (cell := side.resolution.cell)]
        protected = [cell.environment for cell in built if not cell.ephemeral]
        return max(protected, key=STRICTNESS.index).value if protected else "ephemeral" if built else ""

    def _stack(self, team: str) -> str:
        """Return the stack of a team's objects, of the platform's without a team."""
        rendered = next(side.rendered for side in (self.cell.head, self.cell.base) if side and side.rendered)
        group = next((one.group for one in rendered.teams if one.name == team), "")
        cell = next((side.resolution.cell for side in (self.cell.head, self.cell.base) if side), None)
        part = group or (PLATFORM if cell and cell.groups and not team else "")
        return str(StackName(self.cell.name, part))


def _awaited_secrets(base: Mapping[str, Object], head: Mapping[str, Object]) -> Iterator[str]:
    """Yield the paths in the secret store that the new ExternalSecrets of a cluster name."""
    for label, one in head.items():
        if label not in base and kind_of(one) == EXTERNAL_SECRET:
            yield from store_paths(one)


def _server_namespaces(resource: Object) -> Iterator[str]:
    """Yield the names of the Aerospike namespaces of a cluster."""
    for namespace in entries(resource, "spec", "aerospikeConfig", "namespaces"):
        yield str(namespace.get("name", ""))
