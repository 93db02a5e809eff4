"""`aerofleet size` as a person calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.cli import main
from aerofleet.files.size_request import from_file
from tests.fleet.project import EXAMPLE, SIZING
from tests.fleet.project import SHOP as DEFINED

SHOP = SIZING / "shop.yaml"
REFUSED: list[dict[str, Any]] = yaml.safe_load((SIZING / "refused.yaml").read_text(encoding="utf-8"))
CACHE = [
    "size",
    "--objects",
    "10M",
    "--record",
    "500",
    "--storage",
    "memory",
    "--reads",
    "50k",
    "--writes",
    "5k",
    "--racks",
    "3",
    "--peak",
    "2",
]


def test_a_file_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", str(SHOP)]) == 0
    assert capsys.readouterr().out == (SIZING / "shop.txt").read_text(encoding="utf-8")


def test_options_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CACHE, "--format", "json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert (output["schema"], output["fits"], output["racks"]) == ("aerofleet.io/size/v1", True, 3)
    assert output["cluster"]["pods"] == output["racks"] * output["nodesPerRack"]
    assert "figures" not in output
    assert {"namespace", "of", "parameter", "now", "peak", "date", "stop"} == set(output["thresholds"][0])


def test_what_is_not_given_is_assumed_and_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "--objects", "10M", "--memory", "32Gi"]) == 0
    assumed = (
        "assumed, because the option is missing: server 8.1.1, record 1000, reads 0, writes 0, storage device, "
        "cores 16, network 25Gbit/s, devices 4x1.6TB"
    )
    assert capsys.readouterr().out.splitlines()[1] == assumed


def test_a_defined_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "shop/cart", "--root", str(DEFINED)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [
        "shop/cart, 2 racks × 1 = 2 nodes: does not hold its workload for 12 months",
        "  the copies and a majority need 3 nodes, there are 2 nodes",
    ]
    (devices,) = (line.split() for line in lines if line.startswith("  cart devices"))
    assert devices[-2:] == ["200.0", "GiB"]
    assert "  namespace cart: indexes-memory-budget 756.1 MiB, devices 200.0 GiB" in lines


def test_a_defined_cluster_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "search/profile", "--root", str(EXAMPLE), "--cell", "local", "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["schema"], answer["cluster"]) == ("aerofleet.io/size-cluster/v1", "search/profile")
    assert (answer["fits"], answer["shortfalls"], answer["nodesPerRack"]) == (True, [], 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["shop/crat"], "aerofleet size: there is no cluster 'shop/crat'; did you mean 'shop/cart'?"),
        (["shop/cart", "--cell", "hree"], "there is no cell 'hree'; did you mean 'here'?"),
    ],
)
def test_a_cluster_that_is_not_there(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", *arguments, "--root", str(DEFINED)]) == 2
    assert message in capsys.readouterr().err


def test_explain_adds_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CACHE, "--explain"]) == 0
    assert "data: primary index = 640,000,000 B\n  64 × records\n  records = 10,000,000\n" in capsys.readouterr().out
    assert main([*CACHE, "--explain", "--format", "json"]) == 0
    output = json.loads(capsys.readouterr().out)
    assert {"scope", "name", "value", "unit", "formula", "inputs", "source"} == set(output["figures"][0])


def test_a_date_instead_of_months(capsys: pytest.CaptureFixture[str]) -> None:
    growing = [*CACHE, "--growth-per-month", "5%"]
    assert main([*growing, "--as-of", "2026-11-24", "--until", "2027-11-24"]) == 0
    by_date = capsys.readouterr().out
    assert main([*growing, "--months", "12"]) == 0
    assert by_date == capsys.readouterr().out


def test_pods_that_share_a_host(capsys: pytest.CaptureFixture[str]) -> None:
    """Of 256 GiB the kernel holds 1.1 GiB free and the system has 4; each of two pods has half of the rest."""
    assert main([*CACHE, "--memory", "256Gi", "--cores", "64", "--pods-per-host", "2", "--format", "json"]) == 0
    has = {
        comparison["constraint"]: comparison["have"]
        for comparison in json.loads(capsys.readouterr().out)["comparisons"]
    }
    assert (has["memory"], has["cores"], has["network"]) == (131_545_088 * 1024, 32, 12_500_000_000)


def test_what_does_not_fit_is_exit_3(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CACHE, "--nodes-per-rack", "1", "--memory", "8Gi"]) == 3
    output = capsys.readouterr().out
    assert "3 racks × 1 = 3 nodes: does not carry it; memory binds" in output
    assert "missing 7.0 GiB" in output


@pytest.mark.parametrize("case", REFUSED, ids=[case["case"] for case in REFUSED])
def test_a_mistake_in_the_file(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "size.yaml"
    written = yaml.safe_load(SHOP.read_text(encoding="utf-8")) | case["change"]
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    assert main(["size", str(path)]) == 2
    output = capsys.readouterr().out
    assert output.startswith(f"{path}:")
    assert case["says"] in output
    assert case.get("path", "") in output
    assert "RecordFile" not in output


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "nowhere.yaml"]) == 2
    assert "nowhere.yaml:1:1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--record", "big"], "--record"),
        (["--racks", "0"], "--racks"),
        (["--replication-factor", "300"], "300 nodes"),
        (["--devices", "many"], "4x1.6TB"),
        (["--until", "2027-01-01"], "belong together"),
        (["--as-of", "2027-01-01", "--until", "2026-01-01"], "is before"),
        (["--as-of", "2026-11-24", "--until", "2126-01-01"], "--months"),
        (["--objects=-5"], "--objects"),
        (["--objects", "10000000000000000000"], "larger than 64 bits can hold"),
        (["--record", "9Mi"], "cannot be stored"),
        (["--peak", "1e308"], "the peak factor is from 1 to 10,000"),
        (["--peak", "0.5"], "--peak"),
        (["--growth-per-month=-2%"], "--growth-per-month"),
        (["--months=-1"], "--months"),
        (["--memory", "0"], "--memory"),
        (["--storage", "device", "--devices", "200x1TB"], "1 to 128 in a pod"),
        (["--storage", "device", "--devices", "2x0"], "--devices"),
        (["--racks", "1", "--survive", "rack"], "the only rack"),
        (["--racks", "2", "--survive", "rack", "--strong-consistency"], "from three racks on"),
        (["--nodes-per-rack", "100"], "300 nodes are more than the 256"),
        (["--server", "2.0"], "older than 3.1"),
        (["--storage", "all-flash", "--devices", "4x1TB", "--objects", "1000T"], "sprigs a partition"),
    ],
)
def test_a_mistake_in_an_option(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*CACHE, *options]) == 2
    output = capsys.readouterr()
    lines = (output.out + output.err).splitlines()
    assert len(lines) == 1
    assert message in lines[0]
    assert "-- " not in lines[0]


ODD: list[dict[str, Any]] = yaml.safe_load((SIZING / "odd.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", ODD, ids=[case["case"] for case in ODD])
def test_an_odd_question_gets_a_true_answer(case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "--storage", "memory", *case["options"].split()]) == case["exit"]
    output = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert [line for line in case["lines"] if line not in output] == []


@pytest.mark.parametrize("arguments", [["size"], ["size", str(SHOP), "--racks", "3"]])
def test_a_file_or_options_but_not_both(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert "FILE" in capsys.readouterr().err


def test_the_example_file_is_read_whole() -> None:
    catalogue, carts = from_file(SHOP).to_workload().namespaces
    assert (catalogue.objects, carts.record) == (200_000_000, 2048)
    # 35 + 4 + 9 + 1, then title 6 + 85, price 6 + 10, tags 5 + 12, stock 6 + 31 = 210, mark 4, up to 16
    assert catalogue.device_record_bytes((8, 1, 1)) == 224


def test_a_value_that_the_sizing_cannot_use_has_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "--objects", "1M", "--devices", "4", "--format", "json"]) == 2
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["rule"] == "size-value"
    assert main(["size", "--objects", "1M", "--devices", "4x1.6TB", "--format", "json"]) == 0
    assert "size-value" not in capsys.readouterr().out


def test_a_rule_that_is_left_out_makes_no_question_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", "--objects", "1M", "--devices", "4", "--skip", "size-value"]) == 2
    assert capsys.readouterr().out == ""
