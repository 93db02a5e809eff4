"""Reads YAML and JSON files for the whole project: nothing else does.

A file is read as `kubectl` reads it, so that what is reviewed is what the API server gets: the project's own files
and raw manifests alike follow Kubernetes' dialect (sigs.k8s.io/yaml), in which ``yes``, ``on`` and ``y`` are
booleans, ``0755`` is octal, ``1e3`` and ``1.0`` are whole numbers, and dates and ``12:30`` are text.

Stricter than `kubectl` where leniency hides a mistake: keys given twice, keys that are not text, custom tags, NaN
and infinity, numbers beyond 64 bits, and aliases or nesting that blow up are refused. Every refusal is a
``finding.Finding`` with file, line and column; one ``LoadError`` carries all of a file.
"""

from __future__ import annotations

from pathlib import Path

from aerofleet.load.builder import build
from aerofleet.load.document import Document, Key
from aerofleet.load.errors import RULES, LoadError, stop_at
from aerofleet.load.file import read_bytes, read_bytes_as_text
from aerofleet.load.scalars import read_plain

__all__ = [
    "RULES",
    "Document",
    "Key",
    "LoadError",
    "read",
    "read_all",
    "read_all_text",
    "read_bytes",
    "read_bytes_as_text",
    "read_plain",
    "read_text",
]


def read(path: Path, name: str | None = None) -> Document:
    """The one document of a file; ``name`` stands for the file in locations (the path itself when left out).

    An empty file is a Document whose ``data`` is None. Raises LoadError.
    """
    shown = name or str(path)
    return read_text(read_bytes_as_text(path, shown), shown)


def read_all(path: Path, name: str | None = None) -> tuple[Document, ...]:
    """Every document of a file, in order, empty ones left out as `kubectl` does. Raises LoadError."""
    shown = name or str(path)
    return read_all_text(read_bytes_as_text(path, shown), shown)


def read_text(text: str, name: str) -> Document:
    """As ``read``, of a text that is already at hand."""
    documents = build(text, name)
    if not documents:
        return Document.empty(name)
    if len(documents) > 1:
        stop_at(
            documents[1].locate(()),
            "yaml-documents",
            "a second document begins here, and this file is to hold one",
            "put it into a file of its own",
        )
    return documents[0]


def read_all_text(text: str, name: str) -> tuple[Document, ...]:
    """As ``read_all``, of a text that is already at hand."""
    return tuple(document for document in build(text, name) if document.data is not None)
