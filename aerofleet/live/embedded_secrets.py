"""Random Secrets for a cell on the embedded control plane, made outside Pulumi, so that no state ever contains them.

Every other cell refers to secrets in its secret store; the embedded control plane has none.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from aerofleet.fleet.cell import Cell
from aerofleet.live.cluster_api import ClusterApi
from aerofleet.units.names import MANAGED_BY_LABEL, MANAGED_BY_VALUE

RANDOM_BYTES = 24


def random_secrets(cell: Cell) -> Iterator[dict[str, Any]]:
    """Yield a Secret for every reference of the cell's clusters, with a random value for each key."""
    for namespace, name, keys in sorted(
        {
            (cluster.namespace, reference.name, reference.keys)
            for cluster in cell.clusters
            if cluster.is_deployed
            for reference in cluster.secrets
        }
    ):
        yield {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace, "labels": {MANAGED_BY_LABEL: MANAGED_BY_VALUE}},
            "stringData": {key: secrets.token_urlsafe(RANDOM_BYTES) for key in keys},
        }


def make_secrets(api: ClusterApi, cell: Cell) -> int:
    """Create the missing Secrets after their namespaces exist; return the number of new ones.

    A Secret that exists keeps its values: they are the passwords of running users.
    """
    if cell.secret_store.kind != "embedded":
        return 0
    return sum(api.create(secret) for secret in random_secrets(cell))
