"""`aerofleet generate`: everything that follows from the definitions and the code, and stands in files.

Allocations (ports, ids, names), CODEOWNERS, JSON Schemas, reference pages. Nothing that was given is changed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from aerofleet.ako.rule_reference import page as rules_page
from aerofleet.cli import EXIT_FINDINGS, EXIT_FINE, EXIT_MISTAKE
from aerofleet.cli.findings import as_text
from aerofleet.cli.schema import schema_text
from aerofleet.finding import Finding
from aerofleet.manifests.reference import network_profiles_page
from aerofleet.model import Resolution, cells, resolve_cell
from aerofleet.model.allocate import allocations_path, allocations_text, next_allocations, write_atomically
from aerofleet.model.allocations import PortsExhaustedError
from aerofleet.model.owners import HEADER as OWNERS_HEADER
from aerofleet.model.owners import owners_text
from aerofleet.model.reference import definitions_page, mistakes_page
from aerofleet.model.schemas import SCHEMAS

CODEOWNERS = Path(".github/CODEOWNERS")
REFERENCE = Path("docs/reference")
MISSING = "allocation-missing"
"""What `generate` mends; every other mistake is a person's to mend first."""

Texts = Mapping[Path, str]


class DefinitionsMistakeError(Exception):
    """The definitions have mistakes that stand in the way; ``findings`` says which."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(self.findings)} mistakes")


def run(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="aerofleet generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a file would change")
    parser.add_argument("--root", type=Path, default=Path(), help="the project folder")
    options = parser.parse_args(argv)
    try:
        texts = generated(options.root)
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


def generated(root: Path) -> dict[Path, str]:
    """Path below the root → text, for every generated file. Raises DefinitionsMistakeError, PortsExhaustedError."""
    texts: dict[Path, str] = {}
    for generate in GENERATORS:
        texts |= generate(root)
    return texts


def definitions(root: Path, changes: Mapping[str, str] = MappingProxyType({})) -> Texts:
    """Allocations of each cell, and the owners of its files, as they are with ``changes``: file → text."""
    resolutions = {name: resolve_cell(root, name, changes) for name in cells(root)}
    mistakes = [each for resolution in resolutions.values() for each in resolution.findings if each.rule != MISSING]
    if mistakes:
        raise DefinitionsMistakeError(dict.fromkeys(mistakes))
    texts = {allocations_path(Path(), name): cell_allocations(each) for name, each in resolutions.items()}
    owners = owners_text([each.source for each in resolutions.values() if each.source is not None])
    was_written = (read(root / CODEOWNERS) or "").startswith(OWNERS_HEADER)
    return texts | ({CODEOWNERS: owners or OWNERS_HEADER} if owners or was_written else {})


def cell_allocations(resolution: Resolution) -> str:
    allocations = next_allocations(resolution)
    assert allocations is not None  # noqa: S101 - a cell that can't be read has findings
    return allocations_text(allocations)


def pages(root: Path) -> Texts:
    texts = {REFERENCE / "schemas" / f"{kind}.json": schema_text(kind) for kind in SCHEMAS}
    texts[REFERENCE / "definitions.md"] = definitions_page()
    texts[REFERENCE / "network-profiles.md"] = network_profiles_page()
    texts[REFERENCE / "mistakes.md"] = mistakes_page()
    texts[REFERENCE / "rules.md"] = rules_page()
    return texts


GENERATORS: tuple[Callable[[Path], Texts], ...] = (definitions, pages)


def read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text)
