"""The calls of the embedded control plane to its own API server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import urllib3

from aerofleet.findings.stop import FailureError
from aerofleet.local.credentials import ADMINISTRATOR, LOOPBACK, token
from aerofleet.local.state import State

FIELD_MANAGER = "aerofleet-local"


class ApiServerError(FailureError):
    """The API server refused or did not answer; the text is its own message."""


class ApiServer:
    def __init__(self, state: State, port: int) -> None:
        self._pool = urllib3.HTTPSConnectionPool(
            LOOPBACK,
            port,
            ca_certs=str(state.certificates / "ca.crt"),
            headers={"Authorization": f"Bearer {token(state, ADMINISTRATOR)}"},
            timeout=30,
            retries=False,
        )

    def ready(self) -> bool:
        try:
            return self._pool.request("GET", "/readyz").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def get(self, path: str, accept: str = "application/json") -> Mapping[str, Any]:
        return self._call("GET", path, headers={"Accept": accept})

    def apply(self, path: str, manifest: Mapping[str, Any] | bytes) -> Mapping[str, Any]:
        """Apply one object, a mapping or YAML text, with server-side apply.

        Client-side apply would copy it into an annotation, and AKO's definition of 1.3 MB is too large for one.
        """
        body = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        query = f"?fieldManager={FIELD_MANAGER}&force=true"
        return self._call("PATCH", path + query, body, {"Content-Type": "application/apply-patch+yaml"})

    def _call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Mapping[str, Any]:
        try:
            answer = self._pool.request(method, path, body=body, headers={**self._pool.headers, **(headers or {})})
        except urllib3.exceptions.HTTPError as error:
            raise ApiServerError(f"{method} {path}: {error}") from None
        if answer.status >= 400:
            raise ApiServerError(f"{method} {path}: {refusal(answer)}")
        document: dict[str, Any] = json.loads(answer.data)
        return document


def refusal(answer: urllib3.BaseHTTPResponse) -> str:
    """Return the message of a Status object, or the plain text of the answer, as for an unknown path."""
    try:
        return str(json.loads(answer.data)["message"])
    except (ValueError, TypeError, KeyError):
        return f"{answer.status} {answer.data.decode(errors='replace').strip()}"
