"""`aerofleet schema` prints what `generate` writes for editors."""

from __future__ import annotations

from pathlib import Path

import pytest

from aerofleet.cli import main
from aerofleet.files.schemas import SCHEMAS
from tests.fleet.project import EXAMPLE, ROOT

MODELINE = "# yaml-language-server: $schema="
KINDS = {"cell.yaml", "hosts.yaml", "pools.yaml", "tenants.yaml"}


@pytest.mark.parametrize("kind", SCHEMAS)
def test_it_is_the_file_that_editors_are_pointed_to(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", kind]) == 0
    assert capsys.readouterr().out == (ROOT / "schemas" / f"{kind}.json").read_text()


WRITTEN = [
    path
    for pattern in ("stacks/*/*.yaml", "stacks/*/teams/*.yaml", "templates/tiers/*.yaml")
    for path in sorted(EXAMPLE.glob(pattern))
    if path.name in KINDS or path.parent.name in ("teams", "tiers")
]


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(EXAMPLE).as_posix())
def test_each_file_names_a_schema_that_is_there(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    assert first.startswith(MODELINE)
    assert (path.parent / first.removeprefix(MODELINE)).is_file()
