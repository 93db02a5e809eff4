"""List the objects on an API server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from aerofleet.local.api_server import ApiServer

DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


def objects_with(server: ApiServer, label: str, value: str) -> dict[str, tuple[str, ...]]:
    """Return kind → sorted `namespace/name` of every object on the server with the label."""
    names: dict[str, tuple[str, ...]] = {}
    for kind, path in listable(server):
        items = server.get(f"{path}?labelSelector={quote(f'{label}={value}')}")["items"]
        if items:
            names[kind] = tuple(sorted(object_name(item["metadata"]) for item in items))
    return names


def listable(server: ApiServer) -> Iterator[tuple[str, str]]:
    """Yield (kind, path of its list) of everything that the server can list, each kind once, in its preferred
    version.
    """
    for base in ("/api", "/apis"):
        for group in server.get(base, accept=DISCOVERY)["items"]:
            name = group["metadata"].get("name", "")
            seen: set[str] = set()
            for version in group["versions"]:
                prefix = "/".join(part for part in (base, name, version["version"]) if part)
                for resource in version.get("resources", ()):
                    if "list" in resource["verbs"] and resource["resource"] not in seen:
                        seen.add(resource["resource"])
                        yield resource["responseKind"]["kind"], f"{prefix}/{resource['resource']}"


def object_name(metadata: Mapping[str, Any]) -> str:
    return "/".join(part for part in (metadata.get("namespace", ""), metadata["name"]) if part)
