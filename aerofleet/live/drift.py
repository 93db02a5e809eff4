"""Read what the drift of a stack is judged by: its objects on the API server, and the settings of its nodes.

Nothing is written. What can't be read is named, with the reason: its drift is unknown, not absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from aerofleet.ako.cluster import cluster_of
from aerofleet.drift.cell import Definitions, Kind, LiveObjects, cell_drift
from aerofleet.drift.kinds import NODE, kinds_of
from aerofleet.drift.node_settings import node_drift
from aerofleet.drift.operator_objects import KEPT
from aerofleet.drift.rules import UNKNOWN
from aerofleet.findings import Finding, Subject
from aerofleet.findings.stop import MistakeError
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.lookup import resolved_cell
from aerofleet.fleet.stack_name import StackName, parse_stack_name, stack_names, wrong_stack
from aerofleet.live.cluster_api import ClusterApi, ClusterUnreachableError
from aerofleet.live.database_health import Access, UnansweredError
from aerofleet.live.node_settings import settings_of_nodes
from aerofleet.live.rollout import stale_reason
from aerofleet.manifests import RenderedCell, render_cell
from aerofleet.units.aerospike_cluster import is_cluster
from aerofleet.units.names import CELL_LABEL
from aerofleet.units.object_identity import Key, key_of, kind_of, label_of, metadata_of, name_of, namespace_of

Object = Mapping[str, Any]


class Server(Protocol):
    """What is asked of an API server. Both methods raise ClusterUnreachableError."""

    def list(self, api_version: str, kind: str, label_selector: str = "") -> tuple[tuple[dict[str, Any], ...], str]: ...

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any] | None: ...


def drift_of_stack(root: Path, stack: str, access: Access, *, asks_nodes: bool) -> list[Finding]:
    """Return the drift of a stack; where nothing at all could be read, the finding says why. Raises
    DefinitionsMistakeError, MistakeError for a stack that the cell does not have.
    """
    name = parse_stack_name(stack)
    cell = resolved_cell(root, name.cell)
    if mistake := wrong_stack(name, cell):
        raise MistakeError(mistake)
    definitions = definitions_of(cell, render_cell(cell), name)
    try:
        live = live_objects(ClusterApi(cell.context), definitions)
    except ClusterUnreachableError as error:
        message = f"nothing of it was compared, so its drift is unknown: {error}"
        remedy = "run it where the API server can be reached, with an account that may list the objects"
        return [UNKNOWN.finding("", message, remedy, subject=Subject("stack", stack))]
    found = cell_drift(definitions, live)
    return [*found, *drift_of_nodes(definitions, live, access)] if asks_nodes else found


def definitions_of(cell: Cell, rendered: RenderedCell, name: StackName) -> Definitions:
    """Return what a stack of the cell makes."""
    platform = str(stack_names(cell)[0])
    objects: list[tuple[str, Object]] = []
    elsewhere: list[Object] = []
    teams: dict[str, str] = {}
    if name.holds_platform(cell):
        objects += ((platform, made) for made in rendered.platform.objects())
    else:
        elsewhere += rendered.platform.objects()
    for team in rendered.teams:
        own = [*team.objects, *(made for cluster in team.clusters for made in cluster.objects)]
        if name.holds_group(cell, team.group):
            stack = str(StackName(cell.name, team.group))
            teams[team.name] = stack
            objects += ((stack, made) for made in own)
        else:
            elsewhere += own
    away = frozenset(host for pool in rendered.platform.pools for host in pool.in_maintenance)
    return Definitions(
        cell.name,
        cell.operator.version,
        objects,
        platform if name.holds_platform(cell) else "",
        teams,
        frozenset(map(key_of, elsewhere)),
        frozenset(team.name for team in rendered.teams) - teams.keys(),
        away,
    )


def live_objects(server: Server, definitions: Definitions) -> LiveObjects:
    """Read the objects of the definitions, those with the labels of the cell, and those that the operator keeps.

    Raises ClusterUnreachableError where nothing at all could be read.
    """
    objects: dict[Key, Object] = {}
    unread: dict[Kind, str] = {}
    rendered = [made for _, made in definitions.objects]
    error: ClusterUnreachableError | None = None
    selector = f"{CELL_LABEL}={definitions.cell}"
    for kind in kinds_of(rendered):
        try:
            objects |= _of_kind(server, kind, "" if kind == NODE else selector, rendered)
        except ClusterUnreachableError as failure:
            error, unread[kind] = failure, str(failure)
    for kind in KEPT:
        try:
            objects |= _listed(server, kind, "app=aerospike-cluster")
        except ClusterUnreachableError as failure:
            error, unread[kind] = failure, str(failure)
    if error and not objects:
        raise error
    return LiveObjects(objects, unread, rolled_out(objects.values()))


def rolled_out(objects: Iterable[Object]) -> frozenset[tuple[str, str]]:
    """Return (namespace, name) of the clusters whose roll-out is over."""
    return frozenset(
        (namespace_of(one), name_of(one))
        for one in objects
        if is_cluster(one) and not stale_reason(one.get("spec") or {}, one.get("status") or {})
    )


def _of_kind(server: Server, kind: Kind, selector: str, rendered: Iterable[Object]) -> dict[Key, Object]:
    """Return the objects of a kind with the labels of the cell, and those of the definitions that lost the label."""
    found = _listed(server, kind, selector)
    for made in rendered:
        key = key_of(made)
        if (str(made["apiVersion"]), kind_of(made)) == kind and key not in found:
            namespace = str(metadata_of(made).get("namespace") or "")
            if one := server.get(*kind, namespace, name_of(made)):
                found[key] = one
    return found


def _listed(server: Server, kind: Kind, selector: str) -> dict[Key, Object]:
    listed, _ = server.list(*kind, selector)
    # The API server leaves out the kind of an object in a list.
    named = ({**one, "apiVersion": kind[0], "kind": kind[1]} for one in listed)
    return {key_of(one): one for one in named}


def drift_of_nodes(definitions: Definitions, live: LiveObjects, access: Access) -> Iterator[Finding]:
    """Yield the drift of the running servers of every cluster; why it is unknown where it can't be judged."""
    for _, rendered in definitions.objects:
        found = live.objects.get(key_of(rendered)) if is_cluster(rendered) else None
        if found is None:
            continue
        yield from _of_cluster(found, definitions.operator, access, _is_rolled_out(live, found))


def _is_rolled_out(live: LiveObjects, found: Object) -> bool:
    return (namespace_of(found), name_of(found)) in live.rolled_out


def _of_cluster(found: Object, operator: str, access: Access, is_rolled_out: bool) -> Sequence[Finding]:
    status = found.get("status") or {}
    if not status.get("pods"):
        return []  # no server runs
    if not is_rolled_out:
        reason = stale_reason(found.get("spec") or {}, status)
        return [_unknown(found, f"the roll-out is not over ({reason})", "wait for its end: `aerofleet wait`")]
    cluster = cluster_of(dict(found), operator)
    try:
        return node_drift(cluster, settings_of_nodes(found, cluster, access))
    except (ConnectionError, UnansweredError) as error:
        remedy = "run it where the nodes can be reached, with --user and --ca-file where they need it; or --no-nodes"
        return [_unknown(found, str(error), remedy)]


def _unknown(found: Object, reason: str, remedy: str) -> Finding:
    message = f"the settings of its nodes were not compared, so their drift is unknown: {reason}"
    return UNKNOWN.finding("", message, remedy, subject=Subject("object", label_of(found)))
