"""Read the settings of a cluster's running servers with the Aerospike client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aerofleet.ako.cluster import Cluster
from aerofleet.drift.node_settings import NodeSettings, Section, sections_of
from aerofleet.live.database_health import Access, UnansweredError, connected, parse_info, value_of
from aerofleet.live.wait import own_access, seeds
from aerofleet.units.version import numbers


def settings_of_nodes(live: Mapping[str, Any], cluster: Cluster, access: Access) -> list[NodeSettings]:
    """Return the settings of every node of a cluster. ``live``: its AerospikeCluster, ``cluster``: the same, read.

    Raises ConnectionError if no node can be reached, UnansweredError if one does not answer, or is none of the pods.
    """
    own = own_access(live["spec"]["aerospikeConfig"], access)
    commands = {section: command_of(section, cluster.version) for section in sections_of(cluster)}
    answers = ask_settings(seeds(live, tls=own.ca_file is not None), commands, own)
    pods = {_id(pod["aerospike"]["nodeID"]): (name, pod) for name, pod in _pods(live).items() if pod.get("aerospike")}
    missing = [name for node, (name, _) in pods.items() if node not in {_id(one) for one in answers}]
    if missing or len(answers) != len(_pods(live)):
        named = f"{', '.join(sorted(missing)) or 'a pod'} did not answer"
        raise UnansweredError(f"{len(answers)} of {len(_pods(live))} nodes answer: {named}")
    return [
        NodeSettings(pods[_id(node)][0], int(pods[_id(node)][1]["aerospike"].get("rackID") or 0), sections)
        for node, sections in answers.items()
    ]


def ask_settings(
    addresses: Sequence[tuple[str, int]], commands: Mapping[Section, str], access: Access
) -> dict[str, dict[Section, dict[str, str]]]:
    """Return node → section → its settings. Raises ConnectionError, UnansweredError."""
    if not addresses:
        raise ConnectionError("no pod announces an address")
    client = connected(addresses, access)
    answers: dict[str, dict[Section, dict[str, str]]] = {}
    try:
        for section, command in commands.items():
            for node, text in _asked(client, section, command).items():
                answers.setdefault(node, {})[section] = _parsed(section, text)
    finally:
        client.close()
    return answers


def _asked(client: Any, section: Section, command: str) -> dict[str, str]:
    """Return node → answer. A set that has neither records nor settings is unknown to a node, and has no answer."""
    from aerospike.exception import AerospikeError

    try:
        replies = client.info_all(command)
    except AerospikeError as error:
        if section.set:
            return {}
        raise UnansweredError(f"a node did not answer {command}: {error.msg}") from None
    failed = [f"node {node} did not answer {command}: {failure}" for node, (failure, _) in replies.items() if failure]
    if failed:
        raise UnansweredError(failed[0])
    return {node: value_of(answer).strip() for node, (_, answer) in replies.items()}


def command_of(section: Section, version: str) -> str:
    """Return the command that reads a section. Servers before 7.2 name a namespace `id`."""
    if section.set:
        return f"sets/{section.namespace}/{section.set}"
    if section.namespace:
        key = "namespace" if numbers(version) >= (7, 2) else "id"
        return f"get-config:context=namespace;{key}={section.namespace}"
    return f"get-config:context={section.context}"


def _parsed(section: Section, text: str) -> dict[str, str]:
    return parse_info(text.replace(":", ";") if section.set else text)


def _pods(live: Mapping[str, Any]) -> Mapping[str, Any]:
    return (live.get("status") or {}).get("pods") or {}


def _id(node: Any) -> str:
    """Return a node's id in one form: servers show it in upper case and without zeros before it."""
    return str(node).upper().lstrip("0")
