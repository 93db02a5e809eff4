"""Render a side with its own code, in a process of its own: no secrets, no network, limits of time and of output.

The code is an input: what it prints is read as data, and judged by the code that runs the review.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aerofleet.findings.stop import FailureError
from aerofleet.trees.code import PRODUCT
from aerofleet.trees.isolation import NOTES, isolated, isolation_level

SECONDS = 600
"""Longest time of a rendering."""
MAX_BYTES = 500_000_000
"""Largest output: ten times that of 10,000 clusters."""
MAX_MEMORY_BYTES = 16_000_000_000
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
"""All variables of the process: no token, no HOME."""
SHOWN_CHARACTERS = 2_000

# One process for all cells: each is rendered by itself, so that mistakes in one leave the others.
PROGRAM = """\
import contextlib, io, json, sys
code, root, *cells = sys.argv[1:]
if code:
    sys.path.insert(0, code)
out = sys.stdout
from aerofleet.cli import main
for cell in cells:
    text, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(errors):
        status = main(["render", cell, "--root", root, "--format", "json"])
    out.write(json.dumps({"cell": cell, "status": int(status), "text": text.getvalue(), "errors": errors.getvalue()}))
    out.write("\\n")
"""


class OwnCodeError(FailureError):
    """A side's own code can't render it; the text has the reason."""


StackObjects = tuple[tuple[str, Mapping[str, Any]], ...]
"""(stack, object) of a cell, in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class OwnRendering:
    """``cells``: cell → its objects; ``settings``: stack → its settings beside them, empty for old code, which does not
    print them; ``failed``: cell → why it has no objects; ``notes``: what a reader has to know.
    """

    cells: Mapping[str, StackObjects]
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def render_with(python: Path, code: Path | None, root: Path, cells: Sequence[str]) -> OwnRendering:
    """Return the rendering of ``cells`` below ``root`` by the code in the folder ``code``; without one, by the code
    that ``python`` has installed. Raises OwnCodeError.
    """
    level = isolation_level()
    # -I: neither the folder nor the environment adds modules; -B: nothing is written beside the code.
    command = [str(python), "-I", "-B", "-c", PROGRAM, str(code.resolve()) if code else "", str(root.resolve()), *cells]
    paths = [root, code / PRODUCT] if code else [root]
    with tempfile.TemporaryDirectory(prefix="aerofleet-own-code-") as temporary:
        folder = Path(temporary)
        own_root = folder / "root"
        own_root.mkdir()
        out, errors = folder / "out", folder / "errors"
        status = _run(isolated(command, paths, level, own_root), folder, out, errors)
        if status:
            raise OwnCodeError(f"its code ends with {status}: {_end_of(errors)}")
        rendering = _read(out, cells)
    return replace(rendering, notes=NOTES[level])


def _run(command: Sequence[str], folder: Path, out: Path, errors: Path) -> str:
    """Run the process; return why it failed, empty for none."""
    with out.open("wb") as output, errors.open("wb") as complaints:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env={**ENVIRONMENT, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=complaints,
            start_new_session=True,
            preexec_fn=_limit,  # noqa: PLW1509 - this process has no other threads
        )
        try:
            code = child.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return f"no answer within {SECONDS} seconds"
        finally:
            # Whatever it started ends with it.
            _end(child)
    return "" if code == 0 else f"status {code}"


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_BYTES, MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _end_of(path: Path) -> str:
    text = path.read_bytes()[-SHOWN_CHARACTERS:].decode(errors="replace").strip()
    return text or "it prints no reason"


def _read(out: Path, cells: Sequence[str]) -> OwnRendering:
    """Return what the code printed. Raises OwnCodeError for anything but one answer for each cell."""
    rendered: dict[str, StackObjects] = {}
    settings: dict[str, Mapping[str, Any]] = {}
    failed: dict[str, str] = {}
    try:
        answers = [json.loads(line) for line in out.read_bytes().splitlines()]
        for answer in answers:
            cell, status = str(answer["cell"]), answer["status"]
            if status:
                failed[cell] = str(answer["errors"])[-SHOWN_CHARACTERS:].strip()
            else:
                document = json.loads(answer["text"])
                rendered[cell] = objects_of(document, cell)
                settings |= settings_of(document, cell)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OwnCodeError(f"its code prints something else than a rendering: {error}") from None
    if {*rendered, *failed} != set(cells):
        raise OwnCodeError("its code prints the rendering of other cells than those that were asked for")
    return OwnRendering(rendered, settings, failed)


def settings_of(document: Any, cell: str) -> dict[str, Mapping[str, Any]]:
    """Return stack → its settings in the same output; none for old code. Raises ValueError and TypeError for another
    form.
    """
    settings: dict[str, Mapping[str, Any]] = {}
    for stack, values in dict(document.get("stacks") or {}).items():
        if stack.partition(".")[0] != cell or not isinstance(values, dict):
            raise ValueError(f"the settings of {stack!r} are not those of a stack of the cell {cell}")
        if not all(isinstance(value, str) or is_list_of_texts(value) for value in values.values()):
            raise ValueError(f"the settings of {stack!r} are neither texts nor lists of texts")
        settings[stack] = values
    return settings


def is_list_of_texts(value: Any) -> bool:
    """Return whether a value is a list that has only texts."""
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def objects_of(document: Any, cell: str) -> StackObjects:
    """Return the objects of a cell in the output of `aerofleet render --format json`. Raises ValueError, KeyError and
    TypeError for anything else.
    """
    objects = []
    for entry in document["objects"]:
        stack, made = entry["stack"], entry["object"]
        names = made["kind"], made["metadata"]["name"], stack
        if not (isinstance(made, dict) and isinstance(made["metadata"], dict)) or not all(map(is_text, names)):
            raise ValueError("an entry has no stack, or no object with kind and name")
        if stack.partition(".")[0] != cell:
            raise ValueError(f"the stack {stack!r} is not one of the cell {cell}")
        objects.append((stack, made))
    return tuple(objects)


def is_text(value: Any) -> bool:
    """Return whether a value is a text that is not empty."""
    return isinstance(value, str) and bool(value)


def running_python() -> Path:
    """Return the Python that runs this process."""
    return Path(sys.executable)
