"""Hazards of a change for the records that are there."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.aerospike.server.loss import Loss, Setup
from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config import Config, replication_factor
from aerofleet.ako.hazards.hazard import Found, Hazard, hazard
from aerofleet.ako.reasons.losses import losses_between, losses_of
from aerofleet.ako.restart import Restarts


@hazard("loses-records", "severe", "a new revision of the rack with the new storage: its pods fill before the old go")
def loses_records(old: Cluster, new: Cluster, restarts: Restarts) -> Iterator[Found]:
    """The server starts without a word of the records it no longer finds. Each pod fills again from the others; a node
    that is lost before it has done so takes records with it.
    """
    for path, loss, copies in losses_of(old, new):
        yield path, _words(loss, copies)


def config_losses(version: str, before: Config, after: Config) -> Iterator[Hazard]:
    """The same of two configurations alone: each path is taken for the place where its data lies."""
    if before.get("namespaces") == after.get("namespaces"):
        return
    for loss, namespace in losses_between(Setup(version, before), Setup(version, after)):
        words = _words(loss, replication_factor(namespace))
        yield Hazard(loses_records.id, loses_records.severity, loss.path, words, loses_records.instead)


def _words(loss: Loss, copies: int) -> str:
    if loss.rule == "namespace-removed":
        return loss.message
    where = f" on {', '.join(loss.places)}" if loss.places else " in memory"
    rest = f"{copies - 1} of {copies} copies are left" if copies > 1 else "there is no other copy"
    return f"servers start without the records of {loss.namespace}{where}; until they are filled again, {rest}"


DATA_HAZARDS = (loses_records,)
