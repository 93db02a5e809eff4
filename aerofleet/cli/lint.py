"""`aerofleet lint`: report what the operator refuses in raw AerospikeCluster files, and what it admits but a platform
should not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from aerofleet.ako.compatibility import OPERATOR
from aerofleet.analysis.manifests import analyse_manifests
from aerofleet.cli.findings import add_format, add_selection, left_out, print_findings, selection_of
from aerofleet.cli.operator import add_operator, operator_of
from aerofleet.findings import Finding, Location
from aerofleet.load import Document, LoadError
from aerofleet.load.objects import read_objects


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet lint",
        description=__doc__,
        epilog="exit code: 0 fine, 1 a severe hazard that the operator admits, 2 a mistake or a refusal; only the "
        "selected rules count",
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="YAML or JSON, with one or several documents; all files are judged together",
    )
    add_format(parser)
    add_operator(parser)
    add_selection(parser)
    options = parser.parse_args(argv)
    selection, operator = selection_of(options), operator_of(parser, options)
    all_findings = findings_of(options.files, operator)
    findings = selection.of_findings(all_findings)
    code = print_findings(findings, options.format)
    if options.format == "text" and len(findings) < len(all_findings):
        sys.stdout.write(f"{len(findings)} shown{left_out(len(all_findings) - len(findings))}\n")
    return code


def findings_of(paths: Sequence[Path], operator: str = OPERATOR) -> list[Finding]:
    """Return every finding of the files, which are judged together, in the order of the files."""
    documents: list[Document] = []
    findings: list[Finding] = []
    for path in paths:
        try:
            documents += read_objects(path)
        except LoadError as error:
            findings += error.findings
    if documents or not findings:
        findings += analyse_manifests(documents, operator).findings
    order = {str(path): position for position, path in enumerate(paths)}
    # A finding without a location is reported at the beginning of the first file.
    first = Location(str(paths[0]), 1, 1)
    located = [finding if finding.location else replace(finding, location=first) for finding in findings]
    return sorted(located, key=lambda finding: (*_place(finding, order), finding.rule))


def _place(finding: Finding, order: dict[str, int]) -> tuple[int, Location]:
    location = finding.location or Location("", 0, 0)
    return order.get(location.file, 0), location
