"""Hazards of the settings of one AerospikeCluster."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import Any

from aerofleet.aerospike.server_files import LIVE_CONFIG
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import (
    entries,
    ignores_devices,
    is_purely_in_memory,
    section,
)
from aerofleet.ako.image import edition
from aerofleet.ako.operator_files import CONTROLLER, LIBRARY, OPERATOR, ROLL_OUTS, TYPES, VALIDATING_WEBHOOK
from aerofleet.ako.references import ADMIN
from aerofleet.ako.rights import ADMINISTRATIVE, administrative, role_privileges, users_of
from aerofleet.findings import Problem, rule, rules_in

_NODE_ID = re.compile(r"[0-9A-F]{1,16}")


@rule(
    "set-ttl-without-nsup",
    scope="cluster",
    severity="severe",
    remedy="nsup-period: 120, or allow-ttl-without-nsup: true where nothing is to expire",
    source=f"Measured: aerospike-server 8.1.1, writes to such a set; {LIVE_CONFIG}: cfg_set_set",
)
def set_ttl_without_nsup(cluster: Cluster) -> Iterator[Problem]:
    """A set has a default-ttl, and nsup-period is 0. The server starts and refuses every write to the set. It
    refuses the default-ttl when it is set live, and the operator repeats the command for ever.
    """
    for path, name, namespace in cluster.written_namespaces:
        if namespace.get("nsup-period") or namespace.get("allow-ttl-without-nsup") is True:
            continue
        for position, entry in enumerate(entries(namespace, "sets")):
            ttl = entry.get("default-ttl")
            if isinstance(ttl, (int, float)) and ttl > 0:
                where = f"{path}.sets[{position}].default-ttl"
                yield where, f"writes to set {entry.get('name')} of {name} get a time to live, and nsup-period is 0"


@rule(
    "no-requests",
    scope="cluster",
    severity="warning",
    remedy="memory and cpu requests; memory limit equal to its request",
    source="Kubernetes 1.35, quality of service of pods",
)
def no_requests(cluster: Cluster) -> Iterator[Problem]:
    """A pod without requests is placed on any host, and the kernel kills it first when the host runs short of
    memory.
    """
    requests = section(cluster.pod_spec, "aerospikeContainer", "resources").get("requests") or {}
    missing = [kind for kind in ("cpu", "memory") if kind not in requests]
    if missing:
        yield "spec.podSpec.aerospikeContainer.resources.requests", f"no {' and no '.join(missing)} request"


@rule(
    "no-feature-key",
    scope="cluster",
    severity="warning",
    remedy="service.feature-key-file, mounted from a Secret",
    source="Aerospike documentation, FAQ: the single-node feature key of 6.1 and later",
)
def no_feature_key(cluster: Cluster) -> Iterator[Problem]:
    """There is no feature key. With its built-in one Enterprise Edition runs as a cluster of one node only."""
    service = section(cluster.config, "service")
    if "feature-key-file" not in service and "feature-key-files" not in service and cluster.size > 1:
        yield cluster.config_path(cluster.racks[0], "service"), "there is no feature key"


@rule(
    "edition-by-path",
    scope="cluster",
    severity="severe",
    remedy="an image whose own name has the word enterprise or federal",
    source=f"{VALIDATING_WEBHOOK}: isEnterprise",
)
def edition_by_path(cluster: Cluster) -> Iterator[Problem]:
    """The image is of the Community Edition, and its path has the word enterprise or federal. It passes the webhook
    and fails at the first restart.
    """
    name = cluster.image.rpartition("/")[2]
    if edition(cluster.image) and not edition(name):
        yield "spec.image", f"only the path of {cluster.image} has the word {edition(cluster.image)}"


@rule(
    "fraction",
    scope="cluster",
    severity="warning",
    remedy="a whole number",
    source=f"{LIBRARY}, asconfig/utils.go: handleValueType",
)
def fraction(cluster: Cluster) -> Iterator[Problem]:
    """A parameter has a fraction. The operator's library cuts it off."""
    for rack in cluster.distinct_racks:
        for keys, value in _leaves(rack.config, ()):
            if isinstance(value, float) and isfinite(value) and not value.is_integer():
                yield cluster.config_path(rack, *keys), f"{value} is read as {int(value)}"


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _leaves(item, (*path, position))
    elif isinstance(value, float):
        yield path, value


@rule(
    "tls-auth-switch",
    scope="cluster",
    severity="warning",
    remedy="the text 'false', in quotes",
    source=f"{VALIDATING_WEBHOOK}: validateClientCertSpec",
)
def tls_auth_switch(cluster: Cluster) -> Iterator[Problem]:
    """The value false is written without quotes. The operator then takes it for a list of names, and asks for a name of
    its own.
    """
    for rack in cluster.distinct_racks:
        if section(rack.config, "network", "service").get("tls-authenticate-client") is False:
            yield (
                cluster.config_path(rack, "network", "service", "tls-authenticate-client"),
                "false is written without quotes",
            )


@rule(
    "reserved-revision-label",
    scope="cluster",
    severity="warning",
    remedy="a label of your own",
    source=f"{VALIDATING_WEBHOOK}: ValidateAerospikeObjectMeta; {OPERATOR}, pkg/utils/utils.go",
)
def reserved_revision_label(cluster: Cluster) -> Iterator[Problem]:
    """The operator sets this label itself, and does not refuse another value of it."""
    label = "aerospike.com/rack-revision"
    if label in section(cluster.pod_spec, "metadata", "labels"):
        yield f"spec.podSpec.metadata.labels.{label}", "is the operator's own"


@rule(
    "dynamic-off",
    scope="cluster",
    severity="info",
    remedy="`enableDynamicConfigUpdate: true`",
    source=f"{CONTROLLER}/pod.go: getRollingRestartTypeMap",
)
def dynamic_off(cluster: Cluster) -> Iterator[Problem]:
    """Dynamic updates are off: every change of a parameter restarts servers, also where the server could take it
    live.
    """
    if not cluster.is_dynamic:
        yield "spec.enableDynamicConfigUpdate", "parameters are never set live"


@rule(
    "paused",
    scope="cluster",
    severity="info",
    remedy="`paused: false` once the work is done",
    source=f"{ROLL_OUTS}; {CONTROLLER}/reconciler.go: Reconcile",
)
def paused(cluster: Cluster) -> Iterator[Problem]:
    """The cluster is paused. The operator finishes the pass that runs with the spec of its beginning, and begins no
    other: it applies no change, recovers no failed pod and sets no password. It still carries out a deletion.
    """
    if cluster.spec.get("paused") is True:
        yield "spec.paused", "the operator begins no pass"


@rule(
    "rack-id-override",
    scope="cluster",
    severity="warning",
    remedy="racks in the spec",
    source=f"{TYPES}: EnableRackIDOverride",
)
def rack_id_override(cluster: Cluster) -> Iterator[Problem]:
    """Rack ids come from annotations of the pods. Somebody else has to write them, and nobody balances them."""
    if cluster.spec.get("enableRackIDOverride") is True:
        yield "spec.enableRackIDOverride", "pods wait for somebody to annotate them"


@rule(
    "in-memory-rebuild",
    scope="cluster",
    severity="info",
    remedy="a device behind it that is read at the start, where a refill would hurt",
    source="Kubernetes 1.35, IPC namespace of a pod: its shared memory ends with it",
)
def in_memory_rebuild(cluster: Cluster) -> Iterator[Problem]:
    """Whatever rebuilds a pod (image, resources, sidecars) empties its copy of the data in memory; it fills again
    from the other nodes.
    """
    for path, name, namespace in cluster.written_namespaces:
        if ignores_devices(namespace):
            yield f"{path}.storage-engine.cold-start-empty", f"{name} ignores its devices in every new pod"
        if is_purely_in_memory(namespace):
            yield f"{path}.storage-engine", f"{name} lives in the memory of its pods only"


@rule(
    "administrative-user",
    scope="cluster",
    severity="warning",
    remedy="the narrowest privilege that does, for every user but admin",
    source="Aerospike documentation, Configure access control: privileges",
)
def administrative_user(cluster: Cluster) -> Iterator[Problem]:
    """A user other than admin has a right that reaches beyond the data of an application."""
    own = role_privileges(cluster)
    for name, roles in users_of(cluster).items():
        privileges = administrative(roles, own)
        if privileges and name != ADMIN:
            why = "; ".join(f"{privilege}, which {ADMINISTRATIVE[privilege]}" for privilege in sorted(privileges))
            yield f"spec.aerospikeAccessControl.users.{{{name}}}.roles", f"{name} has {why}"


RULES = rules_in(globals())
