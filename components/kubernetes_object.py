"""One Kubernetes object as one Pulumi resource, passed to the provider letter for letter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

DATA_KINDS = frozenset({"AerospikeCluster", "Namespace", "PersistentVolume", "PersistentVolumeClaim"})
"""Kinds whose deletion loses data: protected, and kept on the server even when forgotten by the engine."""


def type_token(api_version: str, kind: str) -> str:
    """The provider's type token: ``kubernetes:core/v1:Namespace``, ``kubernetes:apps/v1:DaemonSet``."""
    group_version = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group_version}:{kind}"


def resource_name(manifest: Mapping[str, Any]) -> str:
    """The resource's name within its type: what Kubernetes itself knows it by, so a URN never depends on order."""
    metadata = manifest["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


class KubernetesObject(pulumi.CustomResource):
    """A rendered object.

    The generated classes of pulumi_kubernetes are not used: they translate every key through their own types, so that
    the preview would no longer be letter for letter what `aerofleet render` prints, and they cost most of a
    preview's Python time. The type tokens are theirs, so the state is the same.
    """

    metadata: pulumi.Output[Any]

    def __init__(self, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions, *, patch: bool = False) -> None:
        if manifest["kind"] == "Secret":
            raise pulumi.RunError(
                f"Secret {resource_name(manifest)} would stand in the state: secrets are only ever referred to"
            )
        kind = f"{manifest['kind']}Patch" if patch else str(manifest["kind"])
        props = {key: value for key, value in manifest.items() if key != "status"}
        super().__init__(
            type_token(str(manifest["apiVersion"]), kind),
            resource_name(manifest),
            {"metadata": None, **props},
            opts,
        )


def make_objects(
    manifests: Sequence[Mapping[str, Any]],
    parent: pulumi.ComponentResource,
    *,
    depends_on: Sequence[pulumi.Resource] = (),
    protected: bool = False,
    patch: bool = False,
) -> list[KubernetesObject]:
    """Make one child of ``parent`` for each manifest; with ``protected``, those that hold data can't be deleted."""
    made = []
    for manifest in manifests:
        keep = protected and manifest["kind"] in DATA_KINDS and not patch
        opts = pulumi.ResourceOptions(
            parent=parent, depends_on=list(depends_on), protect=keep or None, retain_on_delete=keep or None
        )
        made.append(KubernetesObject(manifest, opts, patch=patch))
    return made
