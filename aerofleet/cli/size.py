"""`aerofleet size`: print how large a cluster has to be, and why.

With a FILE or with options the answer is a what-if, and nothing else is read. With TEAM/CLUSTER the answer compares
what that cluster needs with what it has.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from aerofleet.cli.findings import add_selection, print_findings, selection_of
from aerofleet.files.size_request import (
    ASSUMED_DEVICES,
    assumptions_for,
    from_file,
    from_options,
    option_of,
    sizing_of,
)
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError
from aerofleet.sizing import Storage, Survive, figures
from aerofleet.sizing.report import as_json, as_text

NOT_IN_REQUEST = {"file", "explain", "format", "root", "cell", "only", "skip"}
SELECTED = "only findings of the selected rules are printed; a mistake in the input always has exit code 2"
CLUSTER = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")


def run(argv: Sequence[str]) -> int:
    parser = arguments()
    parsed = parser.parse_args(argv)
    selection, options = selection_of(parsed), vars(parsed)
    file, form = options["file"], options["format"]
    request = {name: value for name, value in options.items() if name not in NOT_IN_REQUEST}
    if file is None and "objects" not in request:
        parser.error("name a FILE or a TEAM/CLUSTER, or give --objects")
    if file is not None and request:
        parser.error(f"{', '.join(map(option_of, request))}: with a FILE or a cluster, write it there")
    if is_cluster(file):
        return size_cluster(file, options["root"], options["cell"], form)
    assumed = assumptions_for(request) if file is None else {}
    request |= {name: assumed[name] for name in assumed.keys() & {"devices"}}
    try:
        sizing = sizing_of(from_file(Path(file)) if file else from_options(request))
    except MistakeError as error:  # the mistakes are the output, in the selected format
        print_findings(selection.of_findings(error.findings), form)
        return error.exit_code
    show = as_json if form == "json" else as_text
    sys.stdout.write(show(sizing, figures(sizing) if options["explain"] else (), assumed))
    return ExitCode.FINE if sizing.fits else ExitCode.NO_FIT


def size_cluster(cluster: str, root: Path, cell: str | None, form: str) -> ExitCode:
    """Print what the cluster TEAM/CLUSTER needs and has. Returns the exit code."""
    from aerofleet.analysis.cluster_size import as_json, as_text, cluster_size

    size = cluster_size(root, cluster, cell)
    sys.stdout.write(as_json(size) if form == "json" else as_text(size))
    return ExitCode.FINE if size.fits else ExitCode.NO_FIT


def is_cluster(text: str | None) -> bool:
    """Return whether the argument is TEAM/CLUSTER and not the path of a file."""
    return text is not None and CLUSTER.fullmatch(text) is not None and not Path(text).exists()


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aerofleet size", description=__doc__, argument_default=argparse.SUPPRESS)
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        default=None,
        metavar="FILE or TEAM/CLUSTER",
        help="workload and hardware as YAML (or as options), or a cluster of the definitions",
    )
    add("--root", type=Path, default=Path(), help="the project folder, for TEAM/CLUSTER")
    add("--cell", default=None, help="needed if the cluster is in several cells")
    add("--objects", help="number of records, without their replicas, such as 200M")
    add("--record", help="stored bytes of the average record, such as 1500 or 2Ki (default 1000)")
    add("--reads", help="average reads per second, such as 40k")
    add("--writes", help="average writes per second, such as 8k")
    add("--storage", choices=[kind.value for kind in Storage], help="default device")
    add("--replication-factor", dest="replicationFactor", metavar="COUNT", type=int, help="default 2")
    add("--strong-consistency", dest="strongConsistency", action="store_true")
    add("--commit-to-device", dest="commitToDevice", action="store_true")
    add("--tls", action="store_true")
    add("--peak", type=float, metavar="FACTOR", help="load at the busiest moment, as a multiple of the average")
    add("--growth-per-month", dest="growthPerMonth", metavar="PERCENT", help="of records and rates, such as 2%%")
    add("--server", metavar="VERSION", help="server version (default 8.1.1)")
    add("--racks", metavar="COUNT", type=int)
    nodes = "a size to check, instead of the smallest size that fits"
    add("--nodes-per-rack", dest="nodesPerRack", metavar="COUNT", type=int, help=nodes)
    survive = "the loss after which the cluster still carries the load (default node)"
    add("--survive", choices=[loss.value for loss in Survive], help=survive)
    add("--memory", help="the most memory that a pod can have (default 64Gi)")
    add("--cores", type=int, help="the most cores that a pod can have (default 16)")
    add("--network", help="bandwidth of a pod (default 25Gbit/s)")
    shared = "pods that share a host: memory, cores and network are then those of the host"
    add("--pods-per-host", dest="podsPerHost", metavar="COUNT", type=int, help=shared)
    add("--devices", metavar="COUNTxSIZE", help=f"devices of a pod (default {ASSUMED_DEVICES}, if it needs devices)")
    add("--act", type=float, metavar="RATING", help="the multiple of ACT's 1x load that a device passed")
    add("--dwpd", type=float, metavar="WRITES", help="drive writes per day that the warranty of a device covers")
    add("--months", type=int, help="months from now for whose peak the cluster is sized (default 12)")
    add("--until", type=date.fromisoformat, metavar="DATE", help="the date instead of --months; needs --as-of")
    add("--as-of", dest="asOf", type=date.fromisoformat, metavar="DATE", help="the date that counts as today")
    add("--explain", action="store_true", default=False, help="print every figure with formula, inputs and source")
    add("--format", choices=("text", "json"), default="text")
    add_selection(parser, SELECTED)
    return parser
