"""What becomes of the Secret of an ExternalSecret that comes or goes.

Source: External Secrets Operator, documentation of ExternalSecret, "Creation policy": with Owner, the default, the
Secret goes with the object; with every other one it stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aerofleet.ako.config import entries, section

EXTERNAL_SECRET = "ExternalSecret"  # noqa: S105 - a kind
OWNER = "Owner"


def store_paths(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the paths in its store from which an ExternalSecret takes values, each once."""
    keys = (section(entry, "remoteRef").get("key") for entry in entries(resource, "spec", "data"))
    return tuple(dict.fromkeys(key for key in keys if isinstance(key, str) and key))


def secret_comes(resource: Mapping[str, Any]) -> str:
    """Return the consequence of a new ExternalSecret as a clause; empty for one without paths."""
    paths = ", ".join(f"`{path}`" for path in store_paths(resource))
    return f"its Secret is fetched from {paths} of the store, which must have it first" if paths else ""


def secret_goes(resource: Mapping[str, Any]) -> str:
    """Return the consequence of an ExternalSecret that is deleted as a clause; empty where its Secret goes with it."""
    policy = section(resource, "spec", "target").get("creationPolicy", OWNER)
    return "" if policy == OWNER else f"its Secret stays (creationPolicy: {policy}), and is not refreshed any more"
