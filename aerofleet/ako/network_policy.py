"""The networks by which clients and servers reach each other (`spec.aerospikeNetworkPolicy`)."""

from __future__ import annotations

CUSTOM = "customInterface"
"""The value of a way that goes over networks of the pods' own, named under the key in `WAYS`."""
WAYS = {
    "access": "customAccessNetworkNames",
    "alternateAccess": "customAlternateAccessNetworkNames",
    "tlsAccess": "customTLSAccessNetworkNames",
    "tlsAlternateAccess": "customTLSAlternateAccessNetworkNames",
    "fabric": "customFabricNetworkNames",
    "tlsFabric": "customTLSFabricNetworkNames",
}
"""Way → the key with the names of its networks."""
DEFAULT_NETWORK_POLICY = {
    "access": "hostInternal",
    "alternateAccess": "hostExternal",
    "tlsAccess": "hostInternal",
    "tlsAlternateAccess": "hostExternal",
}


def qualified(name: str, namespace: str) -> str:
    """Return a network attachment's name with its namespace in front, by default ``namespace``."""
    name = name.strip()
    return name if "/" in name else f"{namespace}/{name}"
