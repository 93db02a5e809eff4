"""Reading objects from a Kubernetes API server: the one place that talks to it outside the engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

import urllib3
from kubernetes import client, config, dynamic
from kubernetes.dynamic.exceptions import ConflictError, DynamicApiError, NotFoundError, ResourceNotFoundError

NOT_FOUND, EXPIRED = 404, 410
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
CONNECT_SECONDS = 5
ANSWER_SECONDS = 60
"""As long as an API server itself gives a request; more than :meth:`ClusterApi.wait_for_change` is silent for."""


class ClusterUnreachableError(Exception):
    """No answer, or no permission; the text says from where and what to check."""


class ImpatientClient(client.ApiClient):
    """Gives up on a server that takes a call and never answers; by itself the client would wait for ever."""

    def call_api(self, *arguments: Any, **options: Any) -> Any:
        options["_request_timeout"] = options.get("_request_timeout") or (CONNECT_SECONDS, ANSWER_SECONDS)
        return super().call_api(*arguments, **options)


def no_context(context: str, file: str | None, why: str) -> str:
    """Which file was read, and what to set: at night nobody remembers which of two shells has KUBECONFIG."""
    read = f"KUBECONFIG is {file}" if file else "KUBECONFIG is not set, so ~/.kube/config was read"
    return (
        f"no context '{context}' in the kubeconfig: {read} ({why.rstrip('.')}). Set KUBECONFIG to the file that has "
        'the context which cell.yaml names; for the embedded control plane, eval "$(aerofleet env)"'
    )


class ClusterApi:
    """``context`` names a context of the kubeconfig that KUBECONFIG or the home folder gives."""

    def __init__(self, context: str) -> None:
        self.context = context
        with self._asking():
            settings = client.Configuration()
            try:
                # The client remembers KUBECONFIG from when it was imported: it is asked for the one of now.
                file = os.environ.get("KUBECONFIG") or None
                config.load_kube_config(file, context, settings)  # type: ignore[no-untyped-call]
            except config.ConfigException as error:
                raise ClusterUnreachableError(no_context(context, file, str(error))) from None
            settings.retries = urllib3.Retry(total=1, connect=1, read=0)
            self._client = ImpatientClient(settings)

    @cached_property
    def _dynamic(self) -> dynamic.DynamicClient:
        """Made at the first call that needs the server's list of kinds, which is a request of its own."""
        return dynamic.DynamicClient(self._client)  # type: ignore[no-untyped-call]

    def serves(self, api_version: str, kind: str) -> bool:
        """Does the server know this custom kind now? The dynamic client would answer from its memory of a day."""
        group, _, version = api_version.partition("/")
        with self._asking():
            try:
                served = client.CustomObjectsApi(self._client).get_api_resources(group, version)
            except client.ApiException as error:
                if error.status == NOT_FOUND:
                    return False
                raise
        return any(each.kind == kind for each in served.resources)

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        """The object, or None where it, its namespace or its kind does not exist."""
        with self._asking(), suppress(NotFoundError, ResourceNotFoundError):
            found: dict[str, Any] = self._kind(api_version, kind).get(name=name, namespace=namespace or None).to_dict()
            return found
        return None

    def version(self) -> str:
        """Of the server: ``1.35.4``."""
        with self._asking():
            return str(client.VersionApi(self._client).get_code().git_version).lstrip("v")

    def labels(self, api_version: str, kind: str, namespace: str) -> dict[str, dict[str, str]]:
        """Name → labels of the objects of a kind in a namespace; empty where the kind is unknown.

        The server sends their metadata only: a Secret's values stay with it.
        """
        only = {"Accept": METADATA_ONLY}
        with self._asking(), suppress(NotFoundError, ResourceNotFoundError):
            answer = self._kind(api_version, kind).get(namespace=namespace or None, header_params=only).to_dict()
            return {str(each["metadata"]["name"]): each["metadata"].get("labels") or {} for each in answer["items"]}
        return {}

    def create(self, manifest: dict[str, Any]) -> bool:
        """Make an object; False where one of that name is there already, which is left as it is."""
        kind = manifest["apiVersion"], manifest["kind"]
        with self._asking(), suppress(ConflictError):
            self._kind(*kind).create(body=manifest, namespace=manifest["metadata"].get("namespace"))
            return True
        return False

    def list(self, api_version: str, kind: str, label_selector: str = "") -> tuple[tuple[dict[str, Any], ...], str]:
        """Every object of a kind in all namespaces, and the version of that list; empty where the kind is unknown."""
        with self._asking(), suppress(NotFoundError, ResourceNotFoundError):
            answer = self._kind(api_version, kind).get(label_selector=label_selector or None).to_dict()
            return tuple(answer["items"]), answer["metadata"]["resourceVersion"]
        return (), ""

    def wait_for_change(self, api_version: str, kind: str, version: str, *, timeout_seconds: int) -> None:
        """Return at the first change of any object of the kind after list ``version``, or after the timeout. A version
        that the server no longer has is one after which much has changed."""
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
        """Turns what the client raises into ClusterUnreachableError."""
        try:
            yield
        except (urllib3.exceptions.HTTPError, DynamicApiError, ResourceNotFoundError, client.ApiException) as error:
            reason = getattr(error, "reason", None) or error
            message = f"the API server of context '{self.context}' did not answer as asked: {reason}"
            raise ClusterUnreachableError(message) from None
