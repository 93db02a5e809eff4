"""References of an AerospikeCluster to other objects, with their use and the keys that must exist.

Source: AKO 4.5.0, client_policy.go, access_control.go, statefulset.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aerofleet.ako.access import is_secured
from aerofleet.ako.cluster import Cluster, Rack
from aerofleet.ako.config import Config, entries, section
from aerofleet.ako.volumes import is_persistent, path_of

PASSWORD_KEY = "password"  # noqa: S105 - the name of a key
ADMIN = "admin"
POD_ACCOUNT = "aerospike-operator-controller-manager"
"""The ServiceAccount that the operator writes into every pod."""


class Use(StrEnum):
    """What a cluster needs an object for."""

    ADMIN_PASSWORD = "the password of admin"  # noqa: S105
    PASSWORD = "the password of a user"  # noqa: S105
    VOLUME = "a volume"
    SERVER_FILE = "a file that the server reads"
    STORED_WITH = "the key that data is stored with"
    OPERATOR_CERTIFICATE = "the operator's certificate"
    ENVIRONMENT = "a variable of a container"
    PULL = "the pull of images"
    CLASS = "the class of a volume"
    ACCOUNT = "the account of the pods"


@dataclass(frozen=True, slots=True)
class Reference:
    """``keys`` must exist in a Secret or ConfigMap. ``user``: what needs it, as a clause's subject."""

    kind: str
    namespace: str
    name: str
    use: Use
    path: str
    user: str
    keys: tuple[str, ...] = ()


def references_of(cluster: Cluster) -> Iterator[Reference]:
    """Yield every reference of the cluster to an object that can be in the same file."""
    yield from _passwords(cluster)
    for rack in cluster.distinct_racks:
        yield from _volumes(cluster, rack)
    yield from _operator_certificate(cluster)
    yield from _pod(cluster)


def _passwords(cluster: Cluster) -> Iterator[Reference]:
    if not is_secured(cluster):
        return
    for position, user in enumerate(entries(cluster.spec, "aerospikeAccessControl", "users")):
        name, secret = user.get("name"), user.get("secretName")
        if isinstance(secret, str) and secret and user.get("authMode") in (None, "", "Internal"):
            use = Use.ADMIN_PASSWORD if name == ADMIN else Use.PASSWORD
            path = f"spec.aerospikeAccessControl.users[{position}].secretName"
            yield Reference("Secret", cluster.namespace, secret, use, path, f"user {name}", (PASSWORD_KEY,))


SOURCES = (("secret", "secretName", "Secret"), ("configMap", "name", "ConfigMap"))


def _volumes(cluster: Cluster, rack: Rack) -> Iterator[Reference]:
    mounts: dict[str, tuple[str, Config, str]] = {}
    storage_path = cluster.storage_path(rack)
    for position, volume in enumerate(entries(rack.storage, "volumes")):
        path, label = f"{storage_path}.volumes[{position}]", f"volume {volume.get('name')}"
        if is_persistent(volume):
            claim = section(volume, "source", "persistentVolume")
            where = f"{path}.source.persistentVolume.storageClass"
            yield Reference("StorageClass", "", str(claim.get("storageClass")), Use.CLASS, where, label)
        for key, name_key, kind in SOURCES:
            source = section(volume, "source", key)
            name = source.get(name_key)
            if not isinstance(name, str) or source.get("optional") is True:
                continue
            keys = tuple(str(item.get("key")) for item in entries(source, "items"))
            where = f"{path}.source.{key}.{name_key}"
            yield Reference(kind, cluster.namespace, name, Use.VOLUME, where, label, keys)
            if path_of(volume) and not keys:
                mounts[path_of(volume).rstrip("/")] = (kind, source, name)
    for use, where, file in _files(cluster, rack):
        folder, _, key = file.rpartition("/")
        if folder in mounts:
            kind, _, name = mounts[folder]
            yield Reference(kind, cluster.namespace, name, use, where, f"the server ({file})", (key,))


FILE_KEYS = frozenset(
    {
        "auth-password-file", "ca-file", "cert-blacklist", "cert-file", "default-password-file", "encryption-key-file",
        "encryption-old-key-file", "feature-key-file", "key-file", "key-file-password", "mesh-seeds-file",
        "query-user-password-file", "tls-ca-file", "tree-ca-file",
    }
)  # fmt: skip
"""Parameters that name one file. Source: the server's configuration reference, 6.0 to 8.1."""
FILE_LISTS = frozenset({"feature-key-files"})
DATA_KEYS = frozenset({"encryption-key-file"})


def _files(cluster: Cluster, rack: Rack) -> Iterator[tuple[Use, str, str]]:
    for keys, value in _texts(rack.config, ()):
        name = next((key for key in reversed(keys) if isinstance(key, str)), "")
        if name in FILE_KEYS or name in FILE_LISTS:
            file = value.removeprefix("file:")
            use = Use.STORED_WITH if name in DATA_KEYS else Use.SERVER_FILE
            if file.startswith("/"):
                yield use, cluster.config_path(rack, *keys), file


def _texts(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _texts(item, (*path, position))
    elif isinstance(value, str):
        yield path, value


def _operator_certificate(cluster: Cluster) -> Iterator[Reference]:
    source = section(cluster.spec, "operatorClientCert", "secretCertSource")
    path = "spec.operatorClientCert.secretCertSource"
    keys = tuple(
        str(source[key])
        for key in ("clientCertFilename", "clientKeyFilename", "caCertsFilename")
        if source.get(key) and (key != "caCertsFilename" or not source.get("caCertsSource"))
    )
    for holder, where, needed in (
        (source, path, keys),
        (section(source, "caCertsSource"), f"{path}.caCertsSource", ()),
    ):
        name = holder.get("secretName")
        if isinstance(name, str):
            namespace = str(holder.get("secretNamespace") or cluster.namespace)
            yield Reference(
                "Secret", namespace, name, Use.OPERATOR_CERTIFICATE, f"{where}.secretName", "the operator", needed
            )


def _pod(cluster: Cluster) -> Iterator[Reference]:
    yield Reference("ServiceAccount", cluster.namespace, POD_ACCOUNT, Use.ACCOUNT, "spec.podSpec", "every pod")
    for position, pull in enumerate(entries(cluster.pod_spec, "imagePullSecrets")):
        where = f"spec.podSpec.imagePullSecrets[{position}].name"
        yield Reference("Secret", cluster.namespace, str(pull.get("name")), Use.PULL, where, "every pod")
    for group in ("sidecars", "initContainers"):
        for position, container in enumerate(entries(cluster.pod_spec, group)):
            path = f"spec.podSpec.{group}[{position}]"
            yield from _variables(cluster, container, path, f"container {container.get('name')}")


def _variables(cluster: Cluster, container: Config, path: str, label: str) -> Iterator[Reference]:
    for position, variable in enumerate(entries(container, "env")):
        for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            source = section(variable, "valueFrom", key)
            if source.get("name") and source.get("optional") is not True:
                where = f"{path}.env[{position}].valueFrom.{key}"
                keys = (str(source.get("key")),)
                yield Reference(kind, cluster.namespace, str(source["name"]), Use.ENVIRONMENT, where, label, keys)
    for position, source in enumerate(entries(container, "envFrom")):
        for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            name = section(source, key).get("name")
            if name and section(source, key).get("optional") is not True:
                where = f"{path}.envFrom[{position}].{key}"
                yield Reference(kind, cluster.namespace, str(name), Use.ENVIRONMENT, where, label)
