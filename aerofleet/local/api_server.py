"""The few calls that the embedded control plane makes to its own API server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import urllib3

from aerofleet.local.credentials import ADMINISTRATOR, LOOPBACK, token
from aerofleet.local.state import State

FIELD_MANAGER = "aerofleet-local"


class ApiServerError(Exception):
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
        """Server-side apply of one object, given as a mapping or as YAML text.

        Client-side apply would copy it into an annotation, for which AKO's definition of 1.3 MB is too large.
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
    """The message of a Status object; an unknown path, for one, is answered in plain text."""
    try:
        return str(json.loads(answer.data)["message"])
    except (ValueError, TypeError, KeyError):
        return f"{answer.status} {answer.data.decode(errors='replace').strip()}"
