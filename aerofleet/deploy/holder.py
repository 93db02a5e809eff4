"""Who has the lock of a stack, and whether that run is still alive."""

from __future__ import annotations

import datetime
import getpass
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RUN_URLS = (
    ("GITHUB_RUN_ID", "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"),
    ("CI_JOB_URL", "{CI_JOB_URL}"),
)
"""Variable that only a job of GitHub or GitLab has → the address of the job, from its variables."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A run of a deployment. ``started``: when its process started, in clock ticks since the boot of its host; another
    process may have its id later. ``run``: address of the CI job; empty for a person. ``processes``: where its id
    counts, from :func:`processes_here`; containers and hosts can have the same name.
    """

    user: str
    host: str
    pid: int
    started: str = ""
    run: str = ""
    processes: str = ""

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.pid}{f', {self.run}' if self.run else ''}"

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))


def holder_in(text: str) -> Holder | None:
    """Return the holder of :meth:`Holder.as_text`; None for any other text."""
    try:
        return Holder(**json.loads(text))
    except (ValueError, TypeError):
        return None


def this_run(environment: Mapping[str, str]) -> Holder:
    """Return the run of this process."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        user = str(os.getuid())
    pid = os.getpid()
    return Holder(user, socket.gethostname(), pid, started_at(pid), run_url(environment), processes_here())


def run_url(environment: Mapping[str, str]) -> str:
    for variable, form in RUN_URLS:
        if environment.get(variable):
            return form.format_map({**dict.fromkeys(_names(form), ""), **environment})
    return ""


def _names(form: str) -> list[str]:
    return [part.partition("}")[0] for part in form.split("{")[1:]]


def is_over(holder: Holder, run: Holder) -> bool:
    """Return whether ``holder`` has ended for sure, as far as ``run`` can see it."""
    return bool(run.processes) and holder.processes == run.processes and started_at(holder.pid) != holder.started


def processes_here() -> str:
    """Return the boot of this host and the namespace of process ids (Linux, proc(5)); empty without /proc."""
    try:
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def started_at(pid: int) -> str:
    """Return when a process started; empty where there is none, or no /proc."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def seconds_left(lease: Mapping[str, Any], now: datetime.datetime) -> float:
    """Return for how long a Lease still counts without being renewed; 0 or less where it is over or has no holder."""
    spec = lease.get("spec") or {}
    renewed = spec.get("renewTime")
    if not spec.get("holderIdentity") or not renewed:
        return 0
    moment = datetime.datetime.fromisoformat(str(renewed).replace("Z", "+00:00"))
    return float(spec.get("leaseDurationSeconds") or 0) - (now - moment).total_seconds()
