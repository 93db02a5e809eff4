"""The files of Pulumi's file backend that a killed run leaves unfinished.

The backend writes beside each file a second one, `….attrs`, with its content type, and not in one step. A run that is
killed in between leaves it empty, and from then on every `pulumi` command ends with "error: EOF" (engine 3.259, whose
files are those of gocloud.dev/blob/fileblob). Nothing needs such a file: without it the backend works as before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aerofleet import load

FILE = "file://"
BOOKKEEPING = ".pulumi"
WITHOUT_ATTRIBUTES = "metadata=skip"
"""Query of a backend's URL with which the backend writes no `….attrs` files."""


def backend_folder(root: Path, environment: Mapping[str, str], home: Path) -> Path | None:
    """Return the folder of the file backend that the engine uses in project folder ``root``; None for any other
    backend.

    The engine itself can't open a backend with an unfinished file. Its order: PULUMI_BACKEND_URL, then
    Pulumi.yaml, then the last `pulumi login`. ``home`` is the person's home folder.
    """
    pulumi_home = Path(environment.get("PULUMI_HOME") or home / ".pulumi")
    url = (
        environment.get("PULUMI_BACKEND_URL")
        or (read(root / "Pulumi.yaml").get("backend") or {}).get("url")
        or read(pulumi_home / "credentials.json").get("current")
        or ""
    )
    return folder_of(str(url), root, home)


def folder_of(url: str, root: Path, home: Path) -> Path | None:
    if not url.startswith(FILE):
        return None
    path = unquote(url.removeprefix(FILE).partition("?")[0])
    return home / path[1:].lstrip("/") if path.startswith("~") else root / path


def read(file: Path) -> Mapping[str, Any]:
    """Return the mapping in a YAML or JSON file; empty if the file can't be read."""
    try:
        content = load.read(file).data
    except load.LoadError:
        return {}
    return content if isinstance(content, dict) else {}


def unfinished(backend: Path) -> Iterator[Path]:
    """Yield the `….attrs` files that no engine can read."""
    for file in sorted((backend / BOOKKEEPING).rglob("*.attrs")):
        try:
            json.loads(file.read_bytes())
        except ValueError:
            yield file


def lock_files(backend: Path) -> Iterator[Path]:
    """Yield the lock files of all stacks in the backend."""
    yield from sorted((backend / BOOKKEEPING / "locks").rglob("*.json"))
