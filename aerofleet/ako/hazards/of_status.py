"""Hazards of a change to a cluster that is not well: the one before is not done, has failed, or never was.

Source: recorded roll-outs of AKO 4.5.0. A *pass* is one run of the operator's loop over all racks; it works with the
spec that it began with.
"""

from __future__ import annotations

from collections.abc import Iterator

from aerofleet.ako.cluster import Cluster
from aerofleet.ako.config_file import is_same
from aerofleet.ako.failed_pods import ignored_and_blocking
from aerofleet.ako.image import is_same_image
from aerofleet.ako.operator_files import CONTROLLER, ROLL_OUTS
from aerofleet.ako.restart import IMAGE, LIVE, POD_RESTART, REMOVED, SCALED_DOWN, WARM, Restarts, batch_size
from aerofleet.ako.status import Status, rack_sizes
from aerofleet.ako.volumes import is_persistent
from aerofleet.findings import Problem, rule, rules_in

ROLLED_OUT = ("image", "size", "aerospikeConfig", "rackConfig", "podSpec", "storage")
JUDGED_BY_STATUS = frozenset({LIVE, WARM, POD_RESTART})
"""Kinds of restart that the operator decides by the status. It reads the image of a pod from the pod itself."""

TOUCHED = frozenset({WARM, POD_RESTART, IMAGE, SCALED_DOWN, REMOVED})
"""Kinds of restart that the operator begins only after the other nodes agreed that the node may be away."""


@rule(
    "rollout-under-way",
    scope="status",
    severity="severe",
    remedy="the change once `aerofleet wait` ends, since the one before is then done",
    source=f"{ROLL_OUTS}",
)
def rollout_under_way(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """The change before this one is not rolled out yet. The operator sees a change, a revert or `paused` only when
    its running pass ends. With one pod a rack that is after the last rack: it finishes the roll-out before first.
    With more pods it is after the running batch, or after the first batch of the next rack. Pods that have the
    roll-out before then restart once more, also for a revert: with one pod a rack that are two restarts of every
    pod.
    """
    if not status.is_complete or old.spec == new.spec or old.spec.get("paused") is True:
        return
    waiting = [key for key in ROLLED_OUT if not is_same(status.spec.get(key), old.spec.get(key))]
    for key in waiting:
        is_revert = is_same(status.spec.get(key), new.spec.get(key))
        yield f"spec.{key}", "is taken back while it is rolled out" if is_revert else "is not rolled out yet"
    if not waiting and status.phase == "InProgress":
        yield "status.phase", "the operator is still at work"


@rule(
    "operator-in-error",
    scope="status",
    severity="severe",
    remedy="the cause first, which is in the operator's log",
    source=f"{ROLL_OUTS}",
)
def operator_in_error(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """The operator could not finish what was there before. If a pod has failed, it comes first: the operator
    deletes the failed pods of a rack together, without a wait for migrations, and until they run no other pod gets
    the change.
    """
    if status.phase == "Error" and old.spec != new.spec and not status.failed:
        yield "status.phase", "the operator failed on the cluster as it is"


@rule(
    "failed-pods-first",
    scope="status",
    severity="severe",
    remedy="a change that mends the failed pods, and nothing else with it",
    source=f"{ROLL_OUTS}; {CONTROLLER}/rack.go: handleFailedPodsInRack",
)
def failed_pods_first(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """Failed pods come before everything else. The operator gives their rack the new configuration and template,
    deletes the failed pods of the rack together, without a wait, and goes on when they run. If they fail with the
    change too, it deletes them for ever, and no other pod gets the change, not even a live setting.
    """
    if old.spec == new.spec:
        return
    emptied = any(rack.storage.get("deleteLocalStorageOnPodRecovery") is True for rack in new.racks)
    for pod in ignored_and_blocking(status.failed, new)[1]:
        with_claims = ", each time with its local claims" if emptied else ""
        yield f"status.pods.{pod}", f"{pod} has failed and is deleted until it runs{with_claims}"


@rule(
    "shrink-blocked",
    scope="status",
    severity="severe",
    remedy="the failed pods mended, or a maxIgnorablePods that covers them; then fewer pods",
    source=f"{ROLL_OUTS}; {CONTROLLER}/rack.go: scaleDownRack",
)
def shrink_blocked(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """While a pod has failed, the operator takes no pod away, not even the failed one: it tries for ever, and its
    phase changes between Error and InProgress. Failed pods of a rack that leaves the spec don't block it.
    """
    leaving = {pod for pod, kind in restarts.pods.items() if kind in (SCALED_DOWN, REMOVED)}
    if not leaving:
        return
    # A pod that never reported to the status was never a node: the operator takes it away without a look.
    blocking = [
        pod
        for pod in ignored_and_blocking(status.failed, new)[1]
        if pod not in leaving or pod in status.pods or not status.pods
    ]
    if blocking:
        yield "spec.size", f"{_have(blocking)} failed: none of the {len(leaving)} pods that go goes before they run"
    elif status.phase == "Error" and not status.failed:
        yield "spec.size", f"if a pod has failed, none of the {len(leaving)} pods that go goes before it runs"


@rule(
    "restarts-twice",
    scope="status",
    severity="warning",
    remedy="the first restart seen through before anything else is changed",
    source=f"{ROLL_OUTS}",
)
def restarts_twice(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """A failed pod that runs again with the corrected pod spec or configuration restarts once more: the pass still
    compares it with the status from before. Another image alone does not cause that.
    """
    failed = ignored_and_blocking(status.failed, new)[1]
    if not failed and status.phase != "Error":
        return
    for restart in restarts.racks:
        pods = [pod for pod in restart.pods if pod in failed]
        causes = [path for kind, path, _ in restart.causes if kind in JUDGED_BY_STATUS and ".operations" not in path]
        if causes and (pods or not status.failed):
            yield causes[0], f"{', '.join(pods) or 'a pod that has failed'} runs with it and is then restarted again"
            return


@rule(
    "failed-keeps-claims",
    scope="status",
    severity="severe",
    remedy="its claims deleted by hand, then the pod; or deleteLocalStorageOnPodRecovery: true",
    source=f"{ROLL_OUTS}",
)
def failed_keeps_claims(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """A failed pod keeps its claims, also those of local classes on a blocked host, so it stays Pending for ever.
    The operator deletes the claims only of a pod that runs and leaves a blocked host.
    """
    blocked = set(new.spec.get("k8sNodeBlockList") or []) - set(old.spec.get("k8sNodeBlockList") or [])
    failed = ignored_and_blocking(status.failed, new)[1]
    if not blocked or not (failed or (status.phase == "Error" and not status.failed)):
        return
    for rack in new.distinct_racks:
        keeps = rack.storage.get("deleteLocalStorageOnPodRecovery") is not True
        if keeps and any(map(is_persistent, rack.storage.get("volumes") or [])):
            who = f"{_have(failed)} failed" if failed else "if a pod has failed"
            hosts = ", ".join(sorted(blocked))
            yield "spec.k8sNodeBlockList", f"{who}: local volumes are kept, and hold a pod on {hosts}"
            return


@rule(
    "ignored-pods-left",
    scope="status",
    severity="warning",
    remedy="the pods mended, and maxIgnorablePods taken away",
    source=f"{ROLL_OUTS}",
)
def ignored_pods_left(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """The roll-out goes on without the ignored pods, and the rosters of strongly consistent namespaces are written
    without them. After the last pod the operator deletes them again and again, and its phase changes between
    InProgress and Completed.
    """
    if old.spec == new.spec:
        return
    for pod in ignored_and_blocking(status.failed, new)[0]:
        if restarts.pods.get(pod) != REMOVED:
            from_roster = ", and leaves the roster" if new.has_roster else ""
            yield f"status.pods.{pod}", f"{pod} has failed and is ignored{from_roster}"


@rule(
    "one-node-left",
    scope="status",
    severity="severe",
    remedy="the failed pods mended first",
    source=f"{ROLL_OUTS}; {CONTROLLER}/aero_info_calls.go: waitForMultipleNodesSafeStopReady",
)
def one_node_left(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """Fewer than two nodes are left beside the ignored pods. The operator then neither restarts a node nor takes
    one away, for ever: it does not trust what one node alone reports of the cluster.
    """
    ignored = ignored_and_blocking(status.failed, new)[0]
    left = old.size - len(ignored)
    if ignored and left < 2 and TOUCHED & set(restarts.kinds):
        message = f"{_have(ignored)} failed and {left} of {old.size} nodes is left"
        yield "spec.rackConfig.maxIgnorablePods", message


def _have(pods: list[str]) -> str:
    return f"{', '.join(pods)} {'has' if len(pods) == 1 else 'have'}"


@rule(
    "never-rolled-out",
    scope="status",
    severity="severe",
    remedy="the first roll-out finished, or no claim that holds anything",
    source=f"{ROLL_OUTS}; {CONTROLLER}/reconciler.go: recoverFailedCreate",
)
def never_rolled_out(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """No roll-out of the cluster was ever finished. The operator makes such a cluster anew when all of its pods
    fail: it deletes its StatefulSets and every claim, whatever cascadeDelete is, for ever. It sees a change when
    its running pass ends; if the pods can run until then, they come up with the spec of before and restart.
    """
    if not status.is_complete and old.spec != new.spec:
        yield "status.aerospikeConfig", "no roll-out was ever finished"


@rule(
    "live-setting-missed",
    scope="status",
    severity="severe",
    remedy="the setting once `aerofleet wait` ends; where it is missing, a WarmRestart operation",
    source=f"{ROLL_OUTS}; {CONTROLLER}/rack.go: upgradeOrRollingRestartRack",
)
def live_setting_missed(old: Cluster, new: Cluster, restarts: Restarts, status: Status) -> Iterator[Problem]:
    """A live setting comes while another image is rolled out. The operator sets it on pods that have the new image
    already, but not in a rack in the pass in which it upgrades that rack's last pods. In the last such rack no pass
    follows: these pods keep the old value, and the phase is Completed.
    """
    kept = is_same_image(old.image, new.image) and not is_same_image(str(status.spec.get("image", "")), new.image)
    live = [restart for restart in restarts.racks if restart.kind == LIVE]
    if not status.is_complete or not kept or not live:
        return
    missed = sorted(_upgraded_before_last(new, status) & {pod for restart in live for pod in restart.pods})
    if missed:
        keys = ", ".join(sorted({one.key for restart in live for one in restart.config.differences}))
        yield "spec.aerospikeConfig", f"{keys}: not set on {', '.join(missed)}, which had the new image before the rest"


def _upgraded_before_last(new: Cluster, status: Status) -> set[str]:
    """Return the pods with the new image in the racks whose last pods the operator upgrades in its last pass."""
    found: set[str] = set()
    sizes = rack_sizes(new.size, len(new.racks))
    for rack, size in reversed(list(zip(new.racks, sizes, strict=True))):
        pods = [f"{new.name}-{rack.identity}-{ordinal}" for ordinal in range(size)]
        images = {pod: str(status.pods.get(pod, {}).get("image", "")) for pod in pods}
        upgraded = {pod for pod in pods if is_same_image(images[pod], new.image)}
        left = size - len(upgraded)
        if left:
            found |= upgraded
        if left > batch_size(size, new.rack_config.get("rollingUpdateBatchSize")):
            break
    return found


RULES = rules_in(globals())
