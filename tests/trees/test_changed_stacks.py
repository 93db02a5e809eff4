"""Which stacks a change of data, code or pins touches, seen in a small git history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aerofleet.cli import main
from tests.trees.repository import commit, edit, git

CELL = "stacks/local/cell.yaml"
TIER = "templates/tiers/base.yaml"


def listed(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and stack → what differs."""
    code = main(["stacks", "list", "--changed", "--root", str(root), "--format", "json", *options])
    return code, {stack["stack"]: stack for stack in json.loads(capsys.readouterr().out)["stacks"]}


def message(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    code = main(["stacks", "list", "--changed", "--root", str(root), *options])
    return code, capsys.readouterr().err


def test_nothing_edited_touches_no_stack(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(clone, capsys) == (0, {})


def test_an_edit_of_a_tier_touches_the_stacks_that_use_it(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(clone, TIER, "proto-fd-max: 15000", "proto-fd-max: 16000")
    code, stacks = listed(clone, capsys)
    assert (code, list(stacks)) == (0, ["local", "staging"])
    local = stacks["local"]
    assert {name.split()[0] for name in local["changed"]} == {"AerospikeCluster"}
    assert [local[key] for key in ("created", "deleted", "engine", "unknown")] == [[], [], [], []]
    assert list(listed(clone, capsys, "staging")[1]) == ["staging"]


def test_two_revisions_are_compared_without_the_working_tree(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = git(clone, "rev-parse", "HEAD")
    edit(clone, "stacks/local/teams/checkout.yaml", "defaultTtl: 30d", "defaultTtl: 40d")
    head = commit(clone)
    edit(clone, TIER, "proto-fd-max: 15000", "proto-fd-max: 16000")
    assert list(listed(clone, capsys, "--base", base, "--head", head)[1]) == ["local"]


def test_a_revision_is_rendered_by_its_own_code(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(clone, "aerofleet/manifests/quota.py", '"LimitRange"', '"LimitRanges"')
    commit(clone, "other code")
    edit(clone, "aerofleet/manifests/quota.py", '"LimitRanges"', '"LimitRange"')
    code, stacks = listed(clone, capsys)
    assert code == 0
    assert {name.split()[0] for name in stacks["local"]["deleted"]} == {"LimitRanges"}
    assert {name.split()[0] for name in stacks["local"]["created"]} == {"LimitRange"}
    assert stacks["local"]["settings"] == []


def test_the_list_and_the_review_name_the_same_stacks(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = git(clone, "rev-parse", "HEAD")
    edit(clone, "aerofleet/features/exporter/build.py", "[container(cluster, exporter)]", "[]")
    edit(clone, "stacks/local/teams/checkout.yaml", "defaultTtl: 30d", "defaultTtl: 40d")
    head = commit(clone)
    assert main(["review", "--root", str(clone), "--base", base, "--head", head, "--format", "json"]) in (0, 1)
    review = json.loads(capsys.readouterr().out)
    _, stacks = listed(clone, capsys, "--base", base, "--head", head)
    clusters = {f"AerospikeCluster {one['namespace']}/{one['name']}" for one in review["clusters"]}
    touched = {name for stack in stacks.values() for name in stack["changed"] if name.startswith("AerospikeCluster")}
    assert touched == clusters
    assert set(stacks) == {one["stack"] for one in review["clusters"]}


@pytest.mark.parametrize(
    ("file", "replace", "by", "line"),
    [
        ("cell.yaml", "context: aerofleet-embedded", "context: other", "context: aerofleet-embedded → other"),
        ("cell.yaml", "ephemeral: true", "ephemeral: false", "now protected: cluster checkout/cart"),
        ("hosts.yaml", "address: 10.20.1.1}", "address: 10.20.1.1, state: maintenance}", "now in maintenance: host-1"),
    ],
)
def test_a_stack_is_touched_by_more_than_its_objects(
    file: str, replace: str, by: str, line: str, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it goes, what it protects, which hosts it leaves alone: no object's bytes show it."""
    edit(clone, f"stacks/local/{file}", replace, by)
    assert line in listed(clone, capsys)[1]["local"]["settings"]


def test_what_only_the_engine_runs_touches_every_stack(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(clone, "__main__.py", '"""', '""" ')
    _, stacks = listed(clone, capsys)
    assert [(name, stack["engine"]) for name, stack in stacks.items()] == [
        ("local", ["__main__.py"]),
        ("staging", ["__main__.py"]),
    ]


def test_a_stack_has_a_file_of_settings_of_its_own(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = clone / "stacks" / "Pulumi.staging.yaml"
    settings.write_text("config: {kubernetes:enableServerSideApply: true}\n")
    (clone / "stacks" / "Pulumi.local.yaml").write_text("encryptionsalt: v1:x\n")
    (clone / ".gitignore").write_text("/stacks/Pulumi.local.yaml\n")
    _, stacks = listed(clone, capsys)
    assert {name: stack["engine"] for name, stack in stacks.items()} == {"staging": ["stacks/Pulumi.staging.yaml"]}
    assert main(["review", "--root", str(clone), "--base", "HEAD", "--format", "json"]) == 0
    review = json.loads(capsys.readouterr().out)
    assert review["enginePreviews"] == [{"stacks": ["staging"], "pins": ["stacks/Pulumi.staging.yaml"]}]


def test_a_base_that_has_mistakes_is_unknown(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (clone / CELL).read_text()
    (clone / CELL).write_text(text + "nonsense: 1\n")
    commit(clone, "a mistake")
    (clone / CELL).write_text(text)
    code, stacks = listed(clone, capsys)
    reason = "the objects of base are not known: its definitions have mistakes"
    assert (code, list(stacks), stacks["local"]["unknown"]) == (1, ["local"], [reason])


def test_a_base_whose_code_fails_is_unknown(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(
        clone,
        "aerofleet/cli/__init__.py",
        "    arguments = list(",
        "    raise OSError('broken')\n    arguments = list(",
    )
    commit(clone, "broken code")
    git(clone, "checkout", "--quiet", "HEAD~1", "--", "aerofleet")
    code, stacks = listed(clone, capsys)
    assert (code, list(stacks)) == (1, ["local", "staging"])
    assert "OSError: broken" in stacks["local"]["unknown"][0]


def test_mistakes_of_head_are_listed(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (clone / CELL).write_text((clone / CELL).read_text() + "nonsense: 1\n")
    code, text = message(clone, capsys)
    assert code == 2
    assert "nonsense" in text


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--base", "nowhere"), "'nowhere' is neither a revision of the repository of "),
        (("--base=--output=x",), "'--output=x' is neither a revision of the repository of "),
        (("nocell",), "there is no cell 'nocell'"),
    ],
)
def test_a_wrong_name_is_one_line(
    clone: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], text: str
) -> None:
    code, printed = message(clone, capsys, *options)
    assert (code, printed.count("\n")) == (2, 1)
    assert printed.startswith(f"aerofleet stacks: {text}")
    assert not (clone / "x").exists()


def test_against_a_revision_before_the_first_cell_all_is_new(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(clone, "rm", "-rq", "--cached", "stacks")
    git(clone, "commit", "--quiet", "--message", "no cells")
    _, stacks = listed(clone, capsys)
    assert list(stacks) == ["local", "staging"]
    assert stacks["local"]["created"]
    assert stacks["local"]["changed"] == stacks["local"]["deleted"] == []


def test_without_git_there_is_one_line(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code, printed = message(clone, capsys)
    assert (code, printed.count("\n")) == (1, 1)
    assert "there is no `git` on PATH" in printed


def test_the_jobs_of_a_pipeline(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell is one job, with its changed stacks in the order of `pulumi up`."""
    edit(clone, CELL, "context: aerofleet-embedded", "context: somewhere")
    commit(clone)
    edit(clone, "stacks/local/teams/checkout.yaml", "defaultTtl: 30d", "defaultTtl: 40d")
    commit(clone)
    options = ("--root", str(clone), "--base", "HEAD^", "--head", "HEAD", "--format", "matrix")
    assert main(["stacks", "list", "--changed", *options]) == 0
    assert json.loads(capsys.readouterr().out) == [{"cell": "local", "stacks": "local"}]
    assert main(["stacks", "list", "--changed", *options, "--base", "HEAD"]) == 0
    assert capsys.readouterr().out == "[]\n"
