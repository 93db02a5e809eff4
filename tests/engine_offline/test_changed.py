"""Which stacks a change of data or code touches, seen in a small git history."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import main
from aerofleet.engine.changed import StackChange, changes
from tests.fleet.project import EXAMPLE, ROOT, copy_of

IDENTITY = ["-c", "user.name=test", "-c", "user.email=test@example.net"]


def entry(stack: str, name: str, **content: Any) -> tuple[str, dict[str, Any]]:
    return stack, {"kind": "ConfigMap", "metadata": {"name": name, "namespace": "n"}, **content}


def test_objects_are_compared_within_their_stack() -> None:
    before = [entry("a", "same", x=1), entry("a", "edited", x=1), entry("a", "other"), entry("b", "kept")]
    after = [entry("b", "kept"), entry("b", "other"), entry("a", "edited", x=2), entry("a", "same", x=1)]
    assert changes(before, after) == {
        "a": StackChange(changed=("ConfigMap n/edited",), deleted=("ConfigMap n/other",)),
        "b": StackChange(created=("ConfigMap n/other",)),
    }


def test_what_goes_to_another_stack_of_its_cell_is_neither_deleted_nor_made() -> None:
    before = [entry("c.blue", "cart", x=1), entry("c.blue", "ledger", x=1)]
    after = [entry("c.green", "cart", x=1), entry("c.green", "ledger", x=2)]
    assert changes(before, after) == {
        "c.blue": StackChange(left=("ConfigMap n/cart to c.green", "ConfigMap n/ledger to c.green")),
        "c.green": StackChange(
            changed=("ConfigMap n/ledger",), arrived=("ConfigMap n/cart from c.blue", "ConfigMap n/ledger from c.blue")
        ),
    }


def test_the_same_name_under_another_version_is_another_resource() -> None:
    before, after = entry("a", "x", apiVersion="v1beta1"), entry("a", "x", apiVersion="v1")
    assert changes([before], [after]) == {"a": StackChange(created=("ConfigMap n/x",), deleted=("ConfigMap n/x",))}


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """A copy of the project as the first commit of a repository."""
    root = copy_of(EXAMPLE, tmp_path / "project")
    shutil.copytree(ROOT / "aerofleet", root / "aerofleet", ignore=shutil.ignore_patterns("__pycache__"))
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *IDENTITY, *command], cwd=root, check=True)
    return root


def changed(root: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["stacks", "--changed", "--base", "HEAD", "--root", str(root), "--format", "json"]) == 0
    return {stack["stack"]: stack for stack in json.loads(capsys.readouterr().out)["stacks"]}


def test_nothing_edited_touches_no_stack(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert changed(history, capsys) == {}


def test_an_edit_of_a_tier_touches_the_stacks_that_use_it(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = history / "templates" / "tiers" / "base.yaml"
    base.write_text(base.read_text().replace("proto-fd-max: 15000", "proto-fd-max: 16000"))
    found = changed(history, capsys)
    assert "local" in found
    kinds = {name.split()[0] for name in found["local"]["changed"]}
    assert kinds == {"AerospikeCluster"}
    assert found["local"]["created"] == found["local"]["deleted"] == []


def test_a_change_of_the_code_is_seen_too(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The revision is rendered by its own code: here the older one makes another quota."""
    builder = history / "aerofleet" / "manifests" / "quota.py"
    builder.write_text(builder.read_text().replace('"LimitRange"', '"LimitRanges"'))
    subprocess.run(["git", *IDENTITY, "commit", "-q", "-a", "-m", "other code"], cwd=history, check=True)
    found = changed(history, capsys)
    assert {name.split()[0] for name in found["local"]["deleted"]} == {"LimitRanges"}
    assert {name.split()[0] for name in found["local"]["created"]} == {"LimitRange"}


@pytest.mark.parametrize(
    ("file", "replace", "by", "message"),
    [
        ("cell.yaml", "context: aerofleet-embedded", "context: other", "context: aerofleet-embedded → other"),
        ("cell.yaml", "ephemeral: true", "ephemeral: false", "now protected: cluster checkout/cart"),
        ("hosts.yaml", "address: 10.20.1.1}", "address: 10.20.1.1, state: maintenance}", "now in maintenance: host-1"),
    ],
)
def test_a_stack_is_touched_by_more_than_its_objects(
    file: str, replace: str, by: str, message: str, history: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it goes to, what it protects, which hosts it leaves alone: the bytes of no object say it."""
    path = history / "stacks" / "local" / file
    path.write_text(path.read_text().replace(replace, by))
    assert message in changed(history, capsys)["local"]["settings"]


def test_a_revision_that_is_not_there_is_one_line(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stacks", "list", "--changed", "--base", "nowhere", "--root", str(history)]) == 1
    assert capsys.readouterr().err == "aerofleet stacks: there is no revision 'nowhere' here\n"


def test_against_a_revision_before_the_first_cell_all_is_new(history: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", *IDENTITY, "rm", "-rq", "--cached", "stacks"], cwd=history, check=True)
    subprocess.run(["git", *IDENTITY, "commit", "-q", "-m", "no cells"], cwd=history, check=True)
    found = changed(history, capsys)
    assert "local" in found
    assert found["local"]["created"]
    assert found["local"]["changed"] == found["local"]["deleted"] == []


def test_without_git_there_is_one_line(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["stacks", "list", "--changed", "--root", str(history)]) == 1
    assert capsys.readouterr().err == "aerofleet stacks: there is no `git` on PATH, which a revision is read with\n"
