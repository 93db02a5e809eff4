"""`aerofleet lint`: what the operator refuses in raw AerospikeCluster files, and what it lets through but a platform
should not.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from aerofleet.ako.admission import admit_create, without_consequences
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.estimate import is_estimate, refusal_of
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.ako.hazards.beside import hazards_beside
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.reasons.identity import API_VERSION_UNSERVED
from aerofleet.ako.refused_starts import start_errors
from aerofleet.cli.findings import print_findings
from aerofleet.cli.manifest_file import read_objects
from aerofleet.findings import Finding, Location, Subject
from aerofleet.findings.formats import FORMATS
from aerofleet.load import Document, LoadError
from aerofleet.units.object_identity import (
    API_VERSION,
    KIND,
    cluster_name,
    is_cluster,
    is_foreign_cluster,
    key_of,
    label_of,
)


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet lint",
        description=__doc__,
        epilog="exit code: 0 fine, 1 the operator admits it, and a severe hazard is in it, 2 it is refused",
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="YAML or JSON, several documents allowed; judged together",
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    parser.add_argument("--operator", default=OPERATOR, help="operator release (default %(default)s)")
    words = f"judge a release that is not known as {OPERATOR}, and mark everything as an estimate"
    parser.add_argument("--estimate-unknown-operator", action="store_true", help=words)
    options = parser.parse_args(argv)
    if is_estimate(options.operator) and not options.estimate_unknown_operator:
        parser.error(refusal_of(options.operator, "--estimate-unknown-operator"))
    return print_findings(findings_of(options.files, options.operator), options.format)


def findings_of(paths: Sequence[Path], operator: str = OPERATOR) -> list[Finding]:
    """Every finding of the files, which are judged together, in the order of the files."""
    objects: list[Document] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            objects += read_objects(path)
        except LoadError as error:
            findings += error.findings
    if not findings or objects:
        findings += _findings(paths[0], objects, operator)
    order = {str(path): position for position, path in enumerate(paths)}
    return sorted(findings, key=lambda finding: (*_place(finding, order), finding.rule))


def _place(finding: Finding, order: dict[str, int]) -> tuple[int, Location]:
    location = finding.location or Location("", 0, 0)
    return order.get(location.file, 0), location


def _findings(path: Path, objects: list[Document], operator: str) -> Iterator[Finding]:
    together = ObjectSet((document.data for document in objects), operator)
    documents = [document for document in objects if is_cluster(document.data)]
    foreign = [document for document in objects if is_foreign_cluster(document.data)]
    if not documents and not foreign:
        message = f"no object of the kind {KIND} in this file: nothing is judged"
        hint = f"apiVersion: {API_VERSION}, kind: {KIND}"
        yield Finding("no-cluster", "error", "kind", message, hint, Location(str(path), 1, 1))
    is_one = len(documents) + len(foreign) == 1
    for document in foreign:
        yield replace(_foreign(document), subject=None if is_one else Subject("cluster", cluster_name(document.data)))
    yield from _twice(objects)
    for document, cluster in zip(documents, together.clusters, strict=True):
        subject = None if is_one else Subject("cluster", cluster_name(document.data))
        for finding in cluster_findings(document, cluster, together, operator):
            yield replace(finding, subject=subject)


def _foreign(document: Document) -> Finding:
    version = document.data.get("apiVersion")
    message = f"{version} is the API of another operator, which also calls its kind {KIND}: nothing in it is judged"
    hint = f"the Aerospike Kubernetes Operator answers to {API_VERSION}"
    return Finding("another-operator", "error", "apiVersion", message, hint, document.find("apiVersion"))


def _twice(objects: list[Document]) -> Iterator[Finding]:
    counts = Counter(key_of(document.data) for document in objects)
    met: Counter[object] = Counter()
    for document in objects:
        key = key_of(document.data)
        met[key] += 1
        if met[key] == 2:
            message = f"is written {counts[key]} times: only the last one counts"
            hint = "another name, or one of them only"
            place, subject = document.find("metadata.name"), Subject("object", label_of(document.data))
            yield Finding("object-twice", "error", "metadata.name", message, hint, place, subject)


def cluster_findings(document: Document, cluster: Cluster, together: ObjectSet, operator: str) -> Iterator[Finding]:
    """What the operator refuses in one cluster, and its hazards, located in the file. ``together``: all that is in the
    files.
    """
    version = document.data.get("apiVersion")
    if version != API_VERSION:
        message = f"{version!r} is not an apiVersion of {KIND} that the operator serves"
        yield API_VERSION_UNSERVED.finding("apiVersion", message, location=document.find("apiVersion"))
    found = admit_create(document.data, operator).findings
    errors = [finding for finding in found if finding.severity == "error"]
    hazards = [*cluster_hazards(cluster), *hazards_beside(cluster, together)]
    starts = without_consequences(start_errors(cluster), errors)
    for finding in (*found, *starts, *without_consequences(hazards, errors)):
        yield replace(finding, location=document.find(finding.path))
