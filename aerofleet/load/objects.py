"""Read the Kubernetes objects of a file, as `kubectl get -o yaml` prints them or as people write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from aerofleet.load import Document, read_all


def read_objects(path: Path) -> list[Document]:
    """Return every object of a file in order; an entry of a List is a document of its own. Raises LoadError."""
    return list(_objects(read_all(path)))


def _objects(documents: Iterable[Document]) -> Iterator[Document]:
    for document in documents:
        if not isinstance(document.data, dict):
            continue
        kind = document.data.get("kind")
        if isinstance(kind, str) and kind.endswith("List") and isinstance(document.data.get("items"), list):
            yield from _objects(document.parts("items"))
        else:
            yield document
