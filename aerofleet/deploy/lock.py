"""The lock of a stack: a Lease beside the record of its deployments, renewed while the run is alive.

The engine has a lock of its own, for one command. A deployment is several, and what is judged before must still
hold when it is sent.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

from aerofleet.deploy.holder import Holder, holder_in, is_over, seconds_left
from aerofleet.findings.stop import StillRunningError, StopError
from aerofleet.units.names import DEPLOY_HOLDER_ANNOTATION, DEPLOY_NAMESPACE, MANAGED_BY_LABEL, deploy_object

API_VERSION, KIND = "coordination.k8s.io/v1", "Lease"
LEASE_SECONDS = 60
"""How long a lock counts whose run does not renew it: it was killed, or its host is gone."""
RENEW_SECONDS = 15


class LockedError(StillRunningError):
    """Another run has the lock; the text says which."""


class Server(Protocol):
    """The requests of a lock; `aerofleet.live.cluster_api` has them."""

    def get(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any] | None: ...

    def create(self, manifest: dict[str, Any]) -> bool: ...

    def update(self, manifest: dict[str, Any]) -> bool: ...


def now() -> datetime.datetime:
    return datetime.datetime.now(tz=datetime.UTC)


@contextmanager
def locked(server: Server, stacks: Sequence[str], run: Holder, warn: Callable[[str], None]) -> Iterator[None]:
    """Hold the locks of all stacks meanwhile. Raises LockedError where another run has one of them."""
    with ExitStack() as locks:
        for stack in sorted(stacks):
            take(server, stack, run, warn)
            locks.callback(release, server, stack, run)
            locks.enter_context(_renewed(server, stack, run))
        yield


def take(server: Server, stack: str, run: Holder, warn: Callable[[str], None]) -> None:
    """Take the Lease of the stack for this run. Raises LockedError."""
    while True:
        lease = server.get(API_VERSION, KIND, DEPLOY_NAMESPACE, deploy_object(stack))
        if lease is None:
            if server.create(_lease(stack, {}, run)):
                return
            continue
        holder = holder_in((lease["metadata"].get("annotations") or {}).get(DEPLOY_HOLDER_ANNOTATION, ""))
        left = seconds_left(lease, now())
        if left > 0 and holder != run and not (holder and is_over(holder, run)):
            spec = lease["spec"]
            raise LockedError(
                f"{holder or spec['holderIdentity']} has the lock of {stack} since {spec.get('acquireTime')}. Wait for"
                f" it; if it was killed, its lock is over in {int(left) + 1} seconds"
            )
        if server.update(_lease(stack, lease, run)):
            if holder and holder != run and left > 0:
                warn(f"{stack}: {holder} had the lock, and has ended without releasing it")
            return


def release(server: Server, stack: str, run: Holder) -> None:
    """Give the lock back, if this run still has it."""
    try:
        lease = server.get(API_VERSION, KIND, DEPLOY_NAMESPACE, deploy_object(stack))
        if lease and _is_of(lease, run):
            server.update(_lease(stack, lease, None))
    except StopError:
        return  # it ends by itself


@contextmanager
def _renewed(server: Server, stack: str, run: Holder) -> Iterator[None]:
    """Renew the Lease meanwhile, in a thread."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(RENEW_SECONDS):
            try:
                known = server.get(API_VERSION, KIND, DEPLOY_NAMESPACE, deploy_object(stack))
                if known and _is_of(known, run):
                    server.update(_lease(stack, known, run))
            except StopError:
                continue  # the server may be restarting; the next renewal is soon

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def require(server: Server, stack: str, run: Holder) -> None:
    """Raise LockedError if this run has lost the lock: it was stopped for longer than a Lease counts."""
    lease = server.get(API_VERSION, KIND, DEPLOY_NAMESPACE, deploy_object(stack))
    if lease is None or not _is_of(lease, run):
        raise LockedError(
            f"this run has lost the lock of {stack}: it did not renew it for {LEASE_SECONDS} seconds, and another run"
            " may have changed what was judged. The same command again judges anew"
        )


def _is_of(lease: Mapping[str, Any], run: Holder) -> bool:
    return (lease["metadata"].get("annotations") or {}).get(DEPLOY_HOLDER_ANNOTATION) == run.as_text()


def _lease(stack: str, known: Mapping[str, Any], run: Holder | None) -> dict[str, Any]:
    """Return the Lease with this run as its holder, or with none."""
    metadata = dict(known.get("metadata") or {"name": deploy_object(stack), "namespace": DEPLOY_NAMESPACE})
    metadata.pop("managedFields", None)
    metadata["labels"] = {MANAGED_BY_LABEL: "aerofleet-deploy"}
    metadata["annotations"] = {DEPLOY_HOLDER_ANNOTATION: run.as_text() if run else ""}
    spec = dict(known.get("spec") or {})
    moment = now().isoformat(timespec="microseconds").replace("+00:00", "Z")
    is_same_run = run is not None and spec.get("holderIdentity") == str(run)
    acquired = spec.get("acquireTime") if is_same_run else moment
    identity = {"holderIdentity": str(run), "acquireTime": acquired, "renewTime": moment} if run else {}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": metadata,
        "spec": {"leaseDurationSeconds": LEASE_SECONDS, **identity},
    }
