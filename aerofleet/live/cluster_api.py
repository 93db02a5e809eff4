"""Read objects from a Kubernetes API server; only this module talks to it outside the engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import urllib3
from kubernetes import client, config, dynamic
from kubernetes.dynamic.exceptions import ConflictError, DynamicApiError, NotFoundError, ResourceNotFoundError

from aerofleet.findings.stop import FailureError

NOT_FOUND, EXPIRED = 404, 410
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
"""Timeout of a request: that of an API server itself, and longer than the silence of
:meth:`ClusterApi.wait_for_change`.
"""


class ClusterUnreachableError(FailureError):
    """The API server did not answer or refused permission; the text names the server and what to check."""


class ImpatientClient(client.ApiClient):
    """A client with a timeout; without one it would wait for ever for a server that accepts a call and never
    answers.
    """

    def call_api(self, *arguments: Any, **options: Any) -> Any:
        options["_request_timeout"] = options.get("_request_timeout") or (CONNECT_SECONDS, ANSWER_SECONDS)
        return super().call_api(*arguments, **options)


def no_context(context: str, file: str | None, why: str) -> str:
    """Return a message with the kubeconfig that was read, the reason, and the variable to set."""
    read = f"KUBECONFIG is {file}" if file else "KUBECONFIG is not set, so ~/.kube/config was read"
    return (
        f"no context '{context}' in the kubeconfig: {read} ({why.rstrip('.')}). Set KUBECONFIG to the file that has "
        'the context which cell.yaml names; for the embedded control plane, eval "$(aerofleet env)"'
    )


class ClusterApi:
    """A connection to an API server. ``context``: a context of the kubeconfig from KUBECONFIG or the home folder."""

    def __init__(self, context: str) -> None:
        self.context = context
        with self._asking():
            settings = client.Configuration()
            try:
                # The client keeps KUBECONFIG from the time of its import; this reads its current value.
                file = os.environ.get("KUBECONFIG") or None
                config.load_kube_config(file, context, settings)  # type: ignore[no-untyped-call]
            except config.ConfigException as error:
                raise ClusterUnreachableError(no_context(context, file, str(error))) from None
            settings.retries = urllib3.Retry(total=1, connect=1, read=0)
            self._client = ImpatientClient(settings)

    @cached_property
    def _dynamic(self) -> dynamic.DynamicClient:
        """The client that knows the server's kinds, created on first use: it needs a request for their list."""
        return dynamic.DynamicClient(self._client)  # type: ignore[no-untyped-call]

    def serves(self, api_version: str, kind: str) -> bool:
        """Return whether the server knows a custom kind now; the dynamic client would use its cache of up to a day."""
        group, _, version = api_version.partition("/")
        with self._asking():
            try:
                served = client.CustomObjectsApi(self._client).get_api_resources(group, version)
            except client.ApiException as error:
                if error.status == NOT_FOUND:
                    return False
                raise
        return any(resource.kind == kind for resource in served.resources)

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        """Return the object, or None if it, its namespace or its kind does not exist."""
        with self._asking(), suppress(NotFoundError, ResourceNotFoundError):
            answer = self._kind(api_version, kind).get(name=name, namespace=namespace or None)
            return dict(answer.to_dict())
        return None

    def version(self) -> str:
        """Return the version of the server: ``1.35.4``."""
        with self._asking():
            return str(client.VersionApi(self._client).get_code().git_version).lstrip("v")

    def labels(self, api_version: str, kind: str, namespace: str) -> dict[str, dict[str, str]]:
        """Return name → labels of the objects of a kind in a namespace; empty if the kind is unknown.

        The server sends their metadata only: a Secret's values stay with it.
        """
        only = {"Accept": METADATA_ONLY}
        with self._asking(), suppress(NotFoundError, ResourceNotFoundError):
            answer = self._kind(api_version, kind).get(namespace=namespace or None, header_params=only).to_dict()
            return {str(item["metadata"]["name"]): item["metadata"].get("labels") or {} for item in answer["items"]}
        return {}

    def create(self, manifest: dict[str, Any]) -> bool:
        """Create an object; return False if one of that name exists, which stays unchanged."""
        kind = manifest["apiVersion"], manifest["kind"]
        with self._asking(), suppress(ConflictError):
            self._kind(*kind).create(body=manifest, namespace=manifest["metadata"].get("namespace"))
            return True
        return False

    def update(self, manifest: dict[str, Any]) -> bool:
        """Replace an object as it was read, with its resourceVersion; return False if somebody has changed or deleted
        it since.
        """
        kind = manifest["apiVersion"], manifest["kind"]
        with self._asking(), suppress(ConflictError, NotFoundError):
            self._kind(*kind).replace(body=manifest, namespace=manifest["metadata"].get("namespace"))
            return True
        return False

    def list(self, api_version: str, kind: str, label_selector: str = "") -> tuple[tuple[dict[str, Any], ...], str]:
        """Return every object of a kind in all namespaces, and the version of the list; empty if the kind is
        unknown.
        """
        with self._asking(), suppress(NotFoundError, ResourceNotFoundError):
            answer = self._kind(api_version, kind).get(label_selector=label_selector or None).to_dict()
            return tuple(answer["items"]), answer["metadata"]["resourceVersion"]
        return (), ""

    def wait_for_change(self, api_version: str, kind: str, version: str, *, timeout_seconds: int) -> None:
        """Return at the first change of any object of the kind after list ``version``, or after the timeout; also if
        the server no longer has that version, since much has changed after it.
        """
        with self._asking(), suppress(ResourceNotFoundError):
            try:
                for _ in self._kind(api_version, kind).watch(resource_version=version, timeout=timeout_seconds):
                    return
            except client.ApiException as error:
                if error.status != EXPIRED:
                    raise

    def _kind(self, api_version: str, kind: str) -> Any:
        return self._dynamic.resources.get(api_version=api_version, kind=kind)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn errors of the client into ClusterUnreachableError."""
        try:
            yield
        except (urllib3.exceptions.HTTPError, DynamicApiError, ResourceNotFoundError, client.ApiException) as error:
            reason = getattr(error, "reason", None) or error
            message = f"the API server of context '{self.context}' did not answer as asked: {reason}"
            raise ClusterUnreachableError(message) from None
