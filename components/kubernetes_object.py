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
    after: pulumi.Resource | None = None,
    protected: bool = False,
    patch: bool = False,
) -> list[KubernetesObject]:
    """Make one child of ``parent`` for each manifest; with ``protected``, those that hold data can't be deleted.

    No object waits for more than one other: Pulumi's SDK keeps dependencies as a set, so that two of them would
    stand in another order in every preview.
    """
    return [_make(manifest, parent, after, protected, patch) for manifest in manifests]


def make_in_order(
    manifests: Sequence[Mapping[str, Any]],
    parent: pulumi.ComponentResource,
    *,
    after: pulumi.Resource | None = None,
    protected: bool = False,
) -> list[KubernetesObject]:
    """As ``make_objects``, each after the one before it; they are deleted in the reverse order."""
    made: list[KubernetesObject] = []
    for manifest in manifests:
        made.append(_make(manifest, parent, made[-1] if made else after, protected))
    return made


def _make(
    manifest: Mapping[str, Any],
    parent: pulumi.ComponentResource,
    after: pulumi.Resource | None,
    protected: bool,
    patch: bool = False,
) -> KubernetesObject:
    keep = protected and manifest["kind"] in DATA_KINDS and not patch
    opts = pulumi.ResourceOptions(
        parent=parent, depends_on=[after] if after else [], protect=keep or None, retain_on_delete=keep or None
    )
    return KubernetesObject(manifest, opts, patch=patch)
