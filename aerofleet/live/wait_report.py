"""Roll-outs as text and JSON: progress while they run, and the result."""

from __future__ import annotations

import json
import re
from typing import TextIO

from aerofleet.findings.terminal import visible
from aerofleet.live.rollout import Progress, Rollout
from aerofleet.live.wait import Key, Rollouts

SCHEMA = "aerofleet.io/wait/v1"
_COUNTS = re.compile(r"\d+ (?=partitions still migrate)")
"""Numbers that fall while a cluster waits for the same thing: not a change of its state."""


class ProgressWriter:
    """Writes one line for each cluster that is not done, and another one whenever its state changes."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.shown: dict[Key, tuple[Progress, str]] = {}

    def __call__(self, rollouts: Rollouts) -> None:
        done = sum(rollout.progress is Progress.DONE for rollout in rollouts.values())
        for key, rollout in sorted(rollouts.items()):
            text = text_of(rollout)
            state = rollout.progress, _COUNTS.sub("", text)
            if self.shown.get(key) == state or (key not in self.shown and rollout.progress is Progress.DONE):
                continue
            self.shown[key] = state
            line = f"{'/'.join(key)}: {rollout.progress.value}: {text}"
            self.stream.write(f"{done} of {len(rollouts)} rolled out; {line}\n")
        self.stream.flush()


def text_of(rollout: Rollout) -> str:
    """Return the step of the forecast, and the reason of the verdict, without control characters."""
    return visible("; ".join(filter(None, (str(rollout.position or ""), rollout.reason))))


def as_text(rollouts: Rollouts) -> str:
    if not rollouts:
        return "no clusters in this stack: nothing to wait for\n"
    width = max(len(f"{namespace}/{name}") for namespace, name in rollouts)
    return "".join(
        f"{namespace + '/' + name:<{width}}  {rollout.progress.value:<8} {text_of(rollout)}\n"
        for (namespace, name), rollout in sorted(rollouts.items())
    )


def as_json(rollouts: Rollouts) -> str:
    clusters = [
        {
            "namespace": namespace,
            "name": name,
            "progress": rollout.progress.value,
            "reason": rollout.reason,
            "position": rollout.position.json() if rollout.position else None,
        }
        for (namespace, name), rollout in sorted(rollouts.items())
    ]
    return json.dumps({"schema": SCHEMA, "clusters": clusters}, indent=2) + "\n"
