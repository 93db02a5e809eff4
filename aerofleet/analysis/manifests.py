"""What is wrong with manifests that are judged together, as `aerofleet lint` reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.reasons.identity import API_VERSION_UNSERVED
from aerofleet.analysis.cluster import Reading, judge_cluster
from aerofleet.findings import Finding, Subject, declared
from aerofleet.load import Document
from aerofleet.units.aerospike_cluster import API_VERSION, KIND, is_cluster, is_foreign_cluster
from aerofleet.units.object_identity import cluster_name, key_of, label_of

NO_CLUSTER = declared(
    "no-cluster",
    "A set of manifests has no AerospikeCluster: nothing is judged.",
    scope="file",
    severity="error",
    remedy=f"apiVersion: {API_VERSION}, kind: {KIND}",
    source="Platform rule: docs/how-to/judge-raw-clusters.md",
)
ANOTHER_OPERATOR = declared(
    "another-operator",
    "An AerospikeCluster is of another operator, which has a kind of the same name.",
    scope="file",
    severity="error",
    remedy=f"the Aerospike Kubernetes Operator answers to {API_VERSION}",
    source="AKO 4.5.0, config/crd/bases/asdb.aerospike.com_aerospikeclusters.yaml: spec.group",
)
OBJECT_TWICE = declared(
    "object-twice",
    "An object is written twice: of two with one name only the last one counts.",
    scope="file",
    severity="error",
    remedy="another name, or one of them only",
    source="Kubernetes 1.35, names of objects: kind, namespace and name identify an object",
)
RULES = (NO_CLUSTER, ANOTHER_OPERATOR, OBJECT_TWICE)


@dataclass(frozen=True, slots=True)
class ManifestAnalysis:
    """``findings``: in the order of the documents; they have the locations of the documents' files."""

    findings: tuple[Finding, ...]


def analyse_manifests(documents: Sequence[Document], operator: str = OPERATOR) -> ManifestAnalysis:
    """Return the findings of all AerospikeClusters among the documents, judged together with the other objects.

    ``operator``: the release that judges. A finding has a subject where the documents have several clusters.
    """
    return ManifestAnalysis(tuple(_findings(documents, operator)))


def _findings(documents: Sequence[Document], operator: str) -> Iterator[Finding]:
    objects = ObjectSet((document.data for document in documents), operator)
    clusters = [document for document in documents if is_cluster(document.data)]
    foreign = [document for document in documents if is_foreign_cluster(document.data)]
    if not clusters and not foreign:
        location = documents[0].locate(()) if documents else None
        yield NO_CLUSTER.finding(
            "kind", f"no object of the kind {KIND} in this file: nothing is judged", location=location
        )
    is_one = len(clusters) + len(foreign) == 1
    for document in foreign:
        yield replace(_foreign(document), subject=None if is_one else _subject(document))
    yield from _twice(documents)
    for document, cluster in zip(clusters, objects.clusters, strict=True):
        subject = None if is_one else _subject(document)
        for finding in _cluster_findings(document, cluster, objects):
            yield replace(finding, subject=subject)


def _subject(document: Document) -> Subject:
    return Subject("cluster", cluster_name(document.data))


def _foreign(document: Document) -> Finding:
    version = document.data.get("apiVersion")
    message = f"{version} is the API of another operator, which also calls its kind {KIND}: nothing in it is judged"
    return ANOTHER_OPERATOR.finding("apiVersion", message, location=document.find("apiVersion"))


def _twice(documents: Sequence[Document]) -> Iterator[Finding]:
    counts = Counter(key_of(document.data) for document in documents)
    seen: Counter[object] = Counter()
    for document in documents:
        key = key_of(document.data)
        seen[key] += 1
        if seen[key] == 2:
            message = f"is written {counts[key]} times: only the last one counts"
            location, subject = document.find("metadata.name"), Subject("object", label_of(document.data))
            yield OBJECT_TWICE.finding("metadata.name", message, location=location, subject=subject)


def _cluster_findings(document: Document, cluster: Cluster, objects: ObjectSet) -> Iterator[Finding]:
    version = document.data.get("apiVersion")
    if version != API_VERSION:
        message = f"{version!r} is not an apiVersion of {KIND} that the operator serves"
        yield API_VERSION_UNSERVED.finding("apiVersion", message, location=document.find("apiVersion"))
    for finding in judge_cluster(Reading(cluster, objects)).all():
        yield replace(finding, location=document.find(finding.path))
