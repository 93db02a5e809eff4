"""Reviews of the edits in tests/cases/review/edits.yaml."""

from __future__ import annotations

import datetime
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from aerofleet.authoring.generated import following_definitions, write_files
from aerofleet.findings.stop import StopError
from aerofleet.review.model import Review
from aerofleet.trees.compare import Request, review_sides
from tests.fleet.project import CASES, change, copy_of

FOLDER = CASES / "review"
PROJECT = FOLDER / "project"
EDITS: dict[str, dict[str, Any]] = {one["name"]: one for one in yaml.safe_load((FOLDER / "edits.yaml").read_text())}
DAY = datetime.date(2026, 11, 29)


def review_of_edit(name: str, folder: Path) -> Review:
    """The review of an edit and of the files that `aerofleet generate` writes after it, between two branches. ``base``:
    what base has otherwise, a mistake.
    """
    root, base = copy_of(PROJECT, folder / "project"), copy_of(PROJECT, folder / "base")
    for side, edits in ((base, EDITS[name].get("base", ())), (root, EDITS[name]["edits"])):
        for edit in edits:
            change(side, edit)
    with suppress(StopError):  # an edit with a mistake: nothing follows from it
        write_files(root, following_definitions(root))
    review = review_sides(root, Request(str(base), str(root)), DAY)
    return replace(review, base=replace(review.base, name="main"), head=replace(review.head, name="change"))
