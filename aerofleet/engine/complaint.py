"""Extract the errors from the engine's output, in few lines.

The official Kubernetes provider adds advice of its own to many errors, on lines below them. Those lines are removed;
the object, the field and its manager stay. The forms are those of provider 4.34.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

NO_BACKEND = (
    "no backend is chosen: set PULUMI_BACKEND_URL to the place of your stacks, or `pulumi login` to it; "
    'for the embedded control plane, eval "$(aerofleet env)"'
)
HALF_WRITTEN = (
    "a run that was killed left an unfinished file in the backend: `aerofleet recover STACK` finds and removes it"
)

ERROR = "error:"
VIOLATION = "- [mandatory]"
LOCK_HOLDER = ": created by "
TRAILERS = ("error: update failed", "error: preview failed")
"""The engine's closing lines, which only repeat that there were errors."""

EMPTY_FILE = re.compile(r"error: (failed to load checkpoint: )?EOF")
CONFLICT = re.compile(r'conflicts? with "([^"]+)"(?: with subresource "[^"]+")?(?: using [^\s:]+)?(?: at \S+Z)?:')
FIELD = re.compile(r"\.[A-Za-z][\w.\[\]\"=/:{},-]*")
KUBECONFIG = "unable to load Kubernetes client configuration"


def complaint(text: str) -> str:
    """Return the lines of the engine's output with its errors or the holder of a lock, without its progress."""
    lines = list(dict.fromkeys(one_line(block) for block in errors(text)))
    lines = [line for line in lines if line not in TRAILERS] or lines
    if not lines:
        lines = [line.strip() for line in text.splitlines() if line.strip()][-3:]
    message = "\n".join(lines)
    if "PULUMI_ACCESS_TOKEN" in message:
        return f"{message}\n{NO_BACKEND}"
    return f"{message}\n{HALF_WRITTEN}" if any(EMPTY_FILE.fullmatch(line) for line in lines) else message


def is_told(diagnostic: Mapping[str, Any]) -> bool:
    """Return whether a diagnostic of a preview's JSON is an error with its reason, and not only a closing line."""
    return diagnostic.get("severity") == "error" and str(diagnostic.get("message")).strip() not in TRAILERS


def violations(text: str) -> list[str]:
    """Return a line for each violation of a mandatory policy in the engine's output."""
    blocks: list[list[str]] = []
    is_open = False
    for line in text.splitlines():
        content = line.strip()
        if content.startswith(VIOLATION):
            blocks.append([content.removeprefix(VIOLATION).strip()])
            is_open = True
        elif is_open and content and not content.startswith("- ["):
            blocks[-1].append(content)
        else:
            is_open = False
    return [": ".join(block) for block in blocks]


def errors(text: str) -> Iterator[list[str]]:
    """Yield every error with its lines: those below it that are indented at least as much, up to the next message or
    heading."""
    block: list[str] = []
    indent = 0
    for line in text.splitlines():
        content = line.strip()
        if content.startswith(ERROR) or LOCK_HOLDER in content:
            if block and not (LOCK_HOLDER in content and block[0].startswith(ERROR)):
                yield block
                block = []
            block.append(content)
            indent = len(line) - len(line.lstrip())
        elif block and (not content or (indent and len(line) - len(line.lstrip()) >= indent)):
            block.append(content)
        elif block:
            yield block
            block = []
    if block:
        yield block


def one_line(block: list[str]) -> str:
    """Return an error without the advice below it; the holder of a lock stays on a line of its own."""
    first, *below = [line for line in block if line]
    text = " ".join([first, *below])
    if fields := conflicts(" ".join(block)):
        return (
            f"{first.partition(': server-side apply field conflict')[0]}: other field managers own {', '.join(fields)}"
        )
    if KUBECONFIG in text and below:
        return f"{first.partition('. Make sure you have')[0]}: {below[-1]}"
    holders = [line for line in below if LOCK_HOLDER in line]
    return "\n".join([first, *holders])


def conflicts(text: str) -> list[str]:
    """Return ``field (manager)`` for every field with a conflict of server-side apply."""
    _, *parts = CONFLICT.split(text)
    managed = zip(parts[::2], parts[1::2], strict=True)
    return [f"{field.lstrip('.')} ({manager})" for manager, fields in managed for field in FIELD.findall(fields)]
