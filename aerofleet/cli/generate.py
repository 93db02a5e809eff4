"""`aerofleet generate`: everything that follows from the definitions and the code, and stands in files.

Allocations (ports, ids, names), CODEOWNERS, JSON Schemas, reference pages. Nothing that was given is changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import no_cell
from aerofleet.cli.schema import schema_text
from aerofleet.engine.revision import committed_text
from aerofleet.files.project_files import Files
from aerofleet.files.schemas import SCHEMAS
from aerofleet.findings import Finding
from aerofleet.findings.formats.text import as_text
from aerofleet.fleet.allocate import (
    allocations_path,
    allocations_text,
    next_allocations,
    without_clusters,
    write_atomically,
)
from aerofleet.fleet.allocation import PortsExhaustedError
from aerofleet.fleet.checks.allocations import abandoned_clusters
from aerofleet.fleet.owners import HEADER as OWNERS_HEADER
from aerofleet.fleet.owners import owners_text
from aerofleet.fleet.resolve import Resolution, resolve_cell
from aerofleet.load import LoadError, read_text
from aerofleet.manifests.reference import network_profiles_page
from aerofleet.reference.rules import page as rules_page
from aerofleet.reference.settings import definitions_page, mistakes_page
from aerofleet.settings.source import cells, read_cell

CODEOWNERS = Path(".github/CODEOWNERS")
REFERENCE = Path("docs/reference")
MISSING = "allocation-missing"
"""What `generate` mends; every other mistake is a person's to mend first."""

Texts = Mapping[Path, str]


class RequestMistakeError(Exception):
    """What was asked for can't be done; the text says why, and what would be right."""


class DefinitionsMistakeError(Exception):
    """The definitions have mistakes that stand in the way; ``findings`` says which."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(self.findings)} mistakes")


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a file would change")
    parser.add_argument(
        "--forget",
        nargs="+",
        default=[],
        metavar="TEAM/CLUSTER",
        help="take back the allocations of clusters that are in no team file and were never applied to a Kubernetes "
        "cluster; those that were never committed are taken back without it",
    )
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    if not cells(options.root):
        sys.stderr.write(f"aerofleet generate: {no_cell(options.root)}\n")
        return EXIT_MISTAKE
    try:
        texts = generated(options.root, frozenset(options.forget))
    except RequestMistakeError as error:
        sys.stderr.write(f"aerofleet generate: {error}\n")
        return EXIT_MISTAKE
    except DefinitionsMistakeError as error:
        sys.stderr.write(as_text(error.findings))
        return EXIT_MISTAKE
    except PortsExhaustedError as error:
        sys.stderr.write(f"aerofleet generate: {error}\n")
        return EXIT_MISTAKE
    stale = [path for path, text in texts.items() if read(options.root / path) != text]
    for path in stale:
        sys.stdout.write(f"{path}: {'is out of date' if options.check else 'written'}\n")
        if not options.check:
            write(options.root / path, texts[path])
    return EXIT_FINDINGS if stale and options.check else EXIT_FINE


def generated(root: Path, forget: frozenset[str] = frozenset()) -> dict[Path, str]:
    """Return path below the root → text, for every generated file.

    Raises DefinitionsMistakeError, PortsExhaustedError, and RequestMistakeError where ``forget`` names a cluster that
    is defined or unknown, or a committed file of allocations is missing.
    """
    return {**definitions(root, forget=forget), **pages()}


def definitions(
    root: Path, changes: Mapping[str, str] = MappingProxyType({}), forget: frozenset[str] = frozenset()
) -> Texts:
    """Return the allocations of each cell, and the owners of its files, as they are with ``changes``: file → text."""
    texts = {**changes, **without_forgotten(root, changes, forget)}
    resolutions = {name: resolve_cell(root, name, texts) for name in cells(root)}
    mistakes = [each for resolution in resolutions.values() for each in resolution.findings if each.rule != MISSING]
    if mistakes:
        raise DefinitionsMistakeError(dict.fromkeys(mistakes))
    following = {allocations_path(Path(), name): cell_allocations(each) for name, each in resolutions.items()}
    owners = owners_text([each.source for each in resolutions.values() if each.source is not None])
    was_written = (read(root / CODEOWNERS) or "").startswith(OWNERS_HEADER)
    return following | ({CODEOWNERS: owners or OWNERS_HEADER} if owners or was_written else {})


def without_forgotten(root: Path, changes: Mapping[str, str], forget: frozenset[str]) -> dict[str, str]:
    """Return name → text of the allocation files that lose clusters: those that ``forget`` names, and those that are in
    no team file and were never committed. Raises RequestMistakeError.
    """
    texts, abandoned = {}, set[str]()
    for name in cells(root):
        path = allocations_path(Path(), name)
        source = read_cell(Files(root, changes), name)
        committed = committed_text(root, path)
        if not (root / path).exists():
            if committed:
                raise RequestMistakeError(f"{path} is missing: restore it with `git restore {path}`")
            continue
        clusters = abandoned_clusters(source)
        abandoned.update(clusters)
        taken_back = {key for key in clusters if key in forget or is_uncommitted(key, committed)}
        if taken_back and source.allocations is not None:
            texts[path.as_posix()] = allocations_text(without_clusters(source.allocations.file, taken_back))
    for key in sorted(forget - abandoned):
        raise RequestMistakeError(f"--forget {key}: only a cluster that is in no team file and has allocations")
    return texts


def is_uncommitted(key: str, committed: str | None) -> bool:
    """Return whether the committed text of the allocations lacks the cluster: empty where no commit has the file, None
    where nothing is known of it.
    """
    if not committed:
        return committed is not None
    try:
        clusters = read_text(committed, "").data.get("clusters")
    except (LoadError, AttributeError):
        return False
    return isinstance(clusters, dict) and key not in clusters


def cell_allocations(resolution: Resolution) -> str:
    allocations = next_allocations(resolution)
    assert allocations is not None  # noqa: S101 - a cell that can't be read has findings
    return allocations_text(allocations)


def pages() -> Texts:
    """Return the schemas and the generated pages of the reference."""
    texts = {REFERENCE / "schemas" / f"{kind}.json": schema_text(kind) for kind in SCHEMAS}
    texts[REFERENCE / "definitions.md"] = definitions_page()
    texts[REFERENCE / "network-profiles.md"] = network_profiles_page()
    texts[REFERENCE / "mistakes.md"] = mistakes_page()
    texts[REFERENCE / "rules.md"] = rules_page()
    return texts


def read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
