"""`aerofleet diff`: predict what the operator does when one AerospikeCluster file replaces another, and how changes of
the other objects in the files affect the clusters. Objects of several cells, as `aerofleet render` prints them, are
compared cell by cell.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from aerofleet.analysis.formats import FORMATS
from aerofleet.analysis.several_cells import analyse_cells, of_cells
from aerofleet.cli.findings import add_selection, print_findings, selection_of
from aerofleet.cli.operator import add_operator, operator_of
from aerofleet.cli.terminal import standard_output
from aerofleet.findings.effect import Effect
from aerofleet.findings.exit_code import ExitCode
from aerofleet.load import LoadError
from aerofleet.load.objects import read_objects
from aerofleet.units.aerospike_cluster import API_VERSION, is_cluster, is_foreign_cluster
from aerofleet.units.object_identity import key_of, label_of

SELECTED = (
    "only reasons and hazards of the selected rules are printed, and a line counts the others; the effect and the exit "
    "code follow from all rules"
)


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet diff",
        description=__doc__,
        epilog="exit code: 0 fine, 1 the effect is --fail-on or worse, 2 a file can't be read",
    )
    parser.add_argument("old", type=Path, help="file before the change: YAML or JSON, with one or several documents")
    parser.add_argument("new", type=Path, help="file after the change; objects are matched by kind and name")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default %(default)s")
    levels = [str(effect) for effect in Effect]
    meaning = "exit code 1 for this effect or a worse one (default %(default)s; none: never)"
    parser.add_argument("--fail-on", choices=levels, default=str(Effect.REFUSED), help=meaning)
    add_operator(parser)
    parser.add_argument(
        "--all", action="store_true", help="print every cluster by itself, also those without an effect"
    )
    add_selection(parser, SELECTED)
    options = parser.parse_args(argv)
    selection, operator = selection_of(options), operator_of(parser, options)
    try:
        old, new = ([document.data for document in read_objects(path)] for path in (options.old, options.new))
    except LoadError as error:
        return print_findings(error.findings, "text")
    mistakes = [
        text for path, objects in ((options.old, old), (options.new, new)) for text in mistakes_in(path, objects)
    ]
    if mistakes:
        sys.stderr.write("".join(f"{text}\n" for text in mistakes))
        return ExitCode.MISTAKE
    change = analyse_cells(old, new, operator)
    sys.stdout.write(FORMATS[options.format](change.selected(selection), standard_output(), options.all))
    limit = next(effect for effect in Effect if str(effect) == options.fail_on)
    return ExitCode.FINDINGS if change.effect >= limit > Effect.NONE else ExitCode.FINE


def mistakes_in(path: Path, objects: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what keeps the objects of a file from being compared."""
    if not any(map(is_cluster, objects)):
        foreign = [f"{label_of(other)} ({other.get('apiVersion')})" for other in objects if is_foreign_cluster(other)]
        others = f"; not judged, because another operator owns the kind: {', '.join(foreign)}" if foreign else ""
        yield f"{path}: no AerospikeCluster of {API_VERSION} in this file{others}"
    for _, of_cell in of_cells(objects):
        labels = {key_of(resource): label_of(resource) for resource in of_cell}
        for key, count in Counter(map(key_of, of_cell)).items():
            if count > 1:
                yield f"{path}: {labels[key]} is in this file {count} times; remove all but one"
