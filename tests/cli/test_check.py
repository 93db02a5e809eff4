"""`aerofleet check`: its exit code, its formats, and that it looks at what the operator would say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from aerofleet.cli import main
from aerofleet.settings.source import cells
from aerofleet.settings.spec_place import setting_of
from tests.fleet.project import EXAMPLE, ROOT, SHOP, change, copy_of

PROGRAM = Path(sys.executable).parent / "aerofleet"
WRONG_TIER = {"file": "stacks/here/teams/shop.yaml", "replace": "tier: secure", "by": "tier: secur"}
SARIF_NEEDS = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name", "rules"]}}},
                    "results": {"items": {"required": ["ruleId", "level", "message", "locations"]}},
                },
            }
        },
    },
}


def checked(root: Path, form: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = main(["check", "--root", str(root), "--format", form])
    return code, capsys.readouterr().out


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    root = copy_of(SHOP, tmp_path)
    change(root, WRONG_TIER)
    return root


def test_every_stack_of_the_project_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(cells(EXAMPLE)) >= {"local", "staging"}
    code, out = checked(EXAMPLE, "text", capsys)
    assert (code, out) == (0, f"{', '.join(cells(EXAMPLE))}: nothing found\n")


def test_a_mistake_as_text(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(broken, "text", capsys)
    assert code == 2
    assert out == (
        "stacks/here/teams/shop.yaml:4:5  shop/cart  tier  there is no tier 'secur'  [tier-unknown]\n"
        "    did you mean 'secure'?\n"
        "here: 1 finding\n"
    )


@pytest.mark.parametrize(("no_color", "marks"), [("", True), ("1", False)])
def test_a_terminal_has_colours_unless_its_reader_wants_none(
    no_color: str, marks: bool, broken: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", no_color)
    _code, out = checked(broken, "text", capsys)
    place, rule = "stacks/here/teams/shop.yaml:4:5", "[tier-unknown]"
    if marks:
        place, rule = f"\x1b[31m{place}\x1b[0m", f"\x1b[2m{rule}\x1b[0m"
    assert out == (
        f"{place}  shop/cart  tier  there is\n    no tier 'secur'  {rule}\n"
        "    did you mean 'secure'?\nhere: 1 finding\n"
    )


def test_a_mistake_as_a_github_annotation(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(broken, "github", capsys)
    assert code == 2
    assert out == (
        "::error file=stacks/here/teams/shop.yaml,line=4,col=5,title=tier-unknown"
        "::shop/cart: tier: there is no tier 'secur'. did you mean 'secure'?\n"
    )


def test_a_mistake_as_json(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(broken, "json", capsys)
    answer = json.loads(out)
    assert code == 2
    assert answer["schema"] == "aerofleet.io/findings/v2"
    assert answer["findings"][0]["location"] == {"file": "stacks/here/teams/shop.yaml", "line": 4, "column": 5}


def test_a_mistake_as_sarif(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = checked(broken, "sarif", capsys)
    answer = json.loads(out)
    jsonschema.validate(answer, SARIF_NEEDS)
    (result,) = answer["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert code == 2
    assert place["artifactLocation"]["uri"] == "stacks/here/teams/shop.yaml"
    assert place["region"] == {"startLine": 4, "startColumn": 5}


def test_what_the_operator_would_refuse_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "templates/tiers/plain.yaml", "replace": "proto-fd-max: 15000", "by": "proto-fd-maximum: 1"})
    code, out = checked(root, "json", capsys)
    findings: list[dict[str, Any]] = json.loads(out)["findings"]
    assert code == 2
    (finding,) = (finding for finding in findings if finding["severity"] == "error")
    assert finding["subject"] == {"kind": "cluster", "name": "search/suggest"}
    assert finding["path"] == "spec.aerospikeConfig.service.proto-fd-maximum"
    assert "; the same in shop/cart, shop/session" in finding["message"]
    assert finding["location"] == {"file": "templates/tiers/plain.yaml", "line": 18, "column": 9}


@pytest.mark.parametrize(
    ("field", "setting"),
    [
        ("spec.aerospikeConfig.service.proto-fd-max", ("service", "proto-fd-max")),
        ("spec.aerospikeConfig.security.ldap.server", ("accessControlConfig", "ldap", "server")),
        ("spec.aerospikeConfig.namespaces[1].nsup-period", ("namespaces", 1, "config", "nsup-period")),
        ("spec.aerospikeConfig.namespaces[1].replication-factor", ("namespaces", 1, "replicationFactor")),
        ("spec.aerospikeConfig.namespaces[0].sets[2].name", ("namespaces", 0, "sets", 2, "name")),
        (
            "spec.aerospikeConfig.namespaces[0].storage-engine.evict-used-pct",
            ("namespaces", 0, "storageConfig", "evict-used-pct"),
        ),
        ("spec.aerospikeConfig.namespaces[0].storage-engine.data-size", ("namespaces", 0, "dataSize")),
        ("spec.aerospikeConfig.namespaces[0].storage-engine.type", ("namespaces", 0, "storage")),
        ("spec.aerospikeConfig.namespaces[0]", ("namespaces", 0)),
        ("spec.image", ("channel",)),
        ("metadata.name", ()),
        ("spec.operations[0]", ()),
        ("", ()),
    ],
)
def test_a_field_of_the_resource_leads_to_its_setting(field: str, setting: tuple[object, ...]) -> None:
    assert setting_of(field) == setting


def test_a_restart_that_is_asked_for_is_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    restart = "restart: {how: warm, reason: feature-key-2026-11}"
    asked = {"replace": "tier: silver@1\n", "by": f"tier: silver@1\n    {restart}\n"}
    change(root, {"file": "stacks/local/teams/search.yaml", **asked})
    assert checked(root, "text", capsys) == (0, "local, staging: nothing found\n")


@pytest.mark.parametrize(
    ("operator", "refusals"),
    [
        ("version: 4.4.1", set()),
        ("version: 4.2.0", {"operator 4.2.0 does not know server 8.1.1.1"}),
        ("version: 4.5.0\n  previousVersion: 4.4.1\n  phase: switch", set()),
        (
            "version: 4.5.0\n  previousVersion: 4.2.0\n  phase: prepare",
            {"operator 4.2.0 does not know server 8.1.1.1"},
        ),
    ],
)
def test_clusters_are_judged_by_the_operators_they_meet(
    operator: str, refusals: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    cell = root / "stacks" / "local" / "cell.yaml"
    for before, after in (("version: 4.5.0", operator), ('"1.35"', '"1.33"')):
        assert cell.read_text().count(before) == 1
        cell.write_text(cell.read_text().replace(before, after))
    code, out = checked(root, "json", capsys)
    found = {finding["message"].partition(";")[0] for finding in json.loads(out)["findings"]}
    assert (code, found) == (2 if refusals else 0, refusals)


def test_a_size_that_does_not_hold_the_workload_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    workload = "objects: 30M, record: 1200B, reads: 3k/s, writes: 500/s}"
    more = {"replace": workload, "by": workload.replace("30M", "3G") + "\n    size: 1"}
    change(root, {"file": "stacks/local/teams/search.yaml", **more})
    code, out = checked(root, "json", capsys)
    findings = json.loads(out)["findings"]
    assert code == 0
    assert {finding["rule"] for finding in findings} == {"size-short"}
    lines = {(finding["location"]["file"], finding["location"]["line"]) for finding in findings}
    assert lines == {("stacks/local/teams/search.yaml", 10)}
    assert (findings[0]["subject"]["name"], findings[0]["path"]) == ("search/profile", "size")
    assert any("devices is " in finding["message"] for finding in findings)


def test_a_severe_hazard_fails_as_a_finding_not_as_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    one = {
        "replace": "    namespaces:\n      - name: cart\n",
        "by": "    namespaces:\n      - name: cart\n        replicationFactor: 1\n",
    }
    change(root, {"file": "stacks/local/teams/checkout.yaml", **one})
    code, out = checked(root, "json", capsys)
    hazards = [finding for finding in json.loads(out)["findings"] if finding["rule"] == "one-copy"]
    assert (code, {hazard["severity"] for hazard in hazards}) == (1, {"severe"})
    assert [hazard["location"] for hazard in hazards] == [
        {"file": "stacks/local/teams/checkout.yaml", "line": 12, "column": 9}
    ]


def test_hazards_between_objects_of_the_cell_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(
        root,
        {"file": "stacks/here/allocations.yaml", "replace": "resource: suggest", "by": "resource: cart"},
    )
    code, out = checked(root, "json", capsys)
    hazards = [finding for finding in json.loads(out)["findings"] if finding["rule"] == "same-cluster-name"]
    assert code == 0
    assert {hazard["location"]["file"] for hazard in hazards} == {
        "stacks/here/teams/shop.yaml",
        "stacks/here/teams/search.yaml",
    }
    assert "aerospike-search/cart has the same cluster-name cart" in {hazard["message"] for hazard in hazards}


def test_the_exit_code_is_that_of_the_selected_rules(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, WRONG_TIER)
    assert main(["check", "--root", str(root), "--skip", "tier-unknown"]) == 0
    assert capsys.readouterr().out == "here: nothing found, 1 left out by --only or --skip\n"
    assert main(["check", "--root", str(root), "--only", "one-copy", "--only", "tier-unknown"]) == 2


def test_a_rule_that_is_not_there_is_refused_with_the_nearest_one(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--root", str(broken), "--skip", "tier-unkown"]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", "aerofleet check: there is no rule 'tier-unkown'; did you mean 'tier-unknown'?\n")


@pytest.mark.parametrize("arguments", [["nowhere"], ["--root", "/nonexistent"]])
def test_a_cell_that_is_not_there_is_a_mistake(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *arguments]) == 2


def test_the_process_ends_without_a_traceback(broken: Path) -> None:
    command = [PROGRAM, "check", "--root", str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (2, "")


def test_no_control_character_of_a_file_reaches_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/teams/shop.yaml", "replace": "tier: secure", "by": 'tier: "\\e[2J"'})
    code, out = checked(root, "text", capsys)
    assert code == 2
    assert "\x1b" not in out
    assert r"\x1b[2J" in out


def test_a_log_without_letters_for_it_shows_their_numbers(tmp_path: Path) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/teams/shop.yaml", "replace": "  cart:", "by": "  cärt:"})
    command = [PROGRAM, "check", "--root", str(root)]
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, env=ascii_only)
    assert (done.returncode, done.stderr) == (2, "")
    assert r"c\xe4rt" in done.stdout


def test_what_github_reads_as_its_own_is_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    (root / "stacks/here/teams/a, b%.yaml").write_text('team: "50%\\n::error::\\e[2J"\n')
    code, out = checked(root, "github", capsys)
    assert code == 2
    lines = out.splitlines()
    assert all(line.startswith("::error file=stacks/here/teams/a%2C b%25.yaml,line=1,col=1,title=") for line in lines)
    assert "\x1b" not in out
    assert any(r"names the team '50%25\n::error::\x1b[2J', and the file is a, b%25.yaml" in line for line in lines)


def test_sarif_names_a_file_by_its_uri_and_says_what_a_rule_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = copy_of(SHOP, tmp_path)
    (root / "stacks/here/teams/a b%.yaml").write_text("")
    (run,) = json.loads(checked(root, "sarif", capsys)[1])["runs"]
    (uri,) = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert uri == "stacks/here/teams/a%20b%25.yaml"
    assert {result["ruleId"] for result in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert all(rule["shortDescription"]["text"] for rule in run["tool"]["driver"]["rules"])


def test_a_line_stays_one_that_a_person_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(SHOP, tmp_path)
    change(root, {"file": "stacks/here/hosts.yaml", "replace": "memory: 256Gi", "by": f"memory: {'x' * 5000}"})
    code, out = checked(root, "text", capsys)
    assert code == 2
    assert "is no size; it is written like 64Gi or 1.6TB" in out
    assert max(map(len, out.splitlines())) < 600


@pytest.mark.parametrize(
    "arguments", [["check"], ["explain", "shop/cart"], ["new-team", "books"]], ids=["check", "explain", "new-team"]
)
def test_in_the_wrong_folder_it_is_said_which_one_is_meant(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--root", str(tmp_path)]) == 2
    assert f"no cell under {tmp_path}/stacks: call it in the project folder" in capsys.readouterr().err
