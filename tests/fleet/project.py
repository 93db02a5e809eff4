"""Projects for tests: copies of tests/cases/definitions, with what a case changes in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aerofleet.fleet.cluster import Cluster

CASES = Path(__file__).parent.parent / "cases"
SHOP = CASES / "definitions" / "shop"
SIZING = CASES / "sizing"
ROOT = CASES.parent.parent
EXAMPLE = CASES / "definitions" / "example"
"""The cells and tiers that the tests know: `stacks` and `templates/tiers` at the top can be replaced by others."""


def copy_of(source: Path, to: Path) -> Path:
    """The definitions of a project, and nothing else of it."""
    for folder in ("stacks", "templates"):
        shutil.copytree(source / folder, to / folder)
    return to


def change(root: Path, case: Mapping[str, Any]) -> None:
    """Apply the edit of a case to a file: ``replace`` and ``by``, ``write``, ``hex`` or ``make``."""
    path = root / case["file"]
    if "replace" in case:
        text = path.read_text()
        assert text.count(case["replace"]) == 1, f"'{case['replace']}' is not once in {case['file']}"
        path.write_text(text.replace(case["replace"], case["by"]))
    elif "write" in case:
        path.write_text(case["write"])
    elif "hex" in case:
        path.write_bytes(bytes.fromhex(case["hex"]))
    else:
        path.parent.mkdir(exist_ok=True)
        path.unlink(missing_ok=True)
        MAKERS[case["make"]](path)
    if "also" in case:
        change(root, case["also"])


def large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(50_000_000)


MAKERS = {
    "large": large,
    "folder": Path.mkdir,
    "dead link": lambda path: path.symlink_to("nowhere"),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "pipe": os.mkfifo,
    "nothing": lambda path: None,
}


def with_settings(cluster: Cluster, **changes: object) -> Cluster:
    """The resolved cluster with other settings (by the names of the model's fields)."""
    return replace(cluster, settings=cluster.settings.model_copy(update=changes))
