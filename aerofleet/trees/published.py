"""Ready renderings: what `aerofleet render --publish` writes for one commit, and what a review accepts of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aerofleet.findings.stop import MistakeError
from aerofleet.trees.own_code import StackObjects, objects_of

SCHEMA = "aerofleet.io/published-rendering/v1"
MAX_BYTES = 500_000_000


class PublishedError(MistakeError):
    """A ready rendering is refused: it is none, was changed, or is that of another commit."""


@dataclass(frozen=True, slots=True)
class Published:
    """The rendering of one commit. ``cells``: cell → its objects; ``failed``: cell → why it has none."""

    commit: str
    product_version: str
    digest: str
    cells: Mapping[str, StackObjects]
    failed: Mapping[str, str]


def digest_of(cells: Mapping[str, StackObjects]) -> str:
    """Return ``sha256:…`` of all objects with their stacks, whatever the order of cells and keys is."""
    summed = hashlib.sha256()
    for name in sorted(cells):
        summed.update(json.dumps([name, cells[name]], sort_keys=True, separators=(",", ":")).encode())
    return f"sha256:{summed.hexdigest()}"


def as_published(
    commit: str, product_version: str, cells: Mapping[str, StackObjects], failed: Mapping[str, str]
) -> str:
    """Return the document, with one object a line."""
    rendered = (_cell(name, objects) for name, objects in cells.items())
    head = {
        "schema": SCHEMA,
        "commit": commit,
        "productVersion": product_version,
        "digest": digest_of(cells),
        "failed": dict(failed),
    }
    return f'{json.dumps(head)[:-1]}, "cells": {{\n{",".join(rendered)}}}}}\n'


def _cell(name: str, objects: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    lines = ",\n".join(json.dumps({"stack": stack, "object": made}) for stack, made in objects)
    return f'{json.dumps(name)}: {{"objects": [\n{lines}\n]}}\n'


def read_published(path: Path, commit: str, side: str) -> Published:
    """Return the rendering in a file. Raises PublishedError where it is not that of ``commit`` (empty: any commit), or
    its objects do not have its digest.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PublishedError(f"--{side}-render {path}: {error.strerror or error}") from None
    if len(content) > MAX_BYTES:
        raise PublishedError(f"--{side}-render {path}: larger than {MAX_BYTES // 1_000_000} MB")
    try:
        published = _published(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        way = "make it with `aerofleet render --publish`"
        raise PublishedError(f"--{side}-render {path}: no published rendering ({error}); {way}") from None
    digest = digest_of(published.cells)
    if published.digest != digest:
        raise PublishedError(
            f"--{side}-render {path}: its objects have the digest {digest}, and it names {published.digest}:"
            " it was changed after it was published"
        )
    if commit and published.commit != commit:
        raise PublishedError(
            f"--{side}-render {path}: it is the rendering of commit {published.commit}, and {side} is {commit}: take"
            " the one that was published for this commit"
        )
    return published


def _published(document: Any) -> Published:
    """Return the document as a rendering. Raises ValueError, KeyError, TypeError or AttributeError for another form."""
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']}, not {SCHEMA}")
    cells = {str(name): objects_of(cell, str(name)) for name, cell in document["cells"].items()}
    failed = {str(name): str(reason) for name, reason in document["failed"].items()}
    commit, version, digest = (str(document[key]) for key in ("commit", "productVersion", "digest"))
    return Published(commit, version, digest, cells, failed)
