"""`aerofleet upgrade`: old names are replaced where they are, and nothing else changes; what it can't do, it says."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.authoring.upgrade import definition_files, upgraded
from aerofleet.cli import main
from aerofleet.files.definition_file import DefinitionFile
from aerofleet.files.formats import PRESENT
from aerofleet.files.project_files import Files
from aerofleet.files.schemas import SCHEMAS
from aerofleet.findings.stop import MistakeError
from tests.fleet.project import CASES, SHOP, copy_of

WRITTEN = [case for path in sorted((CASES / "formats").glob("*.yaml")) for case in yaml.safe_load(path.read_text())]
TEAM = Path("stacks/here/teams/search.yaml")
ALLOCATIONS = Path("stacks/here/allocations.yaml")
TODAY = "    state: retiring\n    description: it ends\n    reconcileRequest: 2026-11-24\n"
OLD_NAMES = {"reconcileRequest": "nudge", "retiring": "frozen"}


@pytest.mark.parametrize("case", WRITTEN, ids=lambda case: case["about"])
def test_a_file_of_a_format(case: dict[str, Any]) -> None:
    if "left" in case:
        with pytest.raises(MistakeError) as stop:
            upgraded(case["before"], "x.yaml", case["kind"])
        assert str(stop.value) == case["left"]
        return
    after = upgraded(case["before"], "x.yaml", case["kind"])
    assert after == case["after"]
    assert upgraded(after, "x.yaml", case["kind"]) == after


def test_the_model_has_the_present_format() -> None:
    assert get_args(DefinitionFile.model_fields["format"].annotation) == (PRESENT,)


def test_every_kind_of_file_is_found() -> None:
    found = {kind for _, kind in definition_files(Files(SHOP), ("here",))}
    assert found == {"cell", "hosts", "pools", "tenants", "allocations", "team", "tier"}
    assert found <= set(SCHEMAS)


def in_format_1(root: Path, today: Path) -> None:
    """Write two equal projects: ``today`` has the names of today, ``root`` those of format 1."""
    for project in (root, today):
        copy_of(SHOP, project)
        (project / TEAM).write_text((project / TEAM).read_text() + TODAY)
        assert main(["generate", "--root", str(project)]) == 0
    for path in (TEAM, ALLOCATIONS):
        text = (root / path).read_text()
        for name, old in OLD_NAMES.items():
            text = text.replace(name, old)
        assert text != (root / path).read_text()
        (root / path).write_text(text)


def test_after_an_upgrade_everything_is_as_before(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, today = tmp_path / "old", tmp_path / "today"
    in_format_1(root, today)
    assert main(["check", "--root", str(root)]) == 2
    assert "'frozen' is called 'retiring' now; `aerofleet upgrade` writes it" in capsys.readouterr().out
    assert main(["upgrade", "--root", str(root), "--write"]) == 0
    capsys.readouterr()
    rendered = []
    for project in (root, today):
        assert main(["check", "--root", str(project)]) == 0
        capsys.readouterr()
        assert main(["render", "--root", str(project)]) == 0
        rendered.append(capsys.readouterr().out)
    assert rendered[0] == rendered[1]
    assert main(["generate", "--check", "--root", str(root)]) == 0, "allocations.yaml with a format is up to date"
    assert main(["generate", "--check", "--root", str(today)]) == 0, "allocations.yaml without a format is, too"


def test_the_diff_is_shown_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "old"
    in_format_1(root, tmp_path / "today")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    capsys.readouterr()
    assert main(["upgrade", "--root", str(root)]) == 1
    out, err = capsys.readouterr()
    assert "-    nudge: 2026-11-24\n+    reconcileRequest: 2026-11-24\n" in out
    assert err == "9 files change: `aerofleet upgrade --write` writes them, `aerofleet check` judges them\n"
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
    subprocess.run(["patch", "-s", "-p1"], cwd=root, input=out, text=True, check=True)
    assert main(["upgrade", "--root", str(root)]) == 0
    assert capsys.readouterr().out == "nothing to do: all 9 files have format 2\n"


def test_a_file_with_a_mistake_is_left_and_the_others_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    broken = (root / TEAM).read_text() + "  : :\n"
    (root / TEAM).write_text(broken)
    assert main(["upgrade", "--write", "--root", str(root)]) == 1
    out, err = capsys.readouterr()
    assert "stacks/here/teams/shop.yaml: written" in out
    assert err.startswith(f"{TEAM} is left as it is: {TEAM}:")
    assert (root / TEAM).read_text() == broken


def test_nothing_outside_of_the_project_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path / "project")
    elsewhere = tmp_path / "tiers"
    (root / "templates" / "tiers").rename(elsewhere)
    (root / "templates" / "tiers").symlink_to(elsewhere)
    before = {path: path.read_bytes() for path in elsewhere.iterdir()}
    assert main(["upgrade", "--write", "--root", str(root)]) == 1
    assert f"templates/tiers/plain.yaml is left as it is: templates/tiers/plain.yaml:1:1: is a link to {elsewhere}" in (
        capsys.readouterr().err
    )
    assert {path: path.read_bytes() for path in elsewhere.iterdir()} == before


def test_a_link_inside_stays_a_link_and_permissions_stay(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    tier, kept = root / "templates/tiers/plain.yaml", root / "templates/plain.yaml"
    tier.rename(kept)
    kept.chmod(0o664)
    tier.symlink_to(kept)
    assert main(["upgrade", "--write", "--root", str(root)]) == 0
    assert tier.is_symlink()
    assert kept.read_text().startswith("format: 2\n")
    assert kept.stat().st_mode & 0o777 == 0o664


def test_without_a_cell_there_is_nothing_to_upgrade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", "--root", str(tmp_path)]) == 2
    assert "no cell under" in capsys.readouterr().err


QUOTES = st.sampled_from(["{}", "'{}'", '"{}"'])
COMMENTS = st.sampled_from(["", "  # nudge: frozen", " #é🎉"])


@st.composite
def team_texts(draw: st.DrawFn) -> str:
    """A team's file in the old format or without any, in blocks and braces, with old names where they count or not."""
    first = draw(st.sampled_from(["# frozen", "", "format: 1", "format: 2"]))
    lines = [first, f"team: shop{draw(COMMENTS)}", "clusters:"]
    for name in draw(st.lists(st.sampled_from(["nudge", "frozen", "orders", "ü"]), min_size=1, unique=True)):
        key = draw(QUOTES).format(draw(st.sampled_from(["nudge", "reconcileRequest"])))
        state = draw(QUOTES).format(draw(st.sampled_from(["frozen", "active"])))
        entries = [f"{key}: {draw(QUOTES).format('nudge')}", f"state: {state}", "description: frozen"]
        if draw(st.booleans()):
            lines.append(f"  {name}: {{{', '.join(entries)}}}{draw(COMMENTS)}")
        else:
            lines += [f"  {name}:", *(f"    {entry}{draw(COMMENTS)}" for entry in entries)]
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines) + draw(st.sampled_from(["", "\n"]))


@settings(max_examples=100, deadline=None)
@given(team_texts())
def test_an_upgrade_is_idempotent_and_keeps_all_else(text: str) -> None:
    after = upgraded(text, "x.yaml", "team")
    assert upgraded(after, "x.yaml", "team") == after
    before, data = yaml.safe_load(text), yaml.safe_load(after)
    assert data.pop("format") == PRESENT
    before.pop("format", None)
    for cluster in before["clusters"].values():
        cluster["reconcileRequest"] = cluster.pop("nudge", cluster.get("reconcileRequest"))
        cluster["state"] = {"frozen": "retiring"}.get(cluster["state"], cluster["state"])
    assert data == before
    kept = [line for line in text.splitlines() if "nudge" not in line and "frozen" not in line and "format" not in line]
    assert [line for line in after.splitlines() if line in kept] == kept
