"""Folders with Kubernetes manifests of other projects, pinned by their hash: the operator's, and cert-manager's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aerofleet.files.cell import PinnedManifests
from aerofleet.findings import Finding, declared, rules_in
from aerofleet.load import Document, LoadError, read_all, read_bytes

SHOWN_DIGITS = 12
OBJECT_KEYS = ("apiVersion", "kind", "metadata")


PINNED_MANIFESTS = declared(
    "pinned-manifests",
    "A pinned folder does not exist, or is not the reviewed one.",
    scope="file",
    severity="error",
    source="ADR 0083",
)
PINNED_OBJECT = declared(
    "pinned-object",
    "A pinned folder has an object that can't be applied.",
    scope="file",
    severity="error",
    source="ADR 0083",
)
RULES = rules_in(globals())


@dataclass(slots=True)
class Pinned:
    """The objects of a folder, in the order of its files, and the mistakes in it."""

    objects: list[dict[str, Any]]
    findings: list[Finding]


def read_pinned(root: Path, pinned: PinnedManifests, document: Document, place: tuple[str, ...]) -> Pinned:
    """Read a pinned folder; without a folder there are no objects. ``place``: the path of ``pinned`` in
    ``document``.
    """

    def refused(key: str, message: str, hint: str) -> Pinned:
        path = (*place, key)
        return Pinned([], [PINNED_MANIFESTS.finding(".".join(path), message, hint, document.locate(path))])

    if not pinned.folder:
        return Pinned([], [])
    files = yaml_files(root, pinned.folder)
    if not files:
        hint = "put the output of `helm template` there"
        return refused("folder", f"'{pinned.folder}' is no folder of this project with YAML files", hint)
    try:
        digest = digest_of(files)
    except LoadError as error:
        return Pinned([], list(error.findings))
    if digest != pinned.sha256:
        message = f"the folder's hash is {digest[:SHOWN_DIGITS]}…, not the one that is written here"
        return refused("sha256", message, f"if its content was reviewed, write {digest}")
    result = Pinned([], [])
    for name, path in files.items():
        try:
            documents = read_all(path, name)
        except LoadError as error:
            result.findings += error.findings
            continue
        for manifest in documents:
            mistakes = [PINNED_OBJECT.finding("", text, location=manifest.locate(())) for text in mistakes_of(manifest)]
            result.findings += mistakes
            if not mistakes:
                result.objects.append(manifest.data)
    return result


def yaml_files(root: Path, folder: str) -> dict[str, Path]:
    """Return name below ``root`` → path, in the order of the names; empty if ``folder`` is no folder below ``root``."""
    try:
        inside = (root / folder).resolve().is_relative_to(root.resolve())
        paths = sorted((root / folder).glob("*.yaml")) if inside else []
    except (OSError, ValueError):  # a name that no file system accepts
        return {}
    return {path.relative_to(root).as_posix(): path for path in paths}


def digest_of(files: Mapping[str, Path]) -> str:
    """Return the SHA-256 over the names and contents of the files, in their order. Raises LoadError."""
    digest = hashlib.sha256()
    for name, path in files.items():
        content = read_bytes(path, name)
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def mistakes_of(document: Document) -> Iterator[str]:
    data = document.data
    if not isinstance(data, dict) or not all(data.get(key) for key in OBJECT_KEYS):
        yield "is no Kubernetes object: it needs apiVersion, kind and metadata"
    elif not isinstance(data["metadata"], dict) or not data["metadata"].get("name"):
        yield "is a Kubernetes object without a name"
    elif data["kind"] == "Secret":
        yield "is a Secret, and its values would be in the stack's state"
