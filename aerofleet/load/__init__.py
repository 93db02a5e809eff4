"""Owns the reading and writing of YAML and JSON files: no other package does either.

Imports `aerofleet.findings` and `aerofleet.units` only; must not import a model of any file.

A file is read as `kubectl` reads it, so that people review exactly the values that the API server gets: the project's
own files and raw manifests alike follow Kubernetes' dialect (sigs.k8s.io/yaml), in which ``yes``, ``on`` and ``y`` are
booleans, ``0755`` is octal, ``1e3`` and ``1.0`` are whole numbers, and dates and ``12:30`` are text.

Stricter than `kubectl` where leniency hides a mistake: duplicate keys, keys that are not text, custom tags, NaN
and infinity, numbers beyond 64 bits, and aliases or nesting that blow up are refused. Every refusal is a
``Finding`` with file, line and column; one ``LoadError`` has all of a file.
"""

from __future__ import annotations

from pathlib import Path

from aerofleet.load.builder import build
from aerofleet.load.document import Document, Key
from aerofleet.load.errors import YAML_DOCUMENTS, LoadError, stop_at
from aerofleet.load.file import read_bytes, read_bytes_as_text
from aerofleet.load.scalars import read_plain
from aerofleet.load.writing import yaml_line, yaml_text

__all__ = [
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
    "yaml_line",
    "yaml_text",
]


def read(path: Path, name: str | None = None) -> Document:
    """Return the only document of a file; ``name`` is its name in locations (by default the path itself).

    An empty file is a Document whose ``data`` is None. Raises LoadError.
    """
    shown = name or str(path)
    return read_text(read_bytes_as_text(path, shown), shown)


def read_all(path: Path, name: str | None = None) -> tuple[Document, ...]:
    """Return every document of a file, in order, without empty ones as `kubectl` does. Raises LoadError."""
    shown = name or str(path)
    return read_all_text(read_bytes_as_text(path, shown), shown)


def read_text(text: str, name: str) -> Document:
    """Return the only document of a text, as ``read`` does of a file. Raises LoadError."""
    documents = build(text, name)
    if not documents:
        return Document.empty(name)
    if len(documents) > 1:
        stop_at(
            documents[1].locate(()),
            YAML_DOCUMENTS,
            "a second document begins here, and this file has to be one document",
            "put it into a file of its own",
        )
    return documents[0]


def read_all_text(text: str, name: str) -> tuple[Document, ...]:
    """Return every document of a text, as ``read_all`` does of a file. Raises LoadError."""
    return tuple(document for document in build(text, name) if document.data is not None)
