"""CODEOWNERS: a team approves its own file, the platform everything else of a cell."""

from __future__ import annotations

from pathlib import Path

from aerofleet.cli import main
from aerofleet.files.project_files import Files
from aerofleet.fleet.owners import owners_text
from aerofleet.settings.source import read_cell
from tests.fleet.project import SHOP, change, copy_of

PLATFORM = {"file": "stacks/here/cell.yaml", "replace": "site: test", "by": 'site: test\nowners: ["@acme/platform"]'}
TEAM = {
    "file": "stacks/here/tenants.yaml",
    "replace": "    groups: [shop-people]",
    "by": '    groups: [shop-people]\n    owners: ["@acme/shop", "@acme/leads"]',
}


def test_the_team_s_line_stands_below_the_cell_s(tmp_path: Path) -> None:
    """The last line that fits a file counts."""
    root = copy_of(SHOP, tmp_path)
    change(root, PLATFORM)
    change(root, TEAM)
    lines = [line for line in owners_text([read_cell(Files(root), "here")]).splitlines() if not line.startswith("#")]
    assert lines == [
        "/templates/tiers/ @acme/platform",
        "/stacks/links.yaml @acme/platform",
        "/policies/ @acme/platform",
        "/.github/ @acme/platform",
        "/.gitlab/ @acme/platform",
        "/.gitlab-ci.yml @acme/platform",
        "/Makefile @acme/platform",
        "/Pulumi.yaml @acme/platform",
        "/__main__.py @acme/platform",
        "/requirements.txt @acme/platform",
        "/wheels/ @acme/platform",
        "/stacks/here/ @acme/platform",
        "/stacks/here/teams/shop.yaml @acme/shop @acme/leads",
    ]


def test_generate_writes_it_where_somebody_is_named(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    assert main(["generate", "--root", str(root)]) == 0
    assert not (root / ".github" / "CODEOWNERS").exists()
    change(root, PLATFORM)
    assert main(["generate", "--root", str(root)]) == 0
    assert "/stacks/here/ @acme/platform\n" in (root / ".github" / "CODEOWNERS").read_text()
    change(root, {"file": PLATFORM["file"], "replace": PLATFORM["by"], "by": PLATFORM["replace"]})
    assert main(["generate", "--root", str(root)]) == 0
    assert "@acme" not in (root / ".github" / "CODEOWNERS").read_text()


def test_those_who_approve_exceptions_stand_below_the_cell_s_owners(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    approvers = '\nowners: ["@acme/platform"]\npolicy: {approvers: ["@acme/data"]}'
    change(root, {**PLATFORM, "by": f"site: test{approvers}"})
    assert owners_text([read_cell(Files(root), "here")]).splitlines()[-3:] == [
        "/stacks/here/ @acme/platform",
        "/stacks/here/waivers.yaml @acme/data",
        "/stacks/here/approvals.yaml @acme/data",
    ]
