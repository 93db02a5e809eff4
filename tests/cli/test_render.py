"""`aerofleet render`: the same objects in both formats, in the order in which they are made."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from tests.fleet.project import ROOT, SHOP, change, copy_of


def test_json_holds_every_object_with_its_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--root", str(SHOP), "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    cell = resolve_cell(SHOP, "here").cell
    assert cell is not None
    assert answer["schema"] == "aerofleet.io/render/v1"
    assert {entry["stack"] for entry in answer["objects"]} == {"here"}
    assert [entry["object"] for entry in answer["objects"]] == list(render_cell(cell).objects())


def test_yaml_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    main(["render", "--root", str(SHOP), "--format", "json"])
    objects = [entry["object"] for entry in json.loads(capsys.readouterr().out)["objects"]]
    assert main(["render", "--root", str(SHOP)]) == 0
    assert list(yaml.safe_load_all(capsys.readouterr().out)) == objects


def test_one_cluster_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--root", str(SHOP), "--cluster", "search/suggest"]) == 0
    (cluster, policy) = yaml.safe_load_all(capsys.readouterr().out)
    assert (cluster["kind"], cluster["metadata"]["name"]) == ("AerospikeCluster", "suggest")
    assert policy["kind"] == "NetworkPolicy"


def test_groups_are_stacks_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    groups = "groups: {sales: [shop], finding: [search]}\nmonitoring:"
    change(root, {"file": "stacks/here/cell.yaml", "replace": "monitoring:", "by": groups})
    allocations = root / "stacks" / "here" / "allocations.yaml"
    text = allocations.read_text().replace("group: ''", "group: finding", 1).replace("group: ''", "group: sales", 1)
    allocations.write_text(text)
    assert main(["render", "--root", str(root), "--format", "json"]) == 0
    entries = json.loads(capsys.readouterr().out)["objects"]
    stacks = {entry["object"]["metadata"].get("namespace"): entry["stack"] for entry in entries}
    assert stacks["aerospike-shop"] == "here.sales"
    assert stacks["aerospike-search"] == "here.finding"
    assert {entry["stack"] for entry in entries if entry["object"]["kind"] == "StorageClass"} == {"here.platform"}


def test_definitions_with_mistakes_are_not_rendered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/teams/shop.yaml", "replace": "tier: secure", "by": "tier: secur"})
    assert main(["render", "--root", str(root)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "there is no tier 'secur'" in captured.err


def test_a_reader_that_has_enough_is_no_failure() -> None:
    command = f"{Path(sys.executable).parent}/aerofleet render --root {SHOP} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout, done.stderr) == ("---\n", "")


def test_a_cluster_that_is_not_there_is_named_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", "--root", str(SHOP), "--cluster", "shop/crt"]) == 2
    assert "no cluster 'shop/crt' here; did you mean 'shop/cart'?" in capsys.readouterr().err
