"""What a control plane holds of a rendered cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kubernetes import client, config

from aerofleet.fleet.resolve import resolve_cell
from aerofleet.local.api_server import ApiServerError
from aerofleet.local.control_plane import ControlPlane
from aerofleet.local.definitions import install, served
from aerofleet.manifests import render_cell
from tests.engine.operator_definitions import operator_definitions

Object = dict[str, Any]

SETTLED_SECONDS = 30
"""A definition is created and removed at once; the server lists its kind a moment later."""

CONTROLLERS = "kube-controller-manager"
CONTROLLERS_ANNOTATION = "node.alpha.kubernetes.io/ttl"


def api_client(plane: ControlPlane) -> client.ApiClient:
    """For what the project itself never does to a server."""
    settings = client.Configuration()
    config.load_kube_config(str(plane.state.kubeconfig), client_configuration=settings)
    return client.ApiClient(settings)


@contextmanager
def without_definition(plane: ControlPlane, name: str, api_version: str) -> Iterator[None]:
    """The server does not know the kind, until it is brought back."""
    server, definitions = plane.server(), client.ApiextensionsV1Api(api_client(plane))
    plural = name.partition(".")[0]

    def gone() -> bool:
        # A group that has lost its last kind answers 404.
        try:
            listed = server.get(f"/apis/{api_version}")["resources"]
        except ApiServerError:
            return True
        return plural not in {manifest["name"] for manifest in listed}

    definitions.delete_custom_resource_definition(name)
    try:
        plane.api_server.wait_ready(gone, SETTLED_SECONDS)
        yield
    finally:
        install(server, operator_definitions())
        plane.api_server.wait_ready(lambda: served(server), SETTLED_SECONDS)


def rendered(folder: Path, cell: str = "local") -> list[Object]:
    """Every object of the cell as its files stand now."""
    found = resolve_cell(folder, cell)
    assert found.cell is not None, found.findings
    return list(render_cell(found.cell).objects())


def named(found: Mapping[str, Any]) -> str:
    metadata = found["metadata"]
    return f"{found['kind']} {metadata.get('namespace', '')}/{metadata['name']}"


class Reader:
    """Finds the REST path of an object by the server's own discovery."""

    def __init__(self, plane: ControlPlane) -> None:
        self.server = plane.server()
        self.known: dict[str, dict[str, Any]] = {}

    def holds(self, manifest: Mapping[str, Any]) -> bool:
        try:
            return bool(self.get(manifest))
        except ApiServerError as error:
            if "not found" not in str(error):
                raise
            return False

    def get(self, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
        metadata = manifest["metadata"]
        return self.server.get(f"{self.path(manifest, metadata.get('namespace', ''))}/{metadata['name']}")

    def path(self, manifest: Mapping[str, Any], namespace: str) -> str:
        """Of the list of the object's kind, in the namespace where the kind has one."""
        version = str(manifest["apiVersion"])
        base = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        if base not in self.known:
            listed = self.server.get(base)["resources"]
            self.known[base] = {manifest["kind"]: manifest for manifest in listed if "/" not in manifest["name"]}
        resource = self.known[base][manifest["kind"]]
        place = f"/namespaces/{namespace}" if resource["namespaced"] else ""
        return f"{base}{place}/{resource['name']}"


def missing(wanted: Any, found: Any, path: str = "") -> Iterator[str]:
    """Paths where the server doesn't hold what was rendered; what it added is its own, and an empty list is none."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        for key, value in wanted.items():
            yield from missing(value, found.get(key), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for index, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from missing(one, other, f"{path}[{index}]")
    elif wanted != found and not (wanted == [] and found is None):
        yield f"{path}: {json.dumps(found)} instead of {json.dumps(wanted)}"


def written(found: Mapping[str, Any]) -> Object:
    """What was asked of an object, and by whom and when: it stays the same only if nobody wrote the object again.

    Controllers write too, at moments of their own choosing: a DaemonSet's and a quota's status, an annotation of every
    Node. That is left out, and with it the resource version, which counts such writes.
    """
    metadata = {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}
    metadata["annotations"] = {
        key: value for key, value in metadata.get("annotations", {}).items() if key != CONTROLLERS_ANNOTATION
    }
    metadata["managedFields"] = [
        owner
        for owner in metadata.get("managedFields", ())
        if owner.get("subresource") != "status" and owner.get("manager") != CONTROLLERS
    ]
    return {**{key: value for key, value in found.items() if key != "status"}, "metadata": metadata}


def written_cell(folder: Path, plane: ControlPlane) -> dict[str, Object]:
    """Return every object of the cell's definitions as it is on the server, see :func:`written`."""
    reader = Reader(plane)
    return {named(manifest): written(reader.get(manifest)) for manifest in rendered(folder)}
