"""The local static provisioner of a pool: it makes a PersistentVolume of each partition on the hosts.

Source: sig-storage-local-static-provisioner 2.x (the keys of its ConfigMap, the access it needs). It runs in
kube-system, which exists in every cluster and lets pods see the host's devices.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from aerofleet.files.metal import Partition
from aerofleet.fleet.cell import Cell
from aerofleet.fleet.metadata import cell_metadata
from aerofleet.fleet.metal import Pool
from aerofleet.load import yaml_text
from aerofleet.manifests.daemon_set import SYSTEM_NAMESPACE, daemon_set, host_path
from aerofleet.manifests.rbac import RBAC
from aerofleet.units.names import CONFIG_ANNOTATION, MAX_LABEL, bounded, digest

RESOURCES = {"cpu": "50m", "memory": "128Mi"}
CONFIG_PATH = "/etc/provisioner/config"


def local_provisioner(cell: Cell, pool: Pool) -> list[dict[str, Any]]:
    """Return all its objects; none if the pool makes its volumes in another way."""
    if pool.provisioner != "local-static" or not pool.partitions:
        return []
    name = bounded(f"aerofleet-local-volumes-{pool.name}", MAX_LABEL)
    config = config_map(cell, pool, name)
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": cell_metadata(cell, name, SYSTEM_NAMESPACE)},
        cluster_role(cell, name),
        cluster_role_binding(cell, name),
        config,
        provisioner_set(cell, pool, name, digest(config["data"])),
    ]


def cluster_role(cell: Cell, name: str) -> dict[str, Any]:
    rules = [
        {
            "apiGroups": [""],
            "resources": ["persistentvolumes"],
            "verbs": ["get", "list", "watch", "create", "delete"],
        },
        {"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]},
        {"apiGroups": ["storage.k8s.io"], "resources": ["storageclasses"], "verbs": ["get", "list", "watch"]},
        {"apiGroups": ["", "events.k8s.io"], "resources": ["events"], "verbs": ["create", "patch", "update"]},
    ]
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": cell_metadata(cell, name),
        "rules": rules,
    }


def cluster_role_binding(cell: Cell, name: str) -> dict[str, Any]:
    return {
        "apiVersion": f"{RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": cell_metadata(cell, name),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": SYSTEM_NAMESPACE}],
    }


def config_map(cell: Cell, pool: Pool, name: str) -> dict[str, Any]:
    classes = {partition.storage_class: storage_class_entry(partition) for partition in pool.partitions}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": cell_metadata(cell, name, SYSTEM_NAMESPACE),
        "data": {"storageClassMap": yaml_text(classes), "useNodeNameOnly": "true"},
    }


def storage_class_entry(partition: Partition) -> dict[str, Any]:
    """Return the entry of a class, without a cleaner: the classes are `Retain`, so people release used volumes
    by hand.
    """
    glob = PurePosixPath(partition.device_glob)
    folder = str(glob.parent)
    return {
        "hostDir": folder,
        "mountDir": folder,
        "namePattern": glob.name,
        "volumeMode": partition.mode,
    }


def provisioner_set(cell: Cell, pool: Pool, name: str, config_digest: str) -> dict[str, Any]:
    """Return the DaemonSet. It reads its ConfigMap only at its start, so a change of the ConfigMap has to replace the
    pods.
    """
    folders = sorted({str(PurePosixPath(partition.device_glob).parent) for partition in pool.partitions})
    mounts: list[dict[str, Any]] = [{"name": "config", "mountPath": CONFIG_PATH, "readOnly": True}]
    mounts += [
        {"name": f"devices-{index}", "mountPath": folder, "mountPropagation": "HostToContainer"}
        for index, folder in enumerate(folders)
    ]
    mounts.append({"name": "dev", "mountPath": "/dev"})
    volumes: list[dict[str, Any]] = [{"name": "config", "configMap": {"name": name}}]
    volumes += [host_path(f"devices-{index}", folder) for index, folder in enumerate(folders)]
    volumes.append(host_path("dev", "/dev"))
    container = {
        "name": "provisioner",
        "image": cell.images.provisioner,
        "securityContext": {"privileged": True},
        "env": [
            {"name": "MY_NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            {"name": "MY_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
        ],
        "resources": {"requests": RESOURCES, "limits": RESOURCES},
        "volumeMounts": mounts,
    }
    pod = {"serviceAccountName": name, "containers": [container], "volumes": volumes}
    return daemon_set(cell, pool, name, pod, {CONFIG_ANNOTATION: config_digest})
