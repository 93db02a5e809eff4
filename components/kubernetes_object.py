"""One Kubernetes object as one Pulumi resource, passed to the provider unchanged."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pulumi

DATA_KINDS = frozenset(
    {"AerospikeCluster", "CustomResourceDefinition", "Namespace", "PersistentVolume", "PersistentVolumeClaim"}
)
"""Kinds whose deletion loses data (a definition takes every object of its kind with it): protected, and kept on the
server even if the engine removes them from its state."""


def type_token(api_version: str, kind: str) -> str:
    """Return the provider's type token: ``kubernetes:core/v1:Namespace``, ``kubernetes:apps/v1:DaemonSet``."""
    group_version = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group_version}:{kind}"


def resource_name(manifest: Mapping[str, Any]) -> str:
    """Return the resource's name within its type: its Kubernetes identity, so that a URN never depends on order."""
    metadata = manifest["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


class KubernetesObject(pulumi.CustomResource):
    """A rendered object.

    The generated classes of pulumi_kubernetes are not used: they translate every key through their own types, so that
    the preview would no longer be identical to the output of `aerofleet render`, and they cost most of a
    preview's Python time. The type tokens are theirs, so the state is the same.
    """

    metadata: pulumi.Output[Any]

    def __init__(self, manifest: Mapping[str, Any], opts: pulumi.ResourceOptions, *, patch: bool = False) -> None:
        if manifest["kind"] == "Secret":
            raise pulumi.RunError(
                f"Secret {resource_name(manifest)} would be in the state with its values: refer to it by name"
            )
        kind = f"{manifest['kind']}Patch" if patch else str(manifest["kind"])
        props = {key: value for key, value in manifest.items() if key != "status"}
        super().__init__(
            type_token(str(manifest["apiVersion"]), kind),
            resource_name(manifest),
            {"metadata": None, **props},
            opts,
        )


def make_in_order(
    manifests: Iterable[Mapping[str, Any]],
    parent: pulumi.ComponentResource,
    *,
    after: pulumi.Resource | None = None,
    protected: bool = False,
) -> pulumi.Resource | None:
    """Make one child of ``parent`` for each manifest, each after the one before it, the first after ``after``; return
    the last. They are deleted in the reverse order. With ``protected``, objects with data can't be deleted.

    No object waits for more than one other: Pulumi's SDK keeps dependencies as a set, so two of them would have another
    order in every preview.
    """
    for manifest in manifests:
        keep = protected and manifest["kind"] in DATA_KINDS
        # Set on every object: an option that is not set is inherited from the component.
        kept = pulumi.ResourceOptions(protect=keep, retain_on_delete=keep)
        after = KubernetesObject(manifest, pulumi.ResourceOptions.merge(kept, _below(parent, after)))
    return after


def make_patches(
    manifests: Iterable[Mapping[str, Any]],
    parent: pulumi.ComponentResource,
    in_maintenance: Collection[str],
    *,
    after: pulumi.Resource | None = None,
) -> pulumi.Resource | None:
    """Make Patch resources like :func:`make_in_order`: each adds its fields to an object of another owner.

    Nothing is sent to nodes ``in_maintenance``, which may be away for a while: changes are sent as soon as they are no
    longer in it.
    """
    for manifest in manifests:
        ignored = ["metadata", "spec"] if manifest["metadata"]["name"] in in_maintenance else []
        quiet = pulumi.ResourceOptions(ignore_changes=ignored)
        after = KubernetesObject(manifest, pulumi.ResourceOptions.merge(quiet, _below(parent, after)), patch=True)
    return after


def _below(parent: pulumi.ComponentResource, after: pulumi.Resource | None) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=parent, depends_on=[after] if after else [])
