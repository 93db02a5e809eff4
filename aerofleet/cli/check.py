"""`aerofleet check`: everything that is wrong with the definitions, all at once.

Once the definitions of a cell make sense by themselves, their clusters are put before the operator's admission rules.
A severe hazard is admitted and fails the check all the same; a size that does not hold the workload is a warning.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from aerofleet.analysis.cell import judged
from aerofleet.cli import EXIT_MISTAKE
from aerofleet.cli.findings import no_cell, print_findings
from aerofleet.findings import Finding
from aerofleet.findings.formats import FORMATS
from aerofleet.fleet.auto_size import lacks_for_workload
from aerofleet.fleet.resolve import Resolution, at_cluster, pool_models, resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.settings.source import cells


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet check",
        description=__doc__,
        epilog="exit code: 0 fine, 1 a severe hazard, 2 mistakes in the definitions",
    )
    parser.add_argument("cell", nargs="*", help="cells to check; all when left out")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text")
    options = parser.parse_args(argv)
    return check(options.root, options.cell or cells(options.root), options.format)


def check(root: Path, names: Sequence[str], form: str) -> int:
    if not names:
        sys.stderr.write(f"aerofleet check: {no_cell(root)}\n")
        return EXIT_MISTAKE
    # A tier is read once for each cell; what is wrong with it is said once.
    findings = dict.fromkeys(finding for name in names for finding in findings_of(resolve_cell(root, name)))
    result = print_findings(tuple(findings), form)
    if form == "text":
        sys.stdout.write(f"{', '.join(names)}: {counted(len(findings))}\n")
    return result


def findings_of(resolution: Resolution) -> list[Finding]:
    admission = judged(resolution, render_cell(resolution.cell) if resolution.cell else None)
    return [*resolution.findings, *admission, *too_small(resolution)]


def too_small(resolution: Resolution) -> Iterator[Finding]:
    """Clusters whose size was given, and does not hold what their workload grows to."""
    source = resolution.source
    if resolution.cell is None or source is None:
        return
    for definition in source.clusters:
        settings = resolution.settings[definition.key].settings
        place = definition.document.locate((*definition.place, "size"))
        for message in lacks_for_workload(
            settings, source.server_version(settings.channel), pool_models(source, settings)
        ):
            hint = f"a larger size, or `size: auto`; `aerofleet size {definition.key}` says what it needs and has"
            finding = Finding("size-short", "warning", "size", f"does not hold the workload: {message}", hint, place)
            yield at_cluster(finding, definition)


def counted(findings: int) -> str:
    return "nothing found" if not findings else "1 finding" if findings == 1 else f"{findings} findings"
