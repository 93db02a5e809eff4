"""The how-to pages are followed word by word, on a copy of the project."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml

from aerofleet.cli import main
from tests.fleet.project import EXAMPLE, ROOT, copy_of

STEP = re.compile(r"(?:^`(?P<file>[^`\n]+)`\n\n)?^```(?P<kind>sh|yaml)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(page: Path) -> list[list[str]]:
    """Follow the steps of a page in the current folder; return the commands that were run."""
    done = []
    for step in STEP.finditer(page.read_text()):
        if step["kind"] == "yaml":
            assert Path(step["file"]).is_file(), step["file"]
            Path(step["file"]).write_text(step["text"])
            continue
        for line in step["text"].splitlines():
            program, *arguments = shlex.split(line)
            assert program == "aerofleet"
            assert main(arguments) == 0, line
            done.append(arguments)
    return done


def test_adding_a_team_and_a_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copy_of(EXAMPLE, tmp_path))
    done = follow(ROOT / "docs" / "how-to" / "add-a-cluster.md")
    assert [arguments[0] for arguments in done] == ["new-team", "new-cluster", "check", "explain", "render"]
    out = capsys.readouterr().out
    rendered = list(yaml.safe_load_all(out[out.index("---\n") :]))
    assert rendered[0]["kind"] == "AerospikeCluster"
    assert (rendered[0]["metadata"]["name"], rendered[0]["spec"]["size"]) == ("rates", 6)


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


def test_taking_a_host_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "how-to" / "take-a-host-out.md").read_text()
    block = re.search(r"^       defaults:\n(?:       .*\n)+", page, re.MULTILINE)
    assert block
    monkeypatch.chdir(copy_of(EXAMPLE, tmp_path))
    cell, hosts = Path("stacks/local/cell.yaml"), Path("stacks/local/hosts.yaml")
    cell.write_text(cell.read_text() + textwrap.dedent(block[0]))
    before = hosts.read_text()
    hosts.write_text(before.replace("host-3: {", "host-3: {state: maintenance, "))
    assert main(["check", "local"]) == 2
    assert "wants 2 pods in rack r2, which has 1 host of pool nvme besides those in hostBlocks (host-3)" in (
        capsys.readouterr().out
    )
    free = "  host-7: {model: metal-a, rack: r2, address: 10.20.2.3}\n"
    hosts.write_text(before.replace("host-3: {", "host-3: {state: maintenance, ") + free)
    assert main(["check", "local"]) == 0
    capsys.readouterr()
    main(["render", "local", "--format", "json"])
    objects = [entry["object"] for entry in json.loads(capsys.readouterr().out)["objects"]]
    clusters = [manifest for manifest in objects if manifest["kind"] == "AerospikeCluster"]
    assert [cluster["spec"]["k8sNodeBlockList"] for cluster in clusters] == [["host-3"]] * len(clusters)
    hosts.write_text(before.replace("host-3: {", "host-3: {state: absent, "))
    assert main(["check", "local"]) == 2
    assert "wants 2 pods in rack r2, which has 1 host of" in capsys.readouterr().out


def test_changing_a_standard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "how-to" / "change-a-standard.md").read_text()
    revision = re.search(r'^         "3":\n(?:           .*\n)+', page, re.MULTILINE)
    assert revision
    monkeypatch.chdir(copy_of(EXAMPLE, tmp_path))
    tier, team = Path("templates/tiers/gold.yaml"), Path("stacks/local/teams/checkout.yaml")

    def image() -> str:
        capsys.readouterr()
        assert main(["render", "local", "--format", "json", "--cluster", "checkout/cart"]) == 0
        cluster = json.loads(capsys.readouterr().out)["objects"][0]["object"]
        return str(cluster["spec"]["podSpec"]["sidecars"][0]["image"]).rpartition(":")[2]

    first = tier.read_text().replace("tier: gold\n", 'tier: gold\ncurrent: "2"\n')
    tier.write_text(first + textwrap.indent(textwrap.dedent(revision[0]), "  "))
    assert image() == "1.34.0"
    team.write_text(team.read_text().replace("tier: gold@1\n", "tier: gold@3\n"))
    assert image() == "1.34.1"


@pytest.fixture
def new_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A project of `aerofleet init`, the current folder."""
    assert main(["init", str(tmp_path / "fleet")]) == 0
    capsys.readouterr()
    monkeypatch.chdir(tmp_path / "fleet")
    return tmp_path / "fleet"


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


def test_a_team_and_a_cluster_of_a_new_project(new_project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(follow(ROOT / "docs/how-to/add-a-cluster.md")) == 5
    assert "AerospikeCluster" in capsys.readouterr().out
    assert main(["check"]) == 0
    assert "pricing" in (new_project / "stacks/local/tenants.yaml").read_text()


def test_nothing_that_a_person_wrote_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    monkeypatch.chdir(root)
    before = {path: path.read_text() for path in root.rglob("*.yaml")}
    follow(ROOT / "docs" / "how-to" / "add-a-cluster.md")
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


def test_writing_an_overlay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "how-to" / "write-what-no-setting-has.md").read_text()
    blocks = [textwrap.dedent(block) for block in re.findall(r"\n\n((?:    .*\n)+)\n", page)]
    written, commands, dropped = blocks
    monkeypatch.chdir(copy_of(EXAMPLE, tmp_path))
    tier = Path("templates/tiers/bronze.yaml")
    tier.write_text(tier.read_text() + textwrap.indent(written, "  "))
    team = Path("stacks/local/teams/checkout.yaml")
    team.write_text(team.read_text().replace("tier: bronze@1", "tier: bronze@3"))
    for line in commands.splitlines():
        program, *arguments = shlex.split(line)
        assert (program, main(arguments)) == ("aerofleet", 0)
    out = capsys.readouterr().out
    assert "[overlay-in-use]" in out
    assert "overlay.spec.podSpec.dnsConfig.options.ndots.value" in out
    tier.write_text(tier.read_text() + textwrap.indent(dropped, "  "))
    assert main(["check"]) == 0
    silent = dropped[: dropped.index("  settings:")]
    tier.write_text(tier.read_text().replace(textwrap.indent(dropped, "  "), textwrap.indent(silent, "  ")))
    assert main(["check"]) == 2
    assert "bronze@4 no longer has podSpec.dnsConfig of the overlay of bronze@3" in capsys.readouterr().out
