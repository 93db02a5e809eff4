"""The settings of running servers against the configuration that the operator gave them.

A parameter that somebody sets at a node (`set-config`) is in no object: the operator never sees it, and a restart of
the server loses it without a word. Compared are the single values of the sections service and network, of namespaces
and of sets; lists and the sections security, xdr and logging are not. A parameter that the configuration does not have
is compared with the default of the server's version, if it can be set live.
Source: aerospike-server 6.0.0.1 to 8.1.2.0 (cfg_info.c: get-config; namespace.c: append_set_props).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aerofleet.aerospike.parameters import parameter
from aerofleet.aerospike.server.live import TABLES, setting_at
from aerofleet.aerospike.server.live_value import MORE_BYTES, quantity
from aerofleet.ako.cluster import Cluster
from aerofleet.drift.rules import LIVE_SETTING
from aerofleet.findings import Finding, Subject
from aerofleet.units.names_in_text import shortened

Answers = Mapping[str, str]

KIND_KEYS = ("storage-engine", "index-type", "sindex-type")
"""Sections of a namespace whose own name shows their type in an answer."""
OF_NODE = frozenset(
    {
        *(
            "node-id",
            "node-id-interface",
            "cluster-name",
            "pidfile",
            "rack-id",
            "user",
            "group",
            "address",
            "tls-address",
        ),
        *("access-port", "alternate-access-port", "tls-access-port", "tls-alternate-access-port"),
    }
)
"""Last parts of the names of parameters that differ by node: each pod writes its own into its file (AKO 4.5.0)."""
NO_DEFAULT = frozenset(
    {
        *("service-threads", "batch-index-threads"),  # by the number of CPUs: cfg.c, batch.c
        "heartbeat.mtu",  # shown as the network has it: hb.c
        "conflict-resolution-policy",  # "undefined" with strong consistency: cfg_info.c
        # Not confirmed for the enterprise edition: servers 8.1 of the community edition show another value.
        *("mrt-duration", "prefer-uniform-balance", "tls-refresh-period"),
    }
)
"""Parameters whose default is not that of the schema. Compared only where the configuration has them."""
NULL = "null"
"""Shown for a text that is not set."""
MOST_PODS = 3


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """A place of settings: ``service``, ``network``, a namespace, or a set of one."""

    context: str
    namespace: str = ""
    set: str = ""

    @property
    def path(self) -> str:
        """Return the path in the resource."""
        if not self.namespace:
            return f"spec.aerospikeConfig.{self.context}"
        sets = f".sets[{self.set}]" if self.set else ""
        return f"spec.aerospikeConfig.namespaces[{self.namespace}]{sets}"

    @property
    def parameters(self) -> str:
        """Return the path in the table of parameters."""
        return self.context if not self.namespace else "namespaces.sets" if self.set else "namespaces"

    @property
    def command(self) -> str:
        """Return what a set-config command begins with."""
        context = "namespace" if self.namespace else self.context
        place = f";namespace={self.namespace}" if self.namespace else ""
        return f"set-config:context={context}{place}{f';set={self.set}' if self.set else ''}"


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """The answers of the server in a pod; ``rack``: its rack's id."""

    pod: str
    rack: int
    sections: Mapping[Section, Answers]


@dataclass(frozen=True, slots=True, order=True)
class _Deviation:
    section: Section
    name: str
    wanted: str
    found: str
    is_default: bool


def sections_of(cluster: Cluster) -> list[Section]:
    """Return the places that a cluster's nodes are asked for."""
    names = {name: namespace for _, name, namespace in cluster.written_namespaces}
    sets = [
        Section("set", name, str(one["name"]))
        for name, namespace in names.items()
        for one in namespace.get("sets") or ()
        if isinstance(one, dict) and one.get("name")
    ]
    return [Section("service"), Section("network"), *(Section("namespace", name) for name in names), *sets]


def node_drift(cluster: Cluster, nodes: Sequence[NodeSettings]) -> list[Finding]:
    """Return a finding for each parameter with another value at some nodes. ``cluster``: as it is on the API server."""
    configs = {rack.id: rack.config for rack in cluster.racks}
    pods: dict[_Deviation, list[str]] = defaultdict(list)
    for node in nodes:
        config = configs.get(node.rack, cluster.racks[0].config)
        for section, answers in node.sections.items():
            for deviation in _deviations(cluster.version, config, section, answers):
                pods[deviation].append(node.pod)
    return [_finding(cluster, deviation, pods[deviation], len(nodes)) for deviation in sorted(pods)]


def _deviations(version: str, config: Mapping[str, Any], section: Section, answers: Answers) -> Iterator[_Deviation]:
    written = written_settings(config, section)
    for name, found in answers.items():
        if name.rpartition(".")[2] in OF_NODE or "[" in name:
            continue
        if name in written:
            wanted, is_default = written[name], False
        else:
            known = parameter(version, f"{section.parameters}.{name}")
            if known is None or not known.dynamic or known.default is None or name in NO_DEFAULT:
                continue
            wanted, is_default = known.default, True
        if not is_shown_as(version, section, name, wanted, found):
            yield _Deviation(section, name, _text(wanted), found, is_default)


def written_settings(config: Mapping[str, Any], section: Section) -> dict[str, Any]:
    """Return the single values that a configuration has for a place, by their names in an answer."""
    if section.namespace:
        place = _named(config.get("namespaces"), section.namespace)
        place = _named(place.get("sets"), section.set) if section.set else place
    else:
        found = config.get(section.context)
        place = found if isinstance(found, dict) else {}
    settings: dict[str, Any] = {}
    for key, value in place.items():
        if isinstance(value, dict):
            inner = {f"{key}.{name}": one for name, one in value.items() if not isinstance(one, dict | list)}
            if key in KIND_KEYS and "type" in value:
                inner[key] = inner.pop(f"{key}.type")
            settings |= inner
        elif not isinstance(value, list) and key != "name":
            settings[key] = value
    return settings


def _named(entries: Any, name: str) -> Mapping[str, Any]:
    listed = entries if isinstance(entries, list) else ()
    return next((one for one in listed if isinstance(one, dict) and one.get("name") == name), {})


def is_shown_as(version: str, section: Section, name: str, wanted: Any, found: str) -> bool:
    """Return whether a server with the value ``wanted`` shows ``found``."""
    text = _text(wanted)
    if text == found or (found == NULL and text == ""):
        return True
    numbers = [quantity(one, MORE_BYTES) for one in (text, found)]
    if not isinstance(wanted, bool) and None not in numbers and numbers[0] == numbers[1]:
        return True
    setting = setting_at(version, section.context, _command_name(version, section, name))
    return setting is not None and text in setting.shown_otherwise


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _command_name(version: str, section: Section, name: str) -> str:
    """Return the name of a parameter in a command: storage parameters have their last part, those of geo a dash."""
    names = (name, name.rpartition(".")[2], name.replace("geo2dsphere-within.", "geo2dsphere-within-"))
    table = TABLES.get(section.context, {})
    return next((one for one in names if one in table and setting_at(version, section.context, one)), name)


def _finding(cluster: Cluster, deviation: _Deviation, pods: list[str], count: int) -> Finding:
    section, name = deviation.section, deviation.name
    shown = shortened(sorted(pods), MOST_PODS)
    where = f"at {len(pods)} of {count} nodes ({shown})" if count > 1 else f"at the node {shown}"
    source = "by the default of its version" if deviation.is_default else "in the cluster's definition"
    known = parameter(cluster.version, f"{section.parameters}.{name}")
    live = known is not None and known.dynamic
    effect = (
        "to put it back: live; the next restart of a server puts it back, too"
        if live
        else "to put it back: warm-restart (only a restart of the server reads it)"
    )
    message = f"is {deviation.found} {where}, and {deviation.wanted or 'not set'} {source}; {effect}"
    command = f"{section.command};{_command_name(cluster.version, section, name)}={deviation.wanted}"
    way_back = (
        f"`asinfo -v '{command}'` at each of these nodes"
        if live
        else "a warm restart: docs/how-to/rotate-a-secret.md, A restart"
    )
    subject = Subject("object", f"AerospikeCluster {cluster.namespace}/{cluster.name}")
    return LIVE_SETTING.finding(
        f"{section.path}.{name}", message, f"{way_back}; or write it into the definitions", subject=subject
    )
