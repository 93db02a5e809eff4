"""Install the kinds of operators: AKO's own definitions where a folder has them, else marked permissive ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from aerofleet.findings.stop import MistakeError
from aerofleet.local.api_server import ApiServer, ApiServerError

PERMISSIVE_ANNOTATION = "aerofleet.io/permissive-definition"
PERMISSIVE_TEXT = (
    "Stands in for the real definition on the embedded control plane. Accepts any content, checks nothing."
)

API = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Kind(NamedTuple):
    group: str
    version: str
    kind: str
    scale: bool = False

    @property
    def plural(self) -> str:
        return f"{self.kind.lower()}s"

    @property
    def definition(self) -> str:
        return f"{self.plural}.{self.group}"


AKO_KINDS = (
    Kind("asdb.aerospike.com", "v1", "AerospikeCluster", scale=True),
    Kind("asdb.aerospike.com", "v1beta1", "AerospikeBackup"),
    Kind("asdb.aerospike.com", "v1beta1", "AerospikeBackupService"),
    Kind("asdb.aerospike.com", "v1beta1", "AerospikeRestore"),
)
"""Served versions and subresources as in AKO 4.5.0."""

OTHER_KINDS = (
    Kind("monitoring.coreos.com", "v1", "PodMonitor"),
    Kind("monitoring.coreos.com", "v1", "PrometheusRule"),
    Kind("external-secrets.io", "v1", "ExternalSecret"),
    Kind("cert-manager.io", "v1", "Issuer"),
    Kind("cert-manager.io", "v1", "Certificate"),
)
"""Served versions as in prometheus-operator 0.7x, external-secrets 0.16+ and cert-manager 1.x."""


def install(server: ApiServer, ako_definitions: Path | None) -> None:
    """Install all kinds. ``ako_definitions``: a folder with AKO's definitions as YAML, one per file."""
    files = sorted(ako_definitions.glob("*.yaml")) if ako_definitions else []
    real = {definition_name(file): file for file in files}
    for name, file in real.items():
        server.apply(f"{API}/{name}", file.read_bytes())
    for kind in (*AKO_KINDS, *OTHER_KINDS):
        if kind.definition not in real:
            server.apply(f"{API}/{kind.definition}", permissive(kind))


def require_definitions(folder: Path) -> None:
    """Raise MistakeError unless all YAML files of the folder have the names that controller-gen gives definitions."""
    files = sorted(folder.glob("*.yaml"))
    if unknown := [file.name for file in files if "_" not in file.stem]:
        raise MistakeError(
            f"{folder / unknown[0]} is no file of a definition: controller-gen names them GROUP_PLURAL.yaml, such as "
            f"asdb.aerospike.com_aerospikeclusters.yaml"
        )
    if not files:
        raise MistakeError(
            f"{folder} has no definitions: name the folder config/crd/bases of a checkout of the operator, with files "
            f"such as asdb.aerospike.com_aerospikeclusters.yaml"
        )


def definition_name(file: Path) -> str:
    """Return the name of the definition in a file: controller-gen names the file ``<group>_<plural>.yaml``."""
    group, plural = file.stem.rsplit("_", 1)
    return f"{plural}.{group}"


def served(server: ApiServer) -> bool:
    """Return whether the server lists the kind of every definition in its discovery.

    A definition is Established a moment before that, and a client that starts in between does not know the kind.
    """
    wanted = {
        (f"{item['spec']['group']}/{version['name']}", item["spec"]["names"]["plural"])
        for item in listed(server)
        for version in item["spec"]["versions"]
        if version["served"]
    }
    try:
        return all(
            plural in {resource["name"] for resource in server.get(f"/apis/{group_version}")["resources"]}
            for group_version, plural in wanted
        )
    except ApiServerError:
        return False


def permissive_kinds(server: ApiServer) -> tuple[str, ...]:
    """Return the kinds whose definition on the server checks nothing."""
    annotated = (item for item in listed(server) if PERMISSIVE_ANNOTATION in item["metadata"].get("annotations", {}))
    return tuple(str(item["spec"]["names"]["kind"]) for item in annotated)


def listed(server: ApiServer) -> Iterable[dict[str, Any]]:
    items: list[dict[str, Any]] = server.get(API)["items"]
    return items


def permissive(kind: Kind) -> dict[str, Any]:
    """Return a definition without validation, with the subresources of the real one."""
    scale = {
        "specReplicasPath": ".spec.size",
        "statusReplicasPath": ".status.size",
        "labelSelectorPath": ".status.selector",
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": kind.definition, "annotations": {PERMISSIVE_ANNOTATION: PERMISSIVE_TEXT}},
        "spec": {
            "group": kind.group,
            "scope": "Namespaced",
            "names": {"kind": kind.kind, "plural": kind.plural, "singular": kind.kind.lower()},
            "versions": [
                {
                    "name": kind.version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                    "subresources": {"status": {}, **({"scale": scale} if kind.scale else {})},
                }
            ],
        },
    }
