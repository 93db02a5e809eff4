"""Allocations are kept, and taken back only where no Kubernetes cluster has seen them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from aerofleet.analysis.cell import analyse_cell
from aerofleet.authoring.generated import generated, write_files
from aerofleet.findings import Finding
from aerofleet.findings.stop import MistakeError
from tests.fleet.project import SHOP, copy_of

IDENTITY = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.net")
TEAM = Path("stacks/here/teams/search.yaml")
ALLOCATIONS = Path("stacks/here/allocations.yaml")
ONE_MORE = "  typo: {tier: plain}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose first commit has all its files, and room in a quota."""
    root = copy_of(SHOP, tmp_path)
    tenants = root / "stacks/here/tenants.yaml"
    tenants.write_text(tenants.read_text().replace("{clusters: 1, pods: 4", "{clusters: 2, pods: 8"))
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *IDENTITY, *command], cwd=root, check=True)
    return root


def allocated(root: Path) -> set[str]:
    return set(yaml.safe_load((root / ALLOCATIONS).read_text())["clusters"])


def generate(root: Path, *forget: str) -> None:
    write_files(root, generated(root, frozenset(forget)))


def errors(root: Path) -> list[Finding]:
    """The mistakes of the cell."""
    return [finding for finding in analyse_cell(root, "here").findings if finding.severity == "error"]


def add(root: Path) -> None:
    (root / TEAM).write_text((root / TEAM).read_text() + ONE_MORE)
    generate(root)
    assert "search/typo" in allocated(root)


def take_out(root: Path) -> None:
    (root / TEAM).write_text((root / TEAM).read_text().replace(ONE_MORE, ""))


def commit(root: Path) -> None:
    subprocess.run(["git", *IDENTITY, "commit", "-q", "-a", "-m", "one more"], cwd=root, check=True)


def test_a_cluster_that_was_never_committed_is_taken_back(root: Path) -> None:
    before = (root / ALLOCATIONS).read_text()
    add(root)
    take_out(root)
    generate(root)
    assert "search/typo" not in allocated(root)
    assert (yaml.safe_load((root / ALLOCATIONS).read_text())) == yaml.safe_load(before)


def test_clusters_of_a_cell_that_was_never_committed_are_taken_back(root: Path) -> None:
    """A new cell begins with an example team; no commit has a file of its allocations."""
    cell = root / "stacks/here"
    cell.rename(root / "stacks/there")
    for name in ("cell.yaml", "allocations.yaml"):
        file = root / "stacks/there" / name
        file.write_text(file.read_text().replace("cell: here", "cell: there"))
    team = root / "stacks/there/teams/search.yaml"
    team.write_text(team.read_text() + ONE_MORE)
    generate(root)
    team.write_text(team.read_text().replace(ONE_MORE, ""))
    generate(root)
    assert "typo" not in (root / "stacks/there/allocations.yaml").read_text()


def test_a_team_that_was_never_committed_is_taken_back_with_its_file(root: Path) -> None:
    before = (root / ALLOCATIONS).read_text()
    team, tenants = root / "stacks/here/teams/sale.yaml", root / "stacks/here/tenants.yaml"
    granted = tenants.read_text()
    team.write_text("team: sale\nclusters: {}\n")
    tenants.write_text(
        granted
        + "  sale: {tiers: [plain], pools: [nvme], quota: {clusters: 1, pods: 1, memory: 1Gi, cpu: 1, storage: 1Gi}}\n"
    )
    generate(root)
    assert "sale" in yaml.safe_load((root / ALLOCATIONS).read_text())["teams"]
    team.unlink()
    tenants.write_text(granted)
    generate(root)
    assert yaml.safe_load((root / ALLOCATIONS).read_text()) == yaml.safe_load(before)


def test_a_committed_team_without_a_file_keeps_its_namespace(root: Path) -> None:
    (root / TEAM).write_text("team: search\nclusters: {}\n")
    generate(root, "search/suggest")
    (root / TEAM).unlink()
    tenants = root / "stacks/here/tenants.yaml"
    tenants.write_text(tenants.read_text()[: tenants.read_text().index("  search:")])
    generate(root)
    assert "search" in yaml.safe_load((root / ALLOCATIONS).read_text())["teams"]


def test_a_file_of_allocations_that_only_an_earlier_commit_has_is_not_taken_for_new(root: Path) -> None:
    add(root)
    text = (root / ALLOCATIONS).read_text()
    (root / ALLOCATIONS).unlink()
    commit(root)
    (root / ALLOCATIONS).write_text(text)
    take_out(root)
    with pytest.raises(MistakeError):
        generate(root)
    assert "search/typo" in allocated(root)


def test_a_committed_cluster_is_taken_back_by_name_only(root: Path) -> None:
    add(root)
    commit(root)
    take_out(root)
    with pytest.raises(MistakeError) as stop:
        generate(root)
    assert any("`aerofleet generate --forget search/typo`" in finding.remedy for finding in stop.value.findings)
    generate(root, "search/typo")
    assert "search/typo" not in allocated(root)
    assert errors(root) == []


def test_a_cluster_that_is_defined_is_not_taken_back(root: Path) -> None:
    with pytest.raises(MistakeError, match="search/suggest: only a cluster that is in no team file"):
        generate(root, "search/suggest")
    assert "search/suggest" in allocated(root)


def test_a_wrong_name_of_a_new_cluster_is_corrected_in_its_file(root: Path) -> None:
    """What `new-cluster` wrote is edited before any commit; the next `new-cluster` works as well."""
    add(root)
    (root / TEAM).write_text((root / TEAM).read_text().replace("typo:", "right:"))
    generate(root)
    assert {"search/right", "search/typo"} & allocated(root) == {"search/right"}


def test_a_committed_file_of_allocations_is_restored_not_written_anew(root: Path) -> None:
    (root / ALLOCATIONS).unlink()
    with pytest.raises(MistakeError, match=f"{ALLOCATIONS} is missing: restore it with `git restore {ALLOCATIONS}`"):
        generate(root)
    assert not (root / ALLOCATIONS).exists()
    (missing,) = errors(root)
    assert missing.rule == "allocation-missing"
    assert "restore it from version control" in missing.remedy


def test_the_first_file_of_allocations_is_written(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    (root / ALLOCATIONS).unlink()
    generate(root)
    assert allocated(root) == {"search/suggest", "shop/cart", "shop/session"}


def test_a_folder_without_cells_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(MistakeError, match="no cell under"):
        generate(tmp_path)
    assert list(tmp_path.iterdir()) == []
