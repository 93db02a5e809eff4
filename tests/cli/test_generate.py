"""`aerofleet generate`: allocations are kept, and taken back only where no Kubernetes cluster has seen them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from aerofleet.cli import main
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


def add(root: Path) -> None:
    (root / TEAM).write_text((root / TEAM).read_text() + ONE_MORE)
    assert main(["generate", "--root", str(root)]) == 0
    assert "search/typo" in allocated(root)


def take_out(root: Path) -> None:
    (root / TEAM).write_text((root / TEAM).read_text().replace(ONE_MORE, ""))


def commit(root: Path) -> None:
    subprocess.run(["git", *IDENTITY, "commit", "-q", "-a", "-m", "one more"], cwd=root, check=True)


def test_a_cluster_that_was_never_committed_is_taken_back(root: Path) -> None:
    before = (root / ALLOCATIONS).read_text()
    add(root)
    take_out(root)
    assert main(["generate", "--root", str(root)]) == 0
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
    assert main(["generate", "--root", str(root)]) == 0
    team.write_text(team.read_text().replace(ONE_MORE, ""))
    assert main(["generate", "--root", str(root)]) == 0
    assert "typo" not in (root / "stacks/there/allocations.yaml").read_text()


def test_a_file_of_allocations_that_only_an_earlier_commit_has_is_not_taken_for_new(root: Path) -> None:
    add(root)
    text = (root / ALLOCATIONS).read_text()
    (root / ALLOCATIONS).unlink()
    commit(root)
    (root / ALLOCATIONS).write_text(text)
    take_out(root)
    assert main(["generate", "--root", str(root)]) == 2
    assert "search/typo" in allocated(root)


def test_a_committed_cluster_is_taken_back_by_name_only(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(root)
    commit(root)
    take_out(root)
    assert main(["generate", "--root", str(root)]) == 2
    assert "`aerofleet generate --forget search/typo`" in capsys.readouterr().err
    assert main(["generate", "--root", str(root), "--forget", "search/typo"]) == 0
    assert "search/typo" not in allocated(root)
    assert main(["check", "--root", str(root)]) != 2, "no mistake is left"


def test_a_cluster_that_is_defined_is_not_taken_back(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--root", str(root), "--forget", "search/suggest"]) == 2
    assert "search/suggest: only a cluster that is in no team file" in capsys.readouterr().err
    assert "search/suggest" in allocated(root)


def test_a_wrong_name_of_a_new_cluster_is_corrected_in_its_file(root: Path) -> None:
    """What `new-cluster` wrote is edited before any commit; the next `new-cluster` works as well."""
    add(root)
    (root / TEAM).write_text((root / TEAM).read_text().replace("typo:", "right:"))
    assert main(["generate", "--root", str(root)]) == 0
    assert {"search/right", "search/typo"} & allocated(root) == {"search/right"}


def test_a_committed_file_of_allocations_is_restored_not_written_anew(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / ALLOCATIONS).unlink()
    assert main(["generate", "--root", str(root)]) == 2
    assert f"{ALLOCATIONS} is missing: restore it with `git restore {ALLOCATIONS}`" in capsys.readouterr().err
    assert not (root / ALLOCATIONS).exists()
    assert main(["check", "--root", str(root)]) == 2
    told = capsys.readouterr().out
    assert told.count("[allocation-missing]") == 1
    assert "restore it from version control" in told


def test_the_first_file_of_allocations_is_written(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    (root / ALLOCATIONS).unlink()
    assert main(["generate", "--root", str(root)]) == 0
    assert allocated(root) == {"search/suggest", "shop/cart", "shop/session"}


def test_a_folder_without_cells_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", "--root", str(tmp_path)]) == 2
    assert "no cell under" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
