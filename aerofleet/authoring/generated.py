"""Files that follow from the definitions and from the code: allocations, CODEOWNERS, JSON Schemas; and in the product's
own clone the pages of its reference and what is generated in the template of a user's project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from aerofleet.authoring.product_pin import PINS, pins_text
from aerofleet.files.project_files import Files
from aerofleet.files.schemas import SCHEMAS
from aerofleet.findings.stop import MistakeError, StopError
from aerofleet.fleet.allocate import (
    allocations_path,
    allocations_text,
    idle_teams,
    next_allocations,
    without_clusters,
    without_teams,
)
from aerofleet.fleet.checks.allocations import abandoned_clusters, allocation_missing
from aerofleet.fleet.lookup import DefinitionsMistakeError, all_cells
from aerofleet.fleet.owners import HEADER as OWNERS_HEADER
from aerofleet.fleet.owners import owners_text
from aerofleet.fleet.resolve import Resolution, resolve_cell
from aerofleet.load import LoadError, read_text
from aerofleet.load.whole_file import write_whole
from aerofleet.manifests.reference import network_profiles_page
from aerofleet.reference.forecast import page as forecast_page
from aerofleet.reference.rules import page as rules_page
from aerofleet.reference.schemas import schema_text
from aerofleet.reference.settings import definitions_page
from aerofleet.review.formats.json_schema import review_schema
from aerofleet.settings.source import STACKS, cells, read_cell
from aerofleet.trees.git import committed_text

CODEOWNERS = Path(".github/CODEOWNERS")
SCHEMA_FOLDER = Path("schemas")
REFERENCE = Path("docs/reference")
PROJECT_TEMPLATE = Path("templates/project")
OWN_SOURCE = Path("aerofleet/authoring/generated.py")
"""This module, below the folder of the product's own clone."""

Texts = Mapping[Path, str]
"""Path below the project folder → text."""


def stale_files(root: Path, texts: Texts) -> list[Path]:
    """Return the files that are absent or have another text."""
    return [path for path, text in texts.items() if text_at(root / path) != text]


def write_files(root: Path, texts: Texts) -> list[Path]:
    """Write the stale files, each atomically; return them."""
    stale = stale_files(root, texts)
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_whole(root / path, texts[path])
    return stale


def write_with_following(root: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write definitions (path below the root → text) and what follows from them; return the changed files.

    Raises MistakeError if the definitions have mistakes with these texts; then nothing was written.
    """
    try:
        following = following_definitions(root, texts)
    except StopError as error:
        message = "nothing was written" if error.findings else f"{error}; nothing was written"
        raise MistakeError(message, error.findings) from None
    return write_files(root, {**{Path(name): text for name, text in texts.items()}, **following})


def generated(root: Path, forget: frozenset[str] = frozenset()) -> dict[Path, str]:
    """Return path below the root → text, for every generated file.

    Raises NoCellError, DefinitionsMistakeError, PortsExhaustedError, and MistakeError if ``forget`` names a cluster
    that is defined or unknown, or a committed file of allocations is missing.
    """
    all_cells(root)
    texts = {**following_definitions(root, forget=forget), **schemas()}
    return {**texts, **pages(), **project_template(root)} if is_own_clone(root) else texts


def following_definitions(
    root: Path, changes: Mapping[str, str] = MappingProxyType({}), forget: frozenset[str] = frozenset()
) -> Texts:
    """Return the allocations of each cell, and the owners of its files, as they are with ``changes``: file → text."""
    texts = {**changes, **without_forgotten(root, changes, forget)}
    names = cells_with(root, changes)
    resolutions = {name: resolve_cell(root, name, texts, without=(allocation_missing,)) for name in names}
    mistakes = [finding for resolution in resolutions.values() for finding in resolution.findings]
    if mistakes:
        raise DefinitionsMistakeError(findings=dict.fromkeys(mistakes))
    following = {allocations_path(Path(), name): cell_allocations(cell) for name, cell in resolutions.items()}
    owners = owners_text([cell.source for cell in resolutions.values() if cell.source is not None])
    was_written = (text_at(root / CODEOWNERS) or "").startswith(OWNERS_HEADER)
    return following | ({CODEOWNERS: owners or OWNERS_HEADER} if owners or was_written else {})


def cells_with(root: Path, changes: Mapping[str, str]) -> list[str]:
    """Return the cells of the project, and those that ``changes`` (file → text) would add."""
    added = (Path(name).relative_to(STACKS).parts for name in changes if Path(name).is_relative_to(STACKS))
    return sorted({*cells(root), *(parts[0] for parts in added if len(parts) > 1)})


def without_forgotten(root: Path, changes: Mapping[str, str], forget: frozenset[str]) -> dict[str, str]:
    """Return name → text of the allocation files that lose clusters: those that ``forget`` names, and those that are in
    no team file and were never committed. Teams without a file that were never committed go with them. Raises
    MistakeError.
    """
    texts, abandoned = {}, set[str]()
    for name in cells_with(root, changes):
        path = allocations_path(Path(), name)
        source = read_cell(Files(root, changes), name)
        committed = committed_text(root, path)
        if not (root / path).exists():
            if committed:
                raise MistakeError(f"{path} is missing: restore it with `git restore {path}`")
            continue
        clusters = abandoned_clusters(source)
        abandoned.update(clusters)
        taken_back = {key for key in clusters if key in forget or is_uncommitted("clusters", key, committed)}
        if source.allocations is None:
            continue
        kept = without_clusters(source.allocations.file, taken_back)
        teams = {team for team in idle_teams(source, kept) if is_uncommitted("teams", team, committed)}
        if taken_back or teams:
            texts[path.as_posix()] = allocations_text(without_teams(kept, teams))
    for key in sorted(forget - abandoned):
        raise MistakeError(f"--forget {key}: only a cluster that is in no team file and has allocations")
    return texts


def is_uncommitted(section: str, key: str, committed: str | None) -> bool:
    """Return whether the committed text of the allocations lacks a key of a section (``clusters``, ``teams``).
    ``committed``: empty if no commit has the file, None if that is unknown; then the key counts as committed.
    """
    if not committed:
        return committed is not None
    try:
        keys = read_text(committed, "").data.get(section)
    except (LoadError, AttributeError):
        return False
    return isinstance(keys, dict) and key not in keys


def cell_allocations(resolution: Resolution) -> str:
    allocations = next_allocations(resolution)
    assert allocations is not None  # noqa: S101 - a cell that can't be read has findings
    return allocations_text(allocations)


def schemas() -> Texts:
    """Return the JSON Schema of every kind of definition file; the first line of such a file names its schema."""
    return {SCHEMA_FOLDER / f"{kind}.json": schema_text(kind) for kind in SCHEMAS}


def schema_line(kind: str, folder: str) -> str:
    """Return the first line of a definition file in ``folder`` (below the project folder), for editors."""
    up = "../" * len(Path(folder).parts)
    return f"# yaml-language-server: $schema={up}{SCHEMA_FOLDER}/{kind}.json\n"


def pages() -> Texts:
    """Return the generated pages of the reference."""
    return {
        REFERENCE / "definitions.md": definitions_page(),
        REFERENCE / "forecast.md": forecast_page(),
        REFERENCE / "network-profiles.md": network_profiles_page(),
        REFERENCE / "review.schema.json": json.dumps(review_schema(), indent=2, ensure_ascii=False) + "\n",
        REFERENCE / "rules.md": rules_page(),
    }


def project_template(root: Path) -> Texts:
    """Return what is generated in the template of a user's project, and its pins of all packages but the product."""
    texts = {**following_definitions(root / PROJECT_TEMPLATE), **schemas(), PINS: pins_text(None)}
    return {PROJECT_TEMPLATE / path: text for path, text in texts.items()}


def is_own_clone(root: Path) -> bool:
    """Return whether the running code is in ``root``: the reference belongs to the product, not to a user's project."""
    own = root / OWN_SOURCE
    return own.exists() and own.samefile(__file__)


def text_at(path: Path) -> str | None:
    """Return a file's text; None if there is no such file."""
    return path.read_text(encoding="utf-8") if path.is_file() else None
