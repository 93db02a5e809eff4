"""What is wrong with one AerospikeCluster: the only place that composes admission, refused starts and hazards."""

from __future__ import annotations

from typing import NamedTuple

from aerofleet.ako.admission import answer_create, without_consequences
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.ako.hazards.beside import hazards_beside
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.refused_starts import start_errors
from aerofleet.findings import Finding


class Reading(NamedTuple):
    """A cluster as one operator release reads it, and the objects that are judged with it, the cluster among them."""

    cluster: Cluster
    objects: ObjectSet


class ClusterFindings(NamedTuple):
    """``admission``: what the operator refuses (errors) and warns of; ``starts``: what stops a server from starting;
    ``hazards``: what both let through and a platform should not.
    """

    admission: list[Finding]
    starts: list[Finding]
    hazards: list[Finding]

    @property
    def refusals(self) -> list[Finding]:
        """Return the errors of the admission."""
        return [finding for finding in self.admission if finding.severity == "error"]

    def all(self) -> list[Finding]:
        """Return every finding, what is refused first."""
        return [*self.admission, *self.starts, *self.hazards]


def judge_cluster(*readings: Reading) -> ClusterFindings:
    """Return the findings of an AerospikeCluster by itself and beside the objects that are judged with it.

    ``readings``: one for each operator release that judges; what several of them find is there once. Consequences of a
    refusal are left out: they were judged without the value that was meant.
    """
    admission = list(dict.fromkeys(f for cluster, _ in readings for f in answer_create(cluster).findings))
    refusals = [finding for finding in admission if finding.severity == "error"]
    starts = without_consequences(start_errors(readings[0].cluster), refusals)
    hazards = list(dict.fromkeys(hazard for reading in readings for hazard in _hazards(reading)))
    return ClusterFindings(admission, starts, without_consequences(hazards, refusals))


def _hazards(reading: Reading) -> list[Finding]:
    return [*cluster_hazards(reading.cluster), *hazards_beside(reading.cluster, reading.objects)]
