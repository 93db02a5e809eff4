"""`aerofleet size`: how large a cluster has to be, and why.

With a FILE or options it is a what-if: nothing else is read. With TEAM/CLUSTER it says what that cluster needs and has.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from aerofleet.cli import EXIT_FINE, EXIT_NO_FIT
from aerofleet.cli.findings import print_findings
from aerofleet.cli.size_file import SizeFile
from aerofleet.cli.size_text import as_text
from aerofleet.files.validation import validated
from aerofleet.findings import Finding, Location
from aerofleet.load import LoadError, read
from aerofleet.sizing import Figure, Sizing, Storage, Survive, figures, size, sized, thresholds
from aerofleet.sizing.moment import months_between

SCHEMA = "aerofleet.io/size/v1"
ALWAYS = {"file", "explain", "format", "root", "cell"}
NAMESPACE = {
    "objects",
    "record",
    "reads",
    "writes",
    "storage",
    "replicationFactor",
    "strongConsistency",
    "commitToDevice",
}
METAL = {"memory", "cores", "network", "podsPerHost"}
DEFAULTS: dict[str, Any] = {
    "server": "8.1.1",
    "namespaces": {"record": "1000", "reads": "0", "writes": "0", "storage": "device"},
    "metal": {"memory": "64Gi", "cores": 16, "network": "25Gbit/s"},
}
CLUSTER = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*")
ASSUMED_DEVICES = "4x1.6TB"
"""Devices of a pod where none are given: partitions of two drives of a common size."""


def run(argv: Sequence[str]) -> int:
    parser = arguments()
    options = vars(parser.parse_args(argv))
    given = {name: value for name, value in options.items() if name not in ALWAYS}
    if options["file"] is None and "objects" not in given:
        parser.error("name a FILE or a TEAM/CLUSTER, or give --objects")
    if options["file"] is not None and given:
        parser.error(f"{', '.join(map(written, given))}: with a FILE or a cluster, write it there")
    if is_cluster(options["file"]):
        from aerofleet.cli.size_cluster import size_cluster

        return size_cluster(options["file"], options["root"], options["cell"], options["format"])
    assumed = assumptions_for(given) if options["file"] is None else {}
    given |= {name: assumed[name] for name in assumed.keys() & {"devices"}}
    try:
        file, findings = from_file(Path(options["file"])) if options["file"] else from_options(given)
        sizing = answer(file) if file else None
    except LoadError as error:
        return print_findings(error.findings, options["format"])
    except ValueError as error:
        return print_findings([Finding("size-value", "error", "", str(error))], options["format"])
    if sizing is None:
        return print_findings(findings, options["format"])
    explained = figures(sizing) if options["explain"] else ()
    if options["format"] == "json":
        sys.stdout.write(as_json(sizing, explained, assumed))
    else:
        sys.stdout.write(as_text(sizing, explained, assumed))
    return EXIT_FINE if sizing.fits else EXIT_NO_FIT


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aerofleet size", description=__doc__, argument_default=argparse.SUPPRESS)
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        default=None,
        metavar="FILE or TEAM/CLUSTER",
        help="workload and metal as YAML, or give them as options; or a cluster that is defined",
    )
    add("--root", type=Path, default=Path(), help="the project folder, for TEAM/CLUSTER")
    add("--cell", default=None, help="needed where the cluster is in several cells")
    add("--objects", help="records, each counted once: 200M")
    add("--record", help="bytes of the average record as stored: 1500 or 2Ki; 1000 if not given")
    add("--reads", help="reads per second on average: 40k")
    add("--writes", help="writes per second on average: 8k")
    add("--storage", choices=[each.value for each in Storage], help="device if not given")
    add("--replication-factor", dest="replicationFactor", type=int, help="2 if not given")
    add("--strong-consistency", dest="strongConsistency", action="store_true")
    add("--commit-to-device", dest="commitToDevice", action="store_true")
    add("--tls", action="store_true")
    add("--peak", type=float, help="times the average at the busiest moment")
    add("--growth-per-month", dest="growthPerMonth", help="of records and rates: 2%%")
    add("--server", help="server version; 8.1.1 if not given")
    add("--racks", type=int)
    add("--nodes-per-rack", dest="nodesPerRack", type=int, help="a size to check, instead of the smallest that fits")
    add("--survive", choices=[each.value for each in Survive], help="the loss to carry the load through; node")
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
    return parser


def is_cluster(text: str | None) -> bool:
    return text is not None and CLUSTER.fullmatch(text) is not None and not Path(text).exists()


def assumptions_for(given: dict[str, Any]) -> dict[str, Any]:
    """Return what is assumed for options that were not given: name in a file → value."""
    assumed = {"server": DEFAULTS["server"], **DEFAULTS["namespaces"], **DEFAULTS["metal"]}
    storage = given.get("storage", assumed["storage"])
    if Storage(storage).data_on_device:
        assumed["devices"] = ASSUMED_DEVICES
    return {name: value for name, value in assumed.items() if name not in given}


def from_file(path: Path) -> tuple[SizeFile | None, list[Finding]]:
    """Raises LoadError."""
    document = read(path)
    return validated(SizeFile, document.data, document.locate)


def from_options(given: dict[str, Any]) -> tuple[SizeFile | None, list[Finding]]:
    """The options as a size file. Raises ValueError for dates and devices that are not written right."""
    given = dict(given)
    first, last = given.pop("asOf", None), given.pop("until", None)
    if (first is None) != (last is None):
        raise ValueError("--until and --as-of belong together")
    if first and last:
        given["months"] = months_between(first, last)
    drive = {name: given.pop(name) for name in ("act", "dwpd") if name in given}
    data: dict[str, Any] = {"server": DEFAULTS["server"]}
    data["namespaces"] = [DEFAULTS["namespaces"] | {name: given.pop(name) for name in NAMESPACE & given.keys()}]
    data["metal"] = DEFAULTS["metal"] | {name: given.pop(name) for name in METAL & given.keys()}
    if "devices" in given:
        data["metal"]["devices"] = [devices(given.pop("devices")) | drive]
    file, findings = validated(SizeFile, data | given, lambda _path: Location("", 1, 1))
    return file, [replace(each, location=None, path=option(each.path)) for each in findings]


def devices(text: str) -> dict[str, Any]:
    match = re.fullmatch(r"([1-9][0-9]*)x(.+)", text)
    if match is None:
        raise ValueError(f"--devices {text}: it is written like 4x1.6TB")
    return {"count": int(match[1]), "size": match[2]}


def option(path: str) -> str:
    """The option behind a path in the file; empty where the mistake is in no one of them."""
    if ".devices" in path:
        return "--devices"
    name = path.rpartition(".")[2]
    return written(name) if re.fullmatch("[A-Za-z]+", name) and name != "metal" else ""


def written(name: str) -> str:
    """``nodesPerRack`` → ``--nodes-per-rack``."""
    return "--" + re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name)


def answer(file: SizeFile) -> Sizing:
    """Raises ValueError where the copies need more nodes than there can be."""
    workload, metal, assumptions = file.to_workload(), file.metal.to_metal(), file.to_assumptions()
    if file.nodes_per_rack is None:
        return size(workload, metal, file.racks, assumptions)
    return sized(workload, metal, file.racks, file.nodes_per_rack, assumptions)


def as_json(sizing: Sizing, explained: Sequence[Figure], assumed: Mapping[str, Any]) -> str:
    """Exact integers of the base units; ``figures`` only when asked for."""
    data = {
        "schema": SCHEMA,
        "fits": sizing.fits,
        "racks": sizing.racks,
        "nodesPerRack": sizing.nodes_per_rack,
        "binding": sizing.binding,
        "unknown": sizing.unknown,
        "comparisons": [asdict(each) | {"fits": each.fits} for each in sizing.comparisons],
        "moments": [asdict(each) for each in (sizing.now, sizing.peak, sizing.date)],
        "thresholds": [asdict(each) for each in thresholds(sizing)],
        "pod": asdict(sizing.pod),
        "rack": asdict(sizing.rack),
        "cluster": asdict(sizing.cluster),
    }
    if assumed:
        data["assumed"] = dict(assumed)
    if explained:
        data["figures"] = [asdict(each) for each in explained]
    return json.dumps(data, indent=2) + "\n"
