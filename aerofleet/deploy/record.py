"""The record of the deployments of a stack: a ConfigMap in the cell's own API server.

It has commits, digests, effects and names, and never an object or a value of one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from aerofleet.deploy.lock import Server
from aerofleet.findings.stop import FailureError
from aerofleet.units.names import DEPLOY_NAMESPACE, MANAGED_BY_LABEL, deploy_object

SCHEMA = "aerofleet.io/deployments/v1"
MOST_ENTRIES = 30
"""Of a stack's history: at 200 changed clusters each some 500 kB, half of what a ConfigMap can have."""
MOST_CHANGES = 200
"""Changed objects that an entry names."""


class RecordError(FailureError):
    """The record of a stack can't be read, or was written by somebody else meanwhile."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment of a stack. ``commit``: of the project; ``digest``: of the stack's objects. ``since``: the commit
    of the last completed one before; empty for the first. ``merges``: the commits between them whose reviews counted.
    ``changes``: name of an object → effect. ``began`` and ``ended``: UTC, ISO 8601; ``ended`` is empty until then.
    ``outcome``: ``sending``, ``rolling-out``, ``completed`` or ``failed``.
    """

    commit: str
    digest: str
    by: str
    began: str
    since: str = ""
    merges: tuple[str, ...] = ()
    changes: Mapping[str, str] = field(default_factory=dict)
    ended: str = ""
    outcome: str = "sending"
    product_version: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """``completed``: the last deployment that ended with all clusters rolled out. ``open``: one that began later and
    was not completed; nobody knows how far it came. ``history``: all, the newest first.
    """

    completed: Deployment | None = None
    open: Deployment | None = None
    history: tuple[Deployment, ...] = ()

    def now(self, deployment: Deployment) -> Record:
        """Return the record with a deployment as it is now: it begins, goes on, or is completed and no longer open."""
        if deployment.outcome == "completed":
            return Record(deployment, None, self._with(deployment))
        return Record(self.completed, deployment, self._with(deployment))

    def _with(self, deployment: Deployment) -> tuple[Deployment, ...]:
        rest = self.history
        if rest and (rest[0].commit, rest[0].began) == (deployment.commit, deployment.began):
            rest = rest[1:]
        return (deployment, *rest)[:MOST_ENTRIES]


def read_record(server: Server, stack: str) -> tuple[Record, dict[str, Any] | None]:
    """Return the record of a stack, and the ConfigMap that has it; an empty record without one. Raises RecordError."""
    found = server.get("v1", "ConfigMap", DEPLOY_NAMESPACE, deploy_object(stack))
    if found is None:
        return Record(), None
    try:
        return record_in(found.get("data") or {}), found
    except (ValueError, TypeError, KeyError) as error:
        name = f"ConfigMap {DEPLOY_NAMESPACE}/{deploy_object(stack)}"
        raise RecordError(
            f"{name} is no record of deployments ({error}): restore it, or delete it and name the"
            " commit that is deployed with --deployed"
        ) from None


def record_in(data: Mapping[str, str]) -> Record:
    """Return the record in the data of a ConfigMap. Raises ValueError, TypeError or KeyError for anything else."""
    document = json.loads(data["record"])
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']}, not {SCHEMA}")
    completed, open_, history = (document[key] for key in ("completed", "open", "history"))
    return Record(_deployment(completed), _deployment(open_), tuple(filter(None, map(_deployment, history))))


def data_of(record: Record) -> dict[str, str]:
    """Return the data of the ConfigMap of a record."""
    document = {"schema": SCHEMA, **asdict(record)}
    return {"record": json.dumps(document, indent=1)}


def write_record(server: Server, stack: str, record: Record, known: dict[str, Any] | None) -> dict[str, Any]:
    """Write the record over the ``known`` one. Return the ConfigMap as it is then. Raises RecordError where somebody
    else has written it since: two runs at once.
    """
    labels = {MANAGED_BY_LABEL: "aerofleet-deploy"}
    metadata = {"name": deploy_object(stack), "namespace": DEPLOY_NAMESPACE, "labels": labels}
    if known is not None:
        metadata = {key: value for key, value in known["metadata"].items() if key != "managedFields"}
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data_of(record)}
    is_written = server.create(made) if known is None else server.update(made)
    kept = server.get("v1", "ConfigMap", DEPLOY_NAMESPACE, deploy_object(stack)) if is_written else None
    if kept is None or kept.get("data") != made["data"]:
        raise RecordError(
            f"somebody else has written the record of {stack} meanwhile: look who deploys it, and begin anew"
        )
    return kept


def ensure_namespace(server: Server) -> None:
    """Make the namespace of records and locks, unless it is there."""
    labels = {MANAGED_BY_LABEL: "aerofleet-deploy"}
    if server.get("v1", "Namespace", "", DEPLOY_NAMESPACE) is None:
        server.create(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": DEPLOY_NAMESPACE, "labels": labels}}
        )


def named_changes(changes: Mapping[str, str]) -> dict[str, str]:
    """Return at most `MOST_CHANGES` of the changes, and how many more there are."""
    kept = dict(list(changes.items())[:MOST_CHANGES])
    more = len(changes) - len(kept)
    return kept | ({f"and {more} more": ""} if more else {})


def _deployment(written: Any) -> Deployment | None:
    return Deployment(**{**written, "merges": tuple(written["merges"])}) if written else None
