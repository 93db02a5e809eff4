"""Any content of a file gives findings, or a cell that can be rendered. Never a traceback."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from aerofleet.findings.formats import FORMATS
from aerofleet.findings.terminal import NO_TERMINAL
from aerofleet.fleet.allocate import next_allocations
from aerofleet.fleet.allocation import PortsExhaustedError
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from tests.fleet.mutation import mutate
from tests.fleet.project import SHOP, copy_of


def try_mutants(root: Path, seeds: range) -> int:
    """How many of them were refused; an exception names the seed."""
    files = sorted(path.relative_to(root) for path in root.rglob("*.yaml"))
    originals = {file: (root / file).read_text() for file in files}
    refused = 0
    for seed in seeds:
        file = files[seed % len(files)]
        (root / file).write_bytes(mutate(seed, originals[file]))
        try:
            refused += judge(root)
        except Exception as error:
            error.add_note(f"seed {seed}, file {file}")
            raise
        finally:
            (root / file).write_text(originals[file])
    return refused


def judge(root: Path) -> bool:
    resolution = resolve_cell(root, "here")
    for write in FORMATS.values():
        write(resolution.findings, NO_TERMINAL).encode()
    assert all(
        finding.location and finding.location.line > 0 and finding.location.column > 0
        for finding in resolution.findings
    )
    if resolution.cell is not None:
        list(render_cell(resolution.cell).objects())
    with suppress(PortsExhaustedError):
        next_allocations(resolution)
    return resolution.cell is None


def test_no_mutant_ends_in_a_traceback(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    assert resolve_cell(root, "here").cell is not None
    assert try_mutants(root, range(700)) > 350


@pytest.mark.soak
@pytest.mark.parametrize("first", range(100_000, 120_000, 2_500))
def test_no_mutant_of_three_minutes_ends_in_a_traceback(first: int, tmp_path: Path) -> None:
    assert try_mutants(copy_of(SHOP, tmp_path), range(first, first + 2_500)) > 1_250


@pytest.mark.nightly
def test_none_of_100_000_mutants_ends_in_a_traceback(tmp_path: Path) -> None:
    assert try_mutants(copy_of(SHOP, tmp_path), range(1_000_000, 1_100_000)) > 50_000
