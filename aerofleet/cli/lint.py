"""`aerofleet lint`: what the operator refuses in raw AerospikeCluster files, and what it lets through but a platform
should not.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aerofleet.ako.admission import admit_create, without_consequences
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.compatibility import OPERATOR, RELEASES, release_of
from aerofleet.ako.hazards import HAZARDS, cluster_hazards
from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import FORMATS, print_findings
from aerofleet.finding import Finding, Location
from aerofleet.load import Document, LoadError, read_all

KIND = "AerospikeCluster"
API_VERSION = "asdb.aerospike.com/v1"
SEVERE = frozenset(rule.id for rule in HAZARDS if rule.severity == "severe")


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet lint",
        description=__doc__,
        epilog="exit code: 0 fine, 1 the operator admits it, but a severe hazard stands in it, 2 it is refused",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="YAML or JSON, several documents allowed")
    parser.add_argument("--format", choices=sorted(FORMATS), default="text")
    parser.add_argument("--operator", default=OPERATOR, help="operator release (default %(default)s)")
    options = parser.parse_args(argv)
    if release_of(options.operator) is None:
        parser.error(f"operator {options.operator} is not known; known are {', '.join(RELEASES)}")
    findings = [finding for path in options.files for finding in findings_of(path, options.operator)]
    result = print_findings(findings, options.format, failure=EXIT_MISTAKE)
    if result != EXIT_FINE:
        return result
    return EXIT_FINDINGS if any(finding.rule in SEVERE for finding in findings) else EXIT_FINE


def findings_of(path: Path, operator: str = OPERATOR) -> list[Finding]:
    """Everything to say about a file, in the order of the file."""
    try:
        documents = read_all(path)
    except LoadError as error:
        return list(error.findings)
    clusters = [document for document in documents if is_cluster(document.data)]
    if not clusters:
        message = f"no document of the kind {KIND} in this file"
        return [
            Finding(
                "no-cluster",
                "error",
                "kind",
                message,
                f"apiVersion: {API_VERSION}, kind: {KIND}",
                Location(str(path), 1, 1),
            )
        ]
    found = [finding for document in clusters for finding in cluster_findings(document, operator)]
    return sorted(found, key=lambda finding: (finding.location or Location("", 0, 0), finding.rule))


def is_cluster(data: Any) -> bool:
    return isinstance(data, dict) and data.get("kind") == KIND


def cluster_findings(document: Document, operator: str) -> Iterator[Finding]:
    if document.data.get("apiVersion") != API_VERSION:
        message = f"{document.data.get('apiVersion')!r} is not the apiVersion of an {KIND}"
        yield Finding("api-version", "error", "apiVersion", message, API_VERSION, document.find("apiVersion"))
    found = admit_create(document.data, operator).findings
    errors = [finding for finding in found if finding.severity == "error"]
    hazards = [hazard.as_finding() for hazard in cluster_hazards(cluster_of(document.data))]
    for finding in (*found, *without_consequences(hazards, errors)):
        yield replace(finding, location=document.find(finding.path))
