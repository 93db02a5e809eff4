"""What the nodes of a cluster say of themselves, asked with the Aerospike client.

The custom resource says what the operator did; only the nodes say whether the data is where it should be: one cluster
key everywhere, no migrations left, no partition unavailable or dead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aerofleet.stack.rollout import Progress, Rollout

Statistics = Mapping[str, str]

CONNECT_TIMEOUT_MS = 2000


@dataclass(frozen=True, slots=True)
class Access:
    """How to log in; all empty for a cluster without access control. ``user`` and ``password_file`` go together, so do
    ``tls_name`` and ``ca_file``."""

    user: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    tls_name: str = ""


class UnansweredError(Exception):
    """The cluster was reached, and a node does not say what it was asked; the text says which, and its own words."""


def parse_info(answer: str) -> dict[str, str]:
    """``a=1;b=2`` → ``{"a": "1", "b": "2"}``."""
    return dict(part.partition("=")[::2] for part in answer.strip().split(";") if part)


def ask(
    seeds: Sequence[tuple[str, int]], namespaces: Sequence[str], access: Access
) -> dict[str, dict[str, Statistics]]:
    """Ask every node for ``statistics`` and each ``namespace/NAME``.

    Returns node → ("" for the node itself, or the namespace's name) → statistics. Raises ConnectionError where no
    seed answers, UnansweredError where one does and a node then falls silent or refuses.
    """
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
        client = aerospike.client(config)
    except AerospikeError as error:
        raise ConnectionError(f"no seed answered: {error.msg}") from None
    nodes: dict[str, dict[str, Statistics]] = {}
    try:
        for key, command in [("", "statistics"), *((name, f"namespace/{name}") for name in namespaces)]:
            for node, (failure, answer) in client.info_all(command).items():
                if failure:
                    raise UnansweredError(f"node {node} did not answer: {failure}")
                nodes.setdefault(node, {})[key] = parse_info(answer.partition("\t")[2] or answer)
    except AerospikeError as error:
        raise UnansweredError(f"a node did not answer: {error.msg}") from None
    finally:
        client.close()
    return nodes


def judge_nodes(nodes: Mapping[str, Mapping[str, Statistics]], size: int) -> Rollout:
    """One verdict from the answers of :func:`ask`; ``size`` is the number of nodes there should be."""
    for namespace, counter in (("unavailable_partitions", "unavailable"), ("dead_partitions", "dead")):
        lost = worst(nodes, namespace)
        if lost:
            return Rollout(Progress.STUCK, f"{lost[2]} partitions of {lost[1]} are {counter} (seen by {lost[0]})")
    if len(nodes) != size:
        return Rollout(Progress.RUNNING, f"{len(nodes)} of {size} nodes answer")
    for key in ("cluster_key", "cluster_size"):
        seen = {statistics[""].get(key, "?") for statistics in nodes.values()}
        if len(seen) > 1:
            return Rollout(Progress.RUNNING, f"nodes do not agree on {key}: {', '.join(sorted(seen))}")
    if {statistics[""].get("cluster_size") for statistics in nodes.values()} != {str(size)}:
        return Rollout(Progress.RUNNING, f"the nodes form a cluster of another size than {size}")
    for node in sorted(nodes):
        if not nodes[node][""].get("migrate_partitions_remaining", "").isdigit():
            return Rollout(Progress.RUNNING, f"node {node} does not tell how many partitions migrate")
    moving = worst(nodes, "migrate_partitions_remaining") or worst(nodes, "migrate_tx_partitions_remaining")
    if moving:
        return Rollout(Progress.RUNNING, f"{moving[2]} partitions still migrate (seen by {moving[0]})")
    return Rollout(Progress.DONE, f"{size} nodes agree and no partition moves")


def worst(nodes: Mapping[str, Mapping[str, Statistics]], counter: str) -> tuple[str, str, int] | None:
    """(node, namespace, value) of the greatest non-zero ``counter``, or None."""
    seen = [
        (int(statistics[counter]), node, namespace)
        for node, by_namespace in nodes.items()
        for namespace, statistics in by_namespace.items()
        if statistics.get(counter, "").isdigit()
    ]
    value, node, namespace = max(seen, default=(0, "", ""))
    return (node, namespace or "the node", value) if value else None
