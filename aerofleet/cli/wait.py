"""`aerofleet wait [STACK]`: until every cluster of a stack runs what its definition says."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from aerofleet.ako.failed_pods import failure_of, is_pod_of
from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE, EXIT_RUNNING
from aerofleet.cli.render import resolved
from aerofleet.fleet.stack_name import parse_stack_name, wrong_stack
from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError
from aerofleet.live.database_health import Access, UnansweredError, ask, judge_nodes
from aerofleet.live.rollout import Progress, Rollout, judge, with_failures
from aerofleet.manifests import render_cell
from aerofleet.manifests.rendered import RenderedCell

SCHEMA = "aerofleet.io/wait/v1"
ASK_AGAIN_SECONDS = 15
CLUSTER = ("asdb.aerospike.com/v1", "AerospikeCluster")
PODS = "app=aerospike-cluster"
"""The label of all pods that the operator makes."""

Key = tuple[str, str]


def run(argv: Sequence[str]) -> int:
    options = arguments(argv)
    name = parse_stack_name(options.stack)
    cell = resolved(options.root, name.cell)
    if cell is None:
        return EXIT_MISTAKE
    mistake = wrong_stack(name, cell)
    if mistake:
        sys.stderr.write(f"aerofleet wait: {mistake}\n")
        return EXIT_MISTAKE
    groups = {team.name: team.group for team in cell.teams}
    desired = {
        key: manifest
        for key, (team, manifest) in clusters(render_cell(cell)).items()
        if name.holds_group(cell, groups[team])
    }
    access = Access(options.user, options.password_file, options.ca_file)
    try:
        api = ClusterApi(cell.context)
        # Who looks once sees the result alone.
        show = ProgressWriter(sys.stderr) if options.format == "text" and options.timeout > 0 else lambda verdicts: None
        verdicts = wait(api, desired, options.timeout, access, show)
    except ClusterUnreachableError as error:
        sys.stderr.write(f"aerofleet wait: {error}\n")
        return EXIT_FINDINGS
    report(verdicts, options.format)
    return exit_code(verdicts)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="aerofleet wait",
        description="Wait until every cluster of a stack runs what its definition says. "
        "Exit codes: 0 rolled out, 1 it failed or cannot come by waiting, 4 still running at the timeout.",
    )
    parser.add_argument("stack", nargs="?", default="local")
    parser.add_argument("--root", type=Path, default=Path())
    parser.add_argument("--timeout", type=int, default=3600, metavar="SECONDS", help="0 looks once (default 3600)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--user", default="", help="Aerospike user for clusters with access control")
    parser.add_argument("--password-file", type=Path, help="file with that user's password")
    parser.add_argument("--ca-file", type=Path, help="CA certificate for clusters with TLS")
    options = parser.parse_args(argv)
    if options.user and not options.password_file:
        parser.error("--user needs --password-file")
    for option, file in (("--password-file", options.password_file), ("--ca-file", options.ca_file)):
        if file and not os.access(file, os.R_OK):
            parser.error(f"{option}: {file} can't be read")
    return options


def clusters(rendered: RenderedCell) -> dict[Key, tuple[str, Mapping[str, Any]]]:
    """(namespace, name) of every AerospikeCluster → its team and manifest."""
    return {
        (obj["metadata"]["namespace"], obj["metadata"]["name"]): (team.name, obj)
        for team in rendered.teams
        for cluster in team.clusters
        for obj in cluster.objects
        if obj["kind"] == CLUSTER[1]
    }


def wait(
    api: ClusterApi,
    desired: Mapping[Key, Mapping[str, Any]],
    timeout_seconds: int,
    access: Access,
    show: Callable[[Mapping[Key, Rollout]], None],
) -> dict[Key, Rollout]:
    """Judge every cluster, then again whenever one changes, until none is under way or the time is over.

    Raises ClusterUnreachableError where the server never answers, or not in the end; one that is away in between may be
    restarting.
    """
    deadline = time.monotonic() + timeout_seconds
    verdicts: dict[Key, Rollout] = {}
    while True:
        try:
            found, version = api.list(*CLUSTER)
            live = {key_of(obj): obj for obj in found}
            pods = aerospike_pods(api)
            verdicts = {
                key: with_failures(judge_all(manifest, live.get(key), access), failures(pods, key))
                for key, manifest in desired.items()
            }
            show(verdicts)
            left = deadline - time.monotonic()
            if left <= 0 or not under_way(verdicts):
                return verdicts
            # Migrations end without an event on the custom resource, so the nodes are asked again after a while.
            api.wait_for_change(*CLUSTER, version, timeout_seconds=max(1, int(min(left, ASK_AGAIN_SECONDS))))
        except ClusterUnreachableError:
            left = deadline - time.monotonic()
            if not verdicts or left <= 0:
                raise
            time.sleep(min(left, ASK_AGAIN_SECONDS))


def aerospike_pods(api: ClusterApi) -> tuple[Mapping[str, Any], ...]:
    """The pods of all clusters; none where who asks may not see pods, and then only the operator's word counts."""
    try:
        return api.list("v1", "Pod", PODS)[0]
    except ClusterUnreachableError:
        return ()


def failures(pods: Iterable[Mapping[str, Any]], key: Key) -> dict[str, str]:
    """Pod → why it has failed, of one cluster."""
    own = (pod for pod in pods if is_pod_of(pod, cluster=key[1], namespace=key[0]))
    return {pod["metadata"]["name"]: why for pod in own if (why := failure_of(pod))}


def judge_all(manifest: Mapping[str, Any], live: Mapping[str, Any] | None, access: Access) -> Rollout:
    rollout = judge(manifest, live)
    if rollout.progress is not Progress.DONE or live is None:
        return rollout
    config = live["spec"]["aerospikeConfig"]
    own = own_access(config, access)
    names = [namespace["name"] for namespace in config["namespaces"]]
    try:
        nodes = ask(seeds(live, tls=own.ca_file is not None), names, own, live["spec"]["size"])
    except ConnectionError as error:
        return Rollout(Progress.DONE, f"{rollout.reason}; nodes not asked from here ({error}), data may still move")
    except UnansweredError as error:
        return Rollout(Progress.RUNNING, str(error))
    return judge_nodes(nodes, live["spec"]["size"])


def own_access(config: Mapping[str, Any], access: Access) -> Access:
    """What of ``access`` is for a cluster of this configuration: the clusters of a stack differ in it, and each has a
    TLS name of its own."""
    tls_name = config["network"]["service"].get("tls-name")
    if not tls_name:
        access = replace(access, ca_file=None)
    if config.get("security") is None:
        access = replace(access, user="", password_file=None)
    return replace(access, tls_name=str(tls_name) if access.ca_file else "")


def seeds(live: Mapping[str, Any], *, tls: bool) -> list[tuple[str, int]]:
    """Addresses at which the nodes say that clients reach them, with TLS or without."""
    found = []
    key = "tlsAccessEndpoints" if tls else "accessEndpoints"
    for pod in (live.get("status", {}).get("pods") or {}).values():
        endpoints = (pod.get("aerospike") or {}).get(key) or [f"{pod.get('podIP')}:{pod.get('podPort')}"]
        host, _, port = str(endpoints[0]).rpartition(":")
        if host and port.isdigit():
            found.append((host.strip("[]"), int(port)))
    return found


def under_way(verdicts: Mapping[Key, Rollout]) -> bool:
    return any(verdict.progress in (Progress.RUNNING, Progress.STUCK) for verdict in verdicts.values())


def exit_code(verdicts: Mapping[Key, Rollout]) -> int:
    seen = {verdict.progress for verdict in verdicts.values()}
    if seen & {Progress.WRONG, Progress.STUCK}:
        return EXIT_FINDINGS
    return EXIT_RUNNING if Progress.RUNNING in seen else EXIT_FINE


def key_of(obj: Mapping[str, Any]) -> Key:
    return obj["metadata"]["namespace"], obj["metadata"]["name"]


class ProgressWriter:
    """Writes one line for each cluster that is not done, and another one whenever its state changes.

    On standard error, on a terminal as in a log: the result on standard output stays for programs.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.known: dict[Key, tuple[Progress, str]] = {}

    def __call__(self, verdicts: Mapping[Key, Rollout]) -> None:
        done = sum(verdict.progress is Progress.DONE for verdict in verdicts.values())
        for key, verdict in sorted(verdicts.items()):
            state = verdict.progress, _COUNTS.sub("", verdict.reason)
            if self.known.get(key) == state or (key not in self.known and verdict.progress is Progress.DONE):
                continue
            self.known[key] = state
            words = f"{'/'.join(key)}: {verdict.progress.value}: {verdict.reason}"
            self.stream.write(f"{done} of {len(verdicts)} rolled out; {words}\n")
        self.stream.flush()


_COUNTS = re.compile(r"\d+ (?=partitions still migrate)")
"""Numbers that fall while a cluster waits for the same thing: not a change of its state."""


def report(verdicts: Mapping[Key, Rollout], form: str) -> None:
    if form == "json":
        rows = [
            {"namespace": namespace, "name": name, "progress": verdict.progress.value, "reason": verdict.reason}
            for (namespace, name), verdict in sorted(verdicts.items())
        ]
        sys.stdout.write(json.dumps({"schema": SCHEMA, "clusters": rows}, indent=2) + "\n")
        return
    if not verdicts:
        sys.stdout.write("no clusters in this stack: nothing to wait for\n")
    width = max((len(f"{namespace}/{name}") for namespace, name in verdicts), default=0)
    for (namespace, name), verdict in sorted(verdicts.items()):
        sys.stdout.write(f"{namespace + '/' + name:<{width}}  {verdict.progress.value:<8} {verdict.reason}\n")
