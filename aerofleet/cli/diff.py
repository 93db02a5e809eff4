"""`aerofleet diff`: what the operator does on the way from one AerospikeCluster file to another, and what becomes of
the cluster by the objects beside it.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from aerofleet.ako.admission import admit_create
from aerofleet.ako.change import change_of
from aerofleet.ako.cluster import Cluster, cluster_of
from aerofleet.ako.compatibility import OPERATOR
from aerofleet.ako.estimate import is_estimate, refusal_of
from aerofleet.ako.failed_pods import failed_pods
from aerofleet.ako.hazards import cluster_hazards
from aerofleet.ako.hazards.beside import change_hazards_beside
from aerofleet.ako.object_set import ObjectSet
from aerofleet.ako.reasons.identity import created_reason, deletion_reason, version_refusals
from aerofleet.ako.reasons.objects import object_reasons
from aerofleet.ako.refused_starts import start_errors
from aerofleet.ako.restart import NEW, SCALED_DOWN
from aerofleet.ako.status import Status, finished_status, status_of
from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.diff_output import Judgement, as_json, as_text
from aerofleet.cli.findings import print_findings
from aerofleet.cli.manifest_file import read_objects
from aerofleet.findings.effect import Effect, Reason, worst
from aerofleet.load import LoadError
from aerofleet.units.object_identity import (
    API_VERSION,
    Key,
    cluster_name,
    is_cluster,
    is_foreign_cluster,
    key_of,
    label_of,
)

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
    parser.add_argument("--all", action="store_true", help="show clusters without an effect one by one, too")
    words = f"judge a release that is not known as {OPERATOR}, and mark everything as an estimate"
    parser.add_argument("--estimate-unknown-operator", action="store_true", help=words)
    options = parser.parse_args(argv)
    if is_estimate(options.operator) and not options.estimate_unknown_operator:
        parser.error(refusal_of(options.operator, "--estimate-unknown-operator"))
    try:
        old, new = ([document.data for document in read_objects(path)] for path in (options.old, options.new))
    except LoadError as error:
        return print_findings(error.findings, "text")
    mistakes = [words for path, found in ((options.old, old), (options.new, new)) for words in mistakes_in(path, found)]
    if mistakes:
        sys.stderr.write("".join(f"{words}\n" for words in mistakes))
        return EXIT_MISTAKE
    clusters, objects = judgements(old, new, options.operator)
    text = as_json(clusters, objects) if options.format == "json" else as_text(clusters, objects, show_all=options.all)
    sys.stdout.write(text)
    limit = next(effect for effect in Effect if str(effect) == options.fail_on)
    failed = any(judgement.effect >= limit for judgement in clusters + objects) and limit > Effect.NONE
    return EXIT_FINDINGS if failed else EXIT_FINE


def mistakes_in(path: Path, found: list[CR]) -> Iterator[str]:
    if not any(map(is_cluster, found)):
        foreign = [f"{label_of(other)} ({other.get('apiVersion')})" for other in found if is_foreign_cluster(other)]
        others = f"; of another operator, and not judged here: {', '.join(foreign)}" if foreign else ""
        yield f"{path}: no AerospikeCluster of {API_VERSION} in this file{others}"
    labels = {key_of(resource): label_of(resource) for resource in found}
    for key, count in Counter(map(key_of, found)).items():
        if count > 1:
            yield f"{path}: {labels[key]} is in this file {count} times; which one counts?"


def judgements(old: list[CR], new: list[CR], operator: str) -> tuple[list[Judgement], list[Judgement]]:
    """One judgement for each cluster of the two files, and one for each object that comes, goes or changes."""
    pods = [resource for resource in old if resource.get("kind") == "Pod"]
    before, after = (
        ObjectSet([each for each in objects if each.get("kind") != "Pod"], operator) for objects in (old, new)
    )
    read = {id(written): cluster for side in (before, after) for written, cluster in side.read}
    clusters = []
    for was, now in pairs([written for written, _ in before.read], [written for written, _ in after.read]):
        judgement = judged(was, now, operator, pods)
        if now is not None:
            known = read[id(was)] if was is not None else None
            judgement.hazards += change_hazards_beside(known, read[id(now)], before, after)
        clusters.append(judgement)
    objects = [_of_object(*pair) for pair in by_name(before.others, after.others)]
    return clusters, [judgement for judgement in objects if judgement is not None]


Pair = tuple[CR | None, CR | None]


def pairs(old: list[CR], new: list[CR]) -> Iterator[Pair]:
    """Clusters of one name belong together; so do the only ones of two files, whatever they are called."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
    else:
        yield from by_name(old, new)


def by_name(old: list[CR], new: list[CR]) -> Iterator[Pair]:
    before, after = ({key_of(resource): resource for resource in objects} for objects in (old, new))
    keys: list[Key] = sorted(before.keys() | after.keys())
    for key in keys:
        yield before.get(key), after.get(key)


def _of_object(old: CR | None, new: CR | None) -> Judgement | None:
    reasons = list(object_reasons(old, new))
    return Judgement(label_of(new or old or {}), worst(reasons), reasons) if reasons else None


def judged(old: CR | None, new: CR | None, operator: str, running_pods: Sequence[CR] = ()) -> Judgement:
    """The judgement of one cluster by itself: changed, new (``old`` is None) or deleted (``new`` is None)."""
    if old is not None and new is not None:
        change = change_of(old, new, status=running(old, running_pods), operator=operator)
        pods = dict(Counter(change.restarts.pods.values()))
        blocks_hosts = bool(change.restarts.blocked_hosts)
        return Judgement(cluster_name(new), change.effect, change.reasons, list(change.hazards), pods, blocks_hosts)
    if new is not None:
        errors = [finding for finding in admit_create(new, operator).findings if finding.severity == "error"]
        reasons = [Reason.refusal(finding) for finding in errors or start_errors(cluster_of(new))]
        made = cluster_of(new, operator)
        reasons = [*version_refusals(made), *reasons]
        reasons = reasons or [created_reason()]
        return Judgement(cluster_name(new), worst(reasons), reasons, cluster_hazards(made), {NEW: made.size})
    gone: Cluster = cluster_of(old or {}, operator)
    reasons = [deletion_reason(gone)]
    return Judgement(cluster_name(old or {}), worst(reasons), reasons, [], {SCALED_DOWN: gone.size})


def running(old: CR, pods: Sequence[CR] = ()) -> Status | None:
    """Return what the cluster's own status says, and which of its ``pods`` have failed; None where the file says
    neither.

    Pods are no part of a change: the operator makes them. They only tell how the cluster is.
    """
    cluster, status = cluster_of(old), old.get("status")
    failed = failed_pods(pods, cluster.name, cluster.namespace)
    if isinstance(status, dict) and status:
        return replace(status_of(status, cluster), failed=failed)
    return replace(finished_status(cluster), failed=failed) if failed else None
