"""`aerofleet size`: how large a cluster has to be, and why.

With a FILE or options it is a what-if: nothing else is read. With TEAM/CLUSTER it says what that cluster needs and has.
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

NOT_OF_THE_QUESTION = {"file", "explain", "format", "root", "cell", "only", "skip"}
SELECTED = "only the selected are shown; a mistake in the question ends with 2 all the same"
CLUSTER = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")


def run(argv: Sequence[str]) -> int:
    parser = arguments()
    parsed = parser.parse_args(argv)
    selection, options = selection_of(parsed), vars(parsed)
    file, form = options["file"], options["format"]
    question = {name: value for name, value in options.items() if name not in NOT_OF_THE_QUESTION}
    if file is None and "objects" not in question:
        parser.error("name a FILE or a TEAM/CLUSTER, or give --objects")
    if file is not None and question:
        parser.error(f"{', '.join(map(option_of, question))}: with a FILE or a cluster, write it there")
    if is_cluster(file):
        return size_cluster(file, options["root"], options["cell"], form)
    assumed = assumptions_for(question) if file is None else {}
    question |= {name: assumed[name] for name in assumed.keys() & {"devices"}}
    try:
        sizing = sizing_of(from_file(Path(file)) if file else from_options(question))
    except MistakeError as error:  # mistakes are the answer, in the format that was asked for
        print_findings(selection.of_findings(error.findings), form)
        return error.exit_code
    show = as_json if form == "json" else as_text
    sys.stdout.write(show(sizing, figures(sizing) if options["explain"] else (), assumed))
    return ExitCode.FINE if sizing.fits else ExitCode.NO_FIT


def size_cluster(cluster: str, root: Path, cell: str | None, form: str) -> ExitCode:
    from aerofleet.analysis.cluster_size import as_json, as_text, cluster_size

    size = cluster_size(root, cluster, cell)
    sys.stdout.write(as_json(size) if form == "json" else as_text(size))
    return ExitCode.FINE if size.fits else ExitCode.NO_FIT


def is_cluster(text: str | None) -> bool:
    return text is not None and CLUSTER.fullmatch(text) is not None and not Path(text).exists()


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aerofleet size", description=__doc__, argument_default=argparse.SUPPRESS)
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        default=None,
        metavar="FILE or TEAM/CLUSTER",
        help="workload and hardware as YAML, or give them as options; or a cluster that is defined",
    )
    add("--root", type=Path, default=Path(), help="the project folder, for TEAM/CLUSTER")
    add("--cell", default=None, help="needed where the cluster is in several cells")
    add("--objects", help="records, each counted once: 200M")
    add("--record", help="bytes of the average record as stored: 1500 or 2Ki; 1000 if not given")
    add("--reads", help="reads per second on average: 40k")
    add("--writes", help="writes per second on average: 8k")
    add("--storage", choices=[kind.value for kind in Storage], help="device if not given")
    add("--replication-factor", dest="replicationFactor", type=int, help="2 if not given")
    add("--strong-consistency", dest="strongConsistency", action="store_true")
    add("--commit-to-device", dest="commitToDevice", action="store_true")
    add("--tls", action="store_true")
    add("--peak", type=float, help="times the average at the busiest moment")
    add("--growth-per-month", dest="growthPerMonth", help="of records and rates: 2%%")
    add("--server", help="server version; 8.1.1 if not given")
    add("--racks", type=int)
    add("--nodes-per-rack", dest="nodesPerRack", type=int, help="a size to check, instead of the smallest that fits")
    add("--survive", choices=[loss.value for loss in Survive], help="the loss to carry the load through; node")
    add("--memory", help="the most a pod can have; 64Gi if not given")
    add("--cores", type=int, help="the most a pod can have; 16 if not given")
    add("--network", help="25Gbit/s if not given")
    add("--pods-per-host", dest="podsPerHost", type=int, help="memory, cores, network are the host's, which they share")
    add("--devices", metavar="COUNTxSIZE", help=f"devices of a pod; {ASSUMED_DEVICES} if not given and needed")
    add("--act", type=float, help="multiple of ACT's 1x load that a device passed")
    add("--dwpd", type=float, help="drive writes a day that the maker warrants")
    add("--months", type=int, help="sized for the peak so many months from now; 12 if not given")
    add("--until", type=date.fromisoformat, metavar="DATE", help="instead of --months, with --as-of")
    add("--as-of", dest="asOf", type=date.fromisoformat, metavar="DATE")
    add("--explain", action="store_true", default=False, help="every figure with formula, inputs and source")
    add("--format", choices=("text", "json"), default="text")
    add_selection(parser, SELECTED)
    return parser
