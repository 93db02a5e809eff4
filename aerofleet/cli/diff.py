"""`aerofleet diff`: what the operator does on the way from one AerospikeCluster file to another, and what becomes of
the cluster by the objects beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aerofleet.ako.admission import admit_create
from aerofleet.ako.change import Change, change_of
from aerofleet.ako.cluster import cluster_of
from aerofleet.ako.compatibility import OPERATOR, RELEASES, release_of
from aerofleet.ako.effect import Effect, Reason, refusal, worst
from aerofleet.ako.hazards import Hazard, cluster_hazards
from aerofleet.ako.identity import cluster_name, is_cluster, key_of, label_of
from aerofleet.ako.reasons.objects import object_reasons
from aerofleet.ako.restart import COLD, CRASH, IMAGE, LIVE, NEW, NO_RESTART, REMOVED, SCALED_DOWN, WARM
from aerofleet.ako.status import Status, status_of
from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import print_findings, visible
from aerofleet.cli.manifest_file import read_objects
from aerofleet.load import LoadError

SCHEMA = "aerofleet.io/diff/v1"
POD_WORDS: dict[str, str] = {
    NO_RESTART: "stay as they are",
    LIVE: "are set live",
    WARM: "restart their server",
    COLD: "are rebuilt",
    IMAGE: "are rebuilt with another image",
    NEW: "are new",
    SCALED_DOWN: "go",
    REMOVED: "go with their rack",
    CRASH: "wait for an operator that panics",
}
SEVERITIES = ("severe", "warning", "info")
CR = dict[str, Any]


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="aerofleet diff",
        description=__doc__,
        epilog="exit code: 0 fine, 1 the effect is --fail-on or worse, 2 a file can't be read",
    )
    parser.add_argument("old", type=Path, help="YAML or JSON, several documents allowed")
    parser.add_argument("new", type=Path, help="the same later; clusters and objects belong together by name")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    levels = [str(effect) for effect in Effect]
    words = "exit with 1 from this effect on (default %(default)s; none: never)"
    parser.add_argument("--fail-on", choices=levels, default=str(Effect.REFUSED), help=words)
    parser.add_argument("--operator", default=OPERATOR, help="operator release (default %(default)s)")
    options = parser.parse_args(argv)
    if release_of(options.operator) is None:
        parser.error(f"operator {options.operator} is not known; known are {', '.join(RELEASES)}")
    try:
        old, new = ([document.data for document in read_objects(path)] for path in (options.old, options.new))
    except LoadError as error:
        return print_findings(error.findings, "text", failure=EXIT_MISTAKE)
    mistakes = [words for path, found in ((options.old, old), (options.new, new)) for words in mistakes_in(path, found)]
    if mistakes:
        sys.stderr.write("".join(f"{words}\n" for words in mistakes))
        return EXIT_MISTAKE
    clusters = [list(filter(is_cluster, found)) for found in (old, new)]
    others = [[each for each in found if not is_cluster(each)] for found in (old, new)]
    rows = [judged(before, after, options.operator) for before, after in pairs(*clusters)]
    objects = [found for before, after in by_name(*others) for found in of_object(before, after)]
    told = as_json(rows, objects) if options.format == "json" else "\n".join(map(as_text, rows + objects))
    sys.stdout.write(told)
    limit = next(effect for effect in Effect if str(effect) == options.fail_on)
    failed = any(found["effect"] >= limit for found in rows + objects) and limit > Effect.NONE
    return EXIT_FINDINGS if failed else EXIT_FINE


def mistakes_in(path: Path, found: list[CR]) -> Iterator[str]:
    if not any(map(is_cluster, found)):
        yield f"{path}: no AerospikeCluster in this file"
    labels = {key_of(resource): label_of(resource) for resource in found}
    for key, count in Counter(map(key_of, found)).items():
        if count > 1:
            yield f"{path}: {labels[key]} is in this file {count} times; which one counts?"


Pair = tuple[CR | None, CR | None]


def pairs(old: list[CR], new: list[CR]) -> Iterator[Pair]:
    """Clusters of one name belong together; so do the only ones of two files, whatever they are called."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
    else:
        yield from by_name(old, new)


def by_name(old: list[CR], new: list[CR]) -> Iterator[Pair]:
    before, after = ({key_of(resource): resource for resource in objects} for objects in (old, new))
    for key in sorted(before.keys() | after.keys()):
        yield before.get(key), after.get(key)


def of_object(old: CR | None, new: CR | None) -> Iterator[dict[str, Any]]:
    """One row for an object beside the clusters, if it comes, goes or changes."""
    reasons = list(object_reasons(old, new))
    if reasons:
        yield row(label_of(new if new is not None else old or {}), worst(reasons), reasons, [], {})


def judged(old: CR | None, new: CR | None, operator: str) -> dict[str, Any]:
    """``effect`` (an Effect), ``reasons``, ``hazards``, ``pods`` (kind → count) of one cluster."""
    if old is not None and new is not None:
        return of_change(cluster_name(new), change_of(old, new, status=running(old), operator=operator))
    if new is not None:
        findings = admit_create(new, operator).findings
        reasons = [refusal(finding) for finding in findings if finding.severity == "error"]
        reasons = reasons or [Reason(Effect.LIVE, "created", "metadata.name", "a new cluster is made")]
        made = cluster_of(new)
        return row(cluster_name(new), worst(reasons), reasons, cluster_hazards(made), {NEW: made.size})
    message = "the cluster is deleted, and its volumes with it where cascadeDelete says so"
    reasons = [Reason(Effect.DATA_AT_RISK, "deleted", "metadata.name", message)]
    return row(cluster_name(old or {}), worst(reasons), reasons, [], {SCALED_DOWN: cluster_of(old or {}).size})


def running(old: CR) -> Status | None:
    """What the cluster's own status says, where the file is read from a running one."""
    status = old.get("status")
    return status_of(status, cluster_of(old)) if isinstance(status, dict) and status else None


def of_change(name: str, change: Change) -> dict[str, Any]:
    return row(name, change.effect, change.reasons, change.hazards, Counter(change.restarts.pods.values()))


def row(
    name: str, effect: Effect, reasons: Sequence[Reason], hazards: Sequence[Hazard], pods: dict[str, int]
) -> dict[str, Any]:
    return {"name": name, "effect": effect, "reasons": reasons, "hazards": hazards, "pods": pods}


def as_text(found: dict[str, Any]) -> str:
    lines = [f"{found['name']}: {found['effect']}"]
    if found["pods"]:
        counts = [f"{found['pods'][kind]} {words}" for kind, words in POD_WORDS.items() if kind in found["pods"]]
        moves = any(each.rule == "block-list" and each.effect > Effect.LIVE for each in found["reasons"])
        lines.append(f"  pods: {', '.join(counts)}{'; those on blocked hosts are rebuilt elsewhere' if moves else ''}")
    lines += [
        f"  {reason.effect!s:<15} {visible(reason.path)}: {visible(reason.message)}  [{reason.rule}]"
        for reason in sorted(found["reasons"], key=lambda reason: -reason.effect)
    ]
    for hazard in sorted(found["hazards"], key=lambda hazard: SEVERITIES.index(hazard.severity)):
        where = f"  hazard ({hazard.severity}) {visible(hazard.path)}: {visible(hazard.message)}  [{hazard.id}]"
        lines += [where, f"      instead: {hazard.instead}"]
    return "\n".join(lines) + "\n"


def as_json(rows: Sequence[dict[str, Any]], objects: Sequence[dict[str, Any]]) -> str:
    clusters = [{"cluster": found["name"], **_shown(found), "pods": found["pods"]} for found in rows]
    beside = [{"object": found["name"], **_shown(found)} for found in objects]
    return json.dumps({"schema": SCHEMA, "clusters": clusters, "objects": beside}, indent=2) + "\n"


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    reasons = [
        {"effect": str(each.effect), "rule": each.rule, "path": each.path, "message": each.message}
        for each in found["reasons"]
    ]
    hazards = [asdict(each) for each in found["hazards"]]
    return {"effect": str(found["effect"]), "reasons": reasons, "hazards": hazards}
