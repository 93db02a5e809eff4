"""Hazards of a change to a cluster that is not well: the one before is not done, has failed, or never was."""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_change import is_same
from aerofleet.ako.hazards.hazard import Found, hazard
from aerofleet.ako.status import Status

ROLLED_OUT = ("image", "size", "aerospikeConfig", "rackConfig", "podSpec", "storage")


@hazard("rollout-under-way", "severe", "the change once `aerofleet wait` says that the one before is done")
def rollout_under_way(old: Cluster, new: Cluster, status: Status) -> Iterator[Found]:
    """What is running is not what the change starts from: two roll-outs come together, and their steps mix."""
    if not status.is_complete or old.spec == new.spec or old.spec.get("paused") is True:
        return
    waiting = [key for key in ROLLED_OUT if not is_same(status.spec.get(key), old.spec.get(key))]
    for key in waiting:
        yield f"spec.{key}", "is not rolled out yet"
    if not waiting and status.phase == "InProgress":
        yield "status.phase", "the operator is still at work"


@hazard("operator-in-error", "severe", "the cause first: the operator's log says it")
def operator_in_error(old: Cluster, new: Cluster, status: Status) -> Iterator[Found]:
    """The operator could not finish what was there before. With the next change it deletes the failed pods of a rack
    together, and looks neither at migrations nor at what else is down.
    """
    if status.phase == "Error" and old.spec != new.spec:
        yield "status.phase", "the operator failed on the cluster as it is"


@hazard("never-rolled-out", "severe", "the first roll-out finished, or no claim that holds anything")
def never_rolled_out(old: Cluster, new: Cluster, status: Status) -> Iterator[Found]:
    """A cluster that was never rolled out wholly is made anew when all of its pods fail: the operator deletes its
    StatefulSets and every claim, whatever cascadeDelete says.
    """
    if not status.is_complete and old.spec != new.spec:
        yield "status.aerospikeConfig", "no roll-out was ever finished"


STATUS_HAZARDS = (rollout_under_way, operator_in_error, never_rolled_out)
