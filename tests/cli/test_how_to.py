"""Every how-to page that edits definitions is followed in a new project, and the tests of that project pass."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from tests.cli.how_to import do, merged, read, run, steps, write
from tests.fleet.project import EXAMPLE, ROOT, copy_of

CASES = yaml.safe_load((ROOT / "tests/cases/how_to.yaml").read_text())
DAY = "2026-11-29"
"""The day on which a page is followed: waivers in a page expire."""
TEAM_FILE = Path("stacks/local/teams/checkout.yaml")


def suite() -> list[list[str]]:
    """Return the commands of `make test` in a project, as its Makefile has them."""
    commands = re.findall(
        r"\$\(RUN\) ((?:check|lint|.*--check).*?)(?: \|\| exit; done)?$", Path("Makefile").read_text(), re.MULTILINE
    )
    cells = [str(path) for path in sorted(Path("tests/golden").glob("*.yaml"))]
    texts = [command.replace("$(GOLDEN)", "tests/golden") for command in commands]
    return [
        text.replace("$$cell", cell).split() for text in texts for cell in (cells if "$$cell" in text else cells[:1])
    ]


@pytest.fixture
def new_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project of `aerofleet init`, the current folder."""
    assert main(["init", str(tmp_path / "fleet")]) == 0
    capsys.readouterr()
    monkeypatch.chdir(tmp_path / "fleet")
    return tmp_path / "fleet"


@pytest.mark.parametrize("page", CASES)
def test_the_tests_of_a_project_pass_after_a_page(
    page: str, new_project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin = CASES[page].get("begin", {})
    for line in begin.get("commands", []):
        run(line)
    for file, data in begin.get("files", {}).items():
        write(Path(file), merged(read(Path(file)), data))
    assert main(["render", "--into", "tests/golden"]) == 0
    todo = list(steps(page))
    for number, change in enumerate(CASES[page]["changes"]):
        before = copy_of(new_project, tmp_path / f"before-{number}")
        for file, data in change.get("write", {}).items():
            write(Path(file), merged(read(Path(file)), data))
        count = change.get("blocks", 0 if "write" in change else 1)
        for step in todo[:count]:
            do(step)
        todo = todo[count:]
        if "refused" in change:
            assert main(["check"]) == 2
            assert change["refused"] in capsys.readouterr().out
        else:
            assert_accepted(change, before, capsys)
        if change.get("back"):
            shutil.copytree(before, new_project, dirs_exist_ok=True)
    assert todo == []


def assert_accepted(change: dict[str, Any], before: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a person does after an edit: `generate`, look at the review, accept the rendering, `make test`."""
    assert main(["generate"]) == 0
    capsys.readouterr()
    main(["review", "--base", str(before), "--format", "json", "--fail-on", "none", "--as-of", DAY])
    out = capsys.readouterr().out
    review = json.loads(out)
    assert {f"{one['team']}/{one['cluster']}": one["effect"] for one in review["clusters"]} == change.get("effects", {})
    assert [text for text in change.get("says", []) if text not in out] == []
    main(["render", "--into", "tests/golden"])
    for command in suite():
        dated = ["--as-of", DAY] if command[0] == "check" else []
        assert main([*command, *dated]) == 0, (command, capsys.readouterr())


def test_adding_a_team_and_a_cluster(new_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for step in steps("add-a-cluster"):
        do(step)
    out = capsys.readouterr().out
    rendered = list(yaml.safe_load_all(out[out.index("---\n") :]))
    assert rendered[0]["kind"] == "AerospikeCluster"
    assert (rendered[0]["metadata"]["name"], rendered[0]["spec"]["size"]) == ("levels", 6)


def test_ending_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "how-to" / "end-a-cluster.md").read_text()
    states = re.findall(r"^\| \d \| `(\w+)` \|", page, re.MULTILINE)
    assert len(states) == 4
    monkeypatch.chdir(copy_of(EXAMPLE, tmp_path))
    team = Path("stacks/local/teams/search.yaml")
    active = team.read_text()
    for state in states:
        team.write_text(active.replace("    tier: bronze@1\n", f"    tier: bronze@1\n    state: {state}\n"))
        assert main(["generate"]) == 0
        assert main(["check"]) == 0
        capsys.readouterr()
        main(["render", "local", "--format", "json"])
        there = "suggest" in [
            entry["object"]["metadata"]["name"] for entry in json.loads(capsys.readouterr().out)["objects"]
        ]
        assert there == (state in ("retiring", "unprotected"))
    data = yaml.safe_load(active)
    del data["clusters"]["suggest"]
    team.write_text(yaml.safe_dump(data))
    assert main(["generate", "--check"]) == 0
    assert main(["check"]) == 0


def test_taking_a_host_out_that_has_no_other_in_its_rack(new_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    *_, add, block, absent, _, _ = steps("take-a-host-out")
    do(block)
    do(absent)
    assert main(["check"]) == 2
    assert "wants 2 pods in rack r2, which has 1 host of pool nvme" in capsys.readouterr().out
    do(add)
    assert main(["check"]) == 0
    capsys.readouterr()
    main(["render", "local", "--format", "json"])
    objects = [entry["object"] for entry in json.loads(capsys.readouterr().out)["objects"]]
    clusters = [manifest for manifest in objects if manifest["kind"] == "AerospikeCluster"]
    assert [cluster["spec"]["k8sNodeBlockList"] for cluster in clusters] == [["host-3"]] * 2


def test_starting_a_cell(new_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs/how-to/start-a-cell.md").read_text()
    steps = [
        line.strip()
        for step in re.findall(r"^ +```sh\n(.*?)^ +```$", page, re.MULTILINE | re.DOTALL)
        for line in step.splitlines()
    ]
    assert steps == ["aerofleet init . --cell production", "aerofleet check production"]
    for step in steps:
        assert main(shlex.split(step)[1:]) == 0, step
    lines = [
        line for file in (new_project / "stacks/production").glob("*.yaml") for line in file.read_text().splitlines()
    ]
    assert len([line for line in lines if "CHANGE" in line]) > 9
    # The first team and cluster, and then a name that was wrong.
    for command in ("git init -q", "git add -A .github", "git -c user.name=a -c user.email=a@example.net commit -qm a"):
        subprocess.run(shlex.split(command), check=True)
    team = new_project / "stacks/production/teams/search.yaml"
    assert main(["new-team", "search", "--cell", "production", "--tiers", "bronze"]) == 0
    workload = ["--objects", "5M", "--record", "400B", "--reads", "5k/s", "--writes", "1k/s"]
    assert main(["new-cluster", "search/sugest", "--cell", "production", "--tier", "bronze", *workload]) == 0
    team.write_text(team.read_text().replace("sugest:", "suggest:"))
    assert main(["generate"]) == 0
    capsys.readouterr()
    assert main(["check"]) == 0
    assert "cluster-abandoned" not in capsys.readouterr().out
    assert "sugest:" not in (new_project / "stacks/production/allocations.yaml").read_text()


def test_nothing_that_a_person_wrote_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    monkeypatch.chdir(root)
    before = {path: path.read_text() for path in root.rglob("*.yaml")}
    for step in steps("add-a-cluster"):
        do(step)
    for path, text in before.items():
        if path.name == "tenants.yaml":
            assert path.read_text().startswith(text)
        elif path.name != "allocations.yaml":
            assert path.read_text() == text


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["new-team", "checkout", "--cell", "local"], "'checkout' is in stacks/local/tenants.yaml already"),
        (["new-team", "pricing", "--cell", "lokal"], "there is no cell 'lokal'; did you mean 'local'?"),
        (["new-team", "pricing"], "name the cell with --cell: local, staging"),
        (["new-team", "Pricing", "--cell", "local"], "'Pricing' is no team name"),
        (["new-team", "pricing", "--cell", "local", "--memory", "lots"], "'lots' is no size"),
        (["new-team", "../pricing", "--cell", "local"], "'../pricing' is no team name"),
        (["new-team", "pricing", "--cell", "local", "--tiers", "golld"], "there is no tier 'golld'"),
        (["new-team", "pricing", "--cell", "local", "--pools", "nvem"], "there is no pool 'nvem'"),
        (["new-cluster", "search/a: {b", "--tier", "bronze"], "'a: {b' is no cluster name"),
        (["new-cluster", "search/more", "--objects", "1, writes: 9"], "'1, writes: 9' is no count"),
        (["new-cluster", "checkout/cart"], "'cart' is in stacks/local/teams/checkout.yaml already"),
        (["new-cluster", "nobody/cart"], "stacks/local/teams/nobody.yaml is not there; `aerofleet new-team` makes it"),
        (["new-cluster", "cart"], "write TEAM/CLUSTER, not 'cart'"),
        (["new-cluster", "search/more", "--tier", "gold"], "team search may not use the tier 'gold'"),
        (["new-cluster", "search/more", "--objects", "many"], "'many' is no count"),
    ],
)
def test_a_request_that_cannot_be_writes_nothing(
    arguments: list[str],
    answer: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    monkeypatch.chdir(root)
    before = {path: path.read_text() for path in root.rglob("*.yaml")}
    workload = {"--tier": "bronze", "--objects": "1M", "--record": "1kB", "--reads": "1k/s", "--writes": "1k/s"}
    if arguments[0] == "new-cluster":
        changed = dict(zip(arguments[2::2], arguments[3::2], strict=True))
        arguments = [
            *arguments[:2],
            "--cell",
            "local",
            *(word for pair in (workload | changed).items() for word in pair),
        ]
    assert main(arguments) == 2
    assert answer in capsys.readouterr().err
    assert {path: path.read_text() for path in root.rglob("*.yaml")} == before


def test_generate_says_what_is_out_of_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    shutil.copytree(ROOT / "schemas", root / "schemas")
    search = Path("stacks/local/teams/search.yaml")
    (root / search).write_text(
        "team: search\nclusters:\n  suggest: {tier: bronze, workload: {objects: 1, record: 1, reads: 1, writes: 1}}\n"
        "  more: {tier: bronze, workload: {objects: 1, record: 1, reads: 1, writes: 1}}\n"
    )
    # `profile` was only taken out of the file: that is a mistake before it is anything to generate.
    assert main(["generate", "--root", str(root)]) == 2
    assert "search/profile is in no team file" in capsys.readouterr().err
    (root / "schemas" / "team.json").unlink()
    shutil.copy(
        EXAMPLE / "stacks" / "local" / "teams" / "search.yaml", root / "stacks" / "local" / "teams" / "search.yaml"
    )
    assert main(["generate", "--check", "--root", str(root)]) == 1
    assert capsys.readouterr().out == "schemas/team.json: is out of date\n"
    assert main(["generate", "--root", str(root)]) == 0
    assert main(["generate", "--check", "--root", str(root)]) == 0
