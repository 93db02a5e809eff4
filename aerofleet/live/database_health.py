"""Judge the health of a cluster from the info answers of its nodes, read with the Aerospike client.

The custom resource shows what the operator did; only the nodes know whether the data is in its place. The info command
``cluster-stable`` of each server decides: it returns the cluster key if the cluster has the requested size and no
partition migrates or is about to. The counters show what is still in progress. A count of 0 migrations alone proves
nothing: around a new cluster key a node shows 0 for up to 60 ms because it has not begun (``migrate_allowed=false``).

No counter shows records that a cluster without strong consistency has lost. Only a comparison of the number of records
before and after does, so the verdict names that number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aerofleet.findings.stop import FailureError
from aerofleet.live.rollout import Progress, Rollout

Statistics = Mapping[str, str]

CONNECT_TIMEOUT_MS = 2000
NOT_STABLE = (1, 7)
"""Error codes of ``cluster-stable`` that mean "not yet": unstable, or of another size (aerospike-server 8.1,
thr_info.c).
"""

NAMESPACE_COUNTERS = ("unavailable_partitions", "dead_partitions", "master_objects")


@dataclass(frozen=True, slots=True)
class Access:
    """The credentials; all empty for a cluster without access control. ``user`` and ``password_file`` go together, so
    do ``tls_name`` and ``ca_file``.
    """

    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    tls_name: str = ""


@dataclass(frozen=True, slots=True)
class NodeAnswers:
    """The answers of one node. ``namespaces``: name → statistics. ``stable_key``: the cluster key from
    ``cluster-stable``; empty if the cluster is not stable, and ``not_stable`` then has the node's message.
    """

    statistics: Statistics
    namespaces: Mapping[str, Statistics]
    stable_key: str = ""
    not_stable: str = ""


class UnansweredError(FailureError):
    """A node of the cluster did not answer a command; the text names the node and has its message."""


def connected(seeds: Sequence[tuple[str, int]], access: Access) -> Any:
    """Return a client of the cluster, which the caller closes. Raises ConnectionError if no seed answers."""
    import aerospike
    from aerospike.exception import AerospikeError

    config: dict[str, object] = {
        "hosts": [(host, port, access.tls_name) if access.tls_name else (host, port) for host, port in seeds],
        "connect_timeout": CONNECT_TIMEOUT_MS,
    }
    if access.ca_file:
        config["tls"] = {"enable": True, "cafile": str(access.ca_file)}
    if access.user and access.password_file:
        config["user"] = access.user
        config["password"] = access.password_file.read_text().strip()
    try:
        return aerospike.client(config)
    except AerospikeError as error:
        raise ConnectionError(f"no seed answered: {error.msg}") from None


def parse_info(answer: str) -> dict[str, str]:
    """Return the pairs of an info answer: ``a=1;b=2`` → ``{"a": "1", "b": "2"}``."""
    return dict(part.partition("=")[::2] for part in answer.strip().split(";") if part)


def ask(
    seeds: Sequence[tuple[str, int]], namespaces: Sequence[str], access: Access, size: int
) -> dict[str, NodeAnswers]:
    """Ask every node for ``statistics``, each ``namespace/NAME``, and whether a cluster of ``size`` nodes is stable.

    Returns node → answers. Raises ConnectionError if no seed answers, UnansweredError if one does and a node then
    does not answer or refuses.
    """
    from aerospike.exception import AerospikeError

    client = connected(seeds, access)
    answers: dict[str, dict[str, Statistics]] = {}
    gates: dict[str, tuple[str, str]] = {}
    try:
        for key, command in [("", "statistics"), *((name, f"namespace/{name}") for name in namespaces)]:
            for node, (failure, answer) in client.info_all(command).items():
                if failure:
                    raise UnansweredError(f"node {node} did not answer: {failure}")
                answers.setdefault(node, {})[key] = parse_info(value_of(answer))
        # One node after the other: the client would raise the first node's "not yet" for all of them.
        for node in answers:
            try:
                answer = client.info_single_node(f"cluster-stable:size={size};ignore-migrations=false", node)
                gates[node] = value_of(answer).strip(), ""
            except AerospikeError as error:
                if error.code not in NOT_STABLE:
                    raise
                gates[node] = "", str(error.msg).partition(" from ")[0]
    except AerospikeError as error:
        raise UnansweredError(f"a node did not answer: {error.msg}") from None
    finally:
        client.close()
    return {
        node: NodeAnswers(answer.get("", {}), {name: answer.get(name, {}) for name in namespaces}, *gates[node])
        for node, answer in answers.items()
    }


def value_of(answer: str) -> str:
    """Return the answer without the command before it, which some calls of the client leave in."""
    return answer.partition("\t")[2] or answer


def judge_nodes(nodes: Mapping[str, NodeAnswers], size: int) -> Rollout:
    """Return one verdict from the answers of :func:`ask`; ``size`` is the number of nodes there should be."""
    for counter, state in (("unavailable_partitions", "unavailable"), ("dead_partitions", "dead")):
        node, namespace, count = greatest(nodes, counter)
        if count:
            return Rollout(Progress.STUCK, f"{count} partitions of {namespace} are {state} (seen by {node})")
    waiting = next(reasons_to_wait(nodes, size), "")
    if waiting:
        return Rollout(Progress.RUNNING, waiting)
    agreed = f"{size} nodes agree" if size > 1 else "the only node is well"
    return Rollout(Progress.DONE, "; ".join(filter(None, (f"{agreed} and no partition moves", records(nodes)))))


def reasons_to_wait(nodes: Mapping[str, NodeAnswers], size: int) -> Iterator[str]:
    """Yield the reasons for which the cluster is not healthy yet, the clearest first."""
    if len(nodes) != size:
        yield f"{len(nodes)} of {size} nodes answer"
    for key in ("cluster_key", "cluster_size"):
        seen = {answers.statistics.get(key, "?") for answers in nodes.values()}
        if len(seen) > 1:
            yield f"nodes do not agree on {key}: {', '.join(sorted(seen))}"
    if {answers.statistics.get("cluster_size") for answers in nodes.values()} != {str(size)}:
        yield f"the nodes form a cluster of another size than {size}"
    for node, answers in sorted(nodes.items()):
        yield from node_reasons(node, answers)
    keys = {answers.stable_key for answers in nodes.values()}
    if len(keys) > 1:
        yield f"nodes are stable with different cluster keys: {', '.join(sorted(keys))}"


def node_reasons(node: str, answers: NodeAnswers) -> Iterator[str]:
    statistics = answers.statistics
    for name, namespace in answers.namespaces.items():
        # A node that does not know a namespace answers `type=unknown`, and no error.
        if any(not namespace.get(counter, "").isdigit() for counter in NAMESPACE_COUNTERS):
            yield f"node {node} does not know the namespace {name}"
    if statistics.get("cluster_integrity") != "true":
        yield f"node {node} does not see the whole cluster (cluster_integrity is not true)"
    if not statistics.get("migrate_partitions_remaining", "").isdigit():
        yield f"node {node} does not report how many partitions migrate"
    node_and_namespaces = [("the node", statistics), *answers.namespaces.items()]
    for counter in ("migrate_partitions_remaining", "migrate_tx_partitions_remaining"):
        moving = [(count_of(statistics, counter), name) for name, statistics in node_and_namespaces]
        if max(moving)[0]:
            yield f"{max(moving)[0]} partitions still migrate (seen by {node})"
    if statistics.get("migrate_allowed") != "true":
        yield f"node {node} is about to migrate partitions (migrate_allowed is not true)"
    if not answers.stable_key:
        yield f"node {node} does not call the cluster stable: {answers.not_stable or 'it gives no cluster key'}"


def records(nodes: Mapping[str, NodeAnswers]) -> str:
    """Return each namespace with its number of records: ``30000 records in cart``."""
    counts: dict[str, int] = {}
    for answers in nodes.values():
        for name, namespace in answers.namespaces.items():
            counts[name] = counts.get(name, 0) + count_of(namespace, "master_objects")
    return ", ".join(f"{count} records in {name}" for name, count in counts.items())


def greatest(nodes: Mapping[str, NodeAnswers], counter: str) -> tuple[str, str, int]:
    """Return (node, namespace, value) of the greatest ``counter``; value 0 if all are 0."""
    seen = [
        (count_of(namespace, counter), node, name)
        for node, answers in nodes.items()
        for name, namespace in answers.namespaces.items()
    ]
    value, node, name = max(seen, default=(0, "", ""))
    return node, name, value


def count_of(statistics: Statistics, counter: str) -> int:
    value = statistics.get(counter, "")
    return int(value) if value.isdigit() else 0
