"""Wait until every cluster of a stack matches its definition: custom resources first, then the nodes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from aerofleet.ako.failed_pods import failure_of, is_pod_of
from aerofleet.analysis.cell_data import CellData
from aerofleet.analysis.change import Known
from aerofleet.findings.exit_code import ExitCode
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.lookup import DefinitionsMistakeError
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.fleet.stack_name import parse_stack_name, wrong_stack
from aerofleet.forecast.model import Forecast
from aerofleet.forecast.rates import DEFAULT_RATES
from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError
from aerofleet.live.database_health import Access, UnansweredError, ask, judge_nodes
from aerofleet.live.position import entries_of, forecast_of_live, position_of
from aerofleet.live.rollout import Progress, Rollout, judge, with_failures
from aerofleet.manifests import render_cell
from aerofleet.manifests.rendered import RenderedCell
from aerofleet.units.aerospike_cluster import API_VERSION, KIND

ASK_AGAIN_SECONDS = 15
CLUSTER = (API_VERSION, KIND)
PODS = "app=aerospike-cluster"
"""The label of all pods that the operator makes."""

UNDER_WAY = (Progress.RUNNING, Progress.STUCK)

Key = tuple[str, str]
"""(namespace, name) of a cluster."""
Rollouts = Mapping[Key, Rollout]
Show = Callable[[Rollouts], None]


class Server(Protocol):
    """The requests to the API server; `aerofleet.live.cluster_api` implements them."""

    def list(self, api_version: str, kind: str, label_selector: str = "") -> tuple[tuple[dict[str, Any], ...], str]: ...

    def wait_for_change(self, api_version: str, kind: str, version: str, *, timeout_seconds: int) -> None: ...


def wait_for_stack(root: Path, stack: str, timeout_seconds: int, access: Access, show: Show) -> dict[Key, Rollout]:
    """Return the state of every cluster of a stack when none is under way any more, or at the timeout.

    Raises DefinitionsMistakeError, MistakeError for a stack that the cell does not have, ClusterUnreachableError.
    """
    name = parse_stack_name(stack)
    resolution = resolve_cell(root, name.cell)
    cell = resolution.cell
    if cell is None:
        raise DefinitionsMistakeError(findings=resolution.findings)
    if mistake := wrong_stack(name, cell):
        raise MistakeError(mistake)
    groups = {team.name: team.group for team in cell.teams}
    desired = {
        key: manifest
        for key, (team, manifest) in clusters(render_cell(cell)).items()
        if name.holds_group(cell, groups[team])
    }
    positions = Positions(CellData(None, resolution))
    return wait(ClusterApi(cell.context), desired, timeout_seconds, access, show, positions=positions)


def clusters(rendered: RenderedCell) -> dict[Key, tuple[str, Mapping[str, Any]]]:
    """Return (namespace, name) of every AerospikeCluster → its team and manifest."""
    return {
        key_of(manifest): (team.name, manifest)
        for team in rendered.teams
        for cluster in team.clusters
        for manifest in cluster.objects
        if manifest["kind"] == KIND
    }


def wait(  # noqa: PLR0913 - what is asked, and how
    server: Server,
    desired: Mapping[Key, Mapping[str, Any]],
    timeout_seconds: int,
    access: Access,
    show: Show,
    *,
    positions: Positions | None = None,
) -> dict[Key, Rollout]:
    """Judge every cluster, then again whenever one changes, until none is under way or the time is over.

    Raises ClusterUnreachableError if the server never answers, or does not at the end; if it does not in between, it
    may be restarting.
    """
    deadline = time.monotonic() + timeout_seconds
    rollouts: dict[Key, Rollout] = {}
    positions = positions or Positions()
    while True:
        try:
            resources, version = server.list(*CLUSTER)
            live = {key_of(resource): resource for resource in resources}
            pods = aerospike_pods(server)
            rollouts = {
                key: with_failures(judge_all(manifest, live.get(key), access), failures(pods, key))
                for key, manifest in desired.items()
            }
            rollouts = {key: positions.added(key, rollout, live.get(key), pods) for key, rollout in rollouts.items()}
            show(rollouts)
            left = deadline - time.monotonic()
            if left <= 0 or not under_way(rollouts):
                return rollouts
            # Migrations end without an event on the custom resource, so the nodes are asked again after a while.
            server.wait_for_change(*CLUSTER, version, timeout_seconds=max(1, int(min(left, ASK_AGAIN_SECONDS))))
        except ClusterUnreachableError:
            left = deadline - time.monotonic()
            if not rollouts or left <= 0:
                raise
            time.sleep(min(left, ASK_AGAIN_SECONDS))


class Positions:
    """At which step each roll-out is, also by what was seen of its pods at first: `aerofleet.live.position`.

    ``known``: NAMESPACE/NAME of a cluster → its data, and how fast it is; without it, no time is known.
    """

    def __init__(self, known: Known | None = None) -> None:
        self.known = known
        self.seen: dict[Key, tuple[Any, Forecast, Mapping[str, Mapping[str, Any]]]] = {}

    def added(
        self, key: Key, rollout: Rollout, live: Mapping[str, Any] | None, pods: Iterable[Mapping[str, Any]]
    ) -> Rollout:
        """Return a roll-out that is under way with its position; another one as it is."""
        if live is None or rollout.progress not in UNDER_WAY:
            return rollout
        entries = entries_of(live, pods)
        generation = live["metadata"].get("generation"), bool((live.get("status") or {}).get("aerospikeConfig"))
        if key not in self.seen or self.seen[key][0] != generation:
            load, rates = self.known("/".join(key)) if self.known else (None, DEFAULT_RATES)
            self.seen[key] = generation, forecast_of_live(live, load, rates), entries
        _, forecast, first = self.seen[key]
        return replace(rollout, position=position_of(forecast, str(live["spec"].get("image")), entries, first))


def aerospike_pods(server: Server) -> tuple[Mapping[str, Any], ...]:
    """Return the pods of all clusters; none if the person may not list pods: then only the operator's status counts."""
    try:
        return server.list("v1", "Pod", PODS)[0]
    except ClusterUnreachableError:
        return ()


def failures(pods: Iterable[Mapping[str, Any]], key: Key) -> dict[str, str]:
    """Return pod → why it has failed, of one cluster."""
    own = (pod for pod in pods if is_pod_of(pod, cluster=key[1], namespace=key[0]))
    return {pod["metadata"]["name"]: why for pod in own if (why := failure_of(pod))}


def judge_all(manifest: Mapping[str, Any], live: Mapping[str, Any] | None, access: Access) -> Rollout:
    """Judge the custom resource, and if it is rolled out, the nodes that run it."""
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
    """Return the part of ``access`` that a cluster of this configuration uses, with its own TLS name."""
    tls_name = config["network"]["service"].get("tls-name")
    if not tls_name:
        access = replace(access, ca_file=None)
    if config.get("security") is None:
        access = replace(access, user="", password_file=None)
    return replace(access, tls_name=str(tls_name) if access.ca_file else "")


def seeds(live: Mapping[str, Any], *, tls: bool) -> list[tuple[str, int]]:
    """Return the addresses (host, port) that the nodes announce to clients, those for TLS or the plain ones."""
    addresses = []
    key = "tlsAccessEndpoints" if tls else "accessEndpoints"
    for pod in (live.get("status", {}).get("pods") or {}).values():
        endpoints = (pod.get("aerospike") or {}).get(key) or [f"{pod.get('podIP')}:{pod.get('podPort')}"]
        host, _, port = str(endpoints[0]).rpartition(":")
        if host and port.isdigit():
            addresses.append((host.strip("[]"), int(port)))
    return addresses


def under_way(rollouts: Rollouts) -> bool:
    return any(rollout.progress in UNDER_WAY for rollout in rollouts.values())


def exit_code_of(rollouts: Rollouts) -> ExitCode:
    """Return FINDINGS if a cluster failed or can't come by waiting, RUNNING if one is still under way, else FINE."""
    progress = {rollout.progress for rollout in rollouts.values()}
    if progress & {Progress.WRONG, Progress.STUCK}:
        return ExitCode.FINDINGS
    return ExitCode.RUNNING if Progress.RUNNING in progress else ExitCode.FINE


def key_of(resource: Mapping[str, Any]) -> Key:
    return resource["metadata"]["namespace"], resource["metadata"]["name"]
