"""The policies of a change: each stops what it is for, with a change near it that it lets pass."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.analysis.cell import analyse_cell
from aerofleet.analysis.cell_change import fleet_change
from aerofleet.cli import main
from aerofleet.policy.change import PolicyReport, policy_report
from aerofleet.settings.source import cells
from tests.fleet.project import CASES, SHOP, change, copy_of

CHANGES: list[dict[str, Any]] = yaml.safe_load((CASES / "policy" / "changes.yaml").read_text())
AS_OF = "2026-12-01"
ENVIRONMENT = {"file": "stacks/here/cell.yaml", "replace": "environment: development", "by": "environment: production"}


def project(folder: Path, edits: Iterable[Mapping[str, Any]]) -> Path:
    """Write the shop project with `here` in production and the same cell below it in staging, as `below`."""
    root = copy_of(SHOP, folder)
    shutil.copytree(root / "stacks/here", root / "stacks/below")
    below = {"file": "stacks/below/cell.yaml"}
    change(root, {**below, "replace": "cell: here", "by": "cell: below"})
    change(root, {**below, "replace": "environment: development", "by": "environment: staging"})
    change(root, ENVIRONMENT)
    for cell in ("here", "below"):
        grant = {"replace": "storage: 1Ti}", "by": "storage: 1Ti}\n    overridable: [channel]"}
        change(root, {"file": f"stacks/{cell}/tenants.yaml", **grant})
    for edit in edits:
        if "content" in edit:
            (root / edit["file"]).write_text(edit["content"])
        elif "copy" in edit:
            shutil.copytree(root / edit["copy"], root / edit["to"])
        elif "remove" in edit:
            path = root / edit["remove"]
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        else:
            change(root, edit)
    return root


def sides_of(case: Mapping[str, Any], folder: Path) -> list[Path]:
    """Write both sides of a case; return the folders of base and head."""
    both = case.get("both", ())
    return [project(folder / side, (*both, *case.get(side, ()))) for side in ("base", "head")]


def reports(case: Mapping[str, Any], folder: Path) -> dict[str, PolicyReport]:
    """Return cell → what the policies report of the change."""
    roots = sides_of(case, folder)
    sides = [{name: analyse_cell(root, name) for name in cells(root)} for root in roots]
    for side, analyses in zip(("base", "head"), sides, strict=True):
        mistakes = [finding for one in analyses.values() for finding in one.findings if one.rendered is None]
        assert not mistakes, (side, mistakes)
    fleet = fleet_change(sides[0], sides[1], date.fromisoformat(case.get("as_of", AS_OF)))
    return {cell.name: policy_report(fleet, cell) for cell in fleet.cells}


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case["about"])
def test_a_policy_stops_a_change_and_lets_one_near_it_pass(case: dict[str, Any], tmp_path: Path) -> None:
    found = reports(case, tmp_path)[case.get("cell", "here")].change
    shown = [f"{finding.severity} {finding.rule} {finding.subject}" for finding in found]
    aside = case.get("aside", ())
    assert sorted(line for line in shown if line.split()[1] not in aside) == sorted(case["expect"]), found
    texts = " | ".join(f"{finding.message}; {finding.remedy}" for finding in found)
    assert [text for text in case.get("says", ()) if text not in texts] == [], texts
    places = {str(finding.location) for finding in found}
    assert [place for place in case.get("at", ()) if place not in places] == [], places


@pytest.mark.parametrize("case", CHANGES, ids=lambda case: case["about"])
def test_a_review_fails_for_an_error_and_only_then(
    case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base, head = map(str, sides_of(case, tmp_path))
    options = ["--as-of", case.get("as_of", AS_OF), "--format", "json"]
    code = main(["review", "--base", base, "--head", head, *options])
    answer = json.loads(capsys.readouterr().out)
    new = {
        f"{one['severity']} {one['rule']} {(one['subject'] or {}).get('name')}"
        for one in answer["findings"]
        if one["isNew"]
    }
    # An exception that base has, too, is no news.
    assert {line for line in case["expect"] if line.split()[1] != "exception-unused"} <= new
    assert code == (1 if any(line.startswith(("error ", "severe ")) for line in new) else 0), new
    if not case["expect"] and "aside" not in case:
        assert code == 0, new


def completed(remedy: str) -> str:
    """The entry of approvals.yaml that a remedy has, with what the person who approves adds."""
    entry = remedy.partition("approvals.yaml: ")[2]
    for word, value in {"reason": "a cache", "owner": "'@shop/data'", "expires": "2026-12-31"}.items():
        entry = entry.replace(f"{word}: …", f"{word}: {value}")
    return entry


def test_an_approval_approves_one_change_and_no_later_one(tmp_path: Path) -> None:
    risk = next(case["head"] for case in CHANGES if case["about"].startswith("one copy of records"))
    (finding,) = reports({"head": risk}, tmp_path / "unapproved")["here"].change
    entry = completed(finding.remedy)
    approved = [*risk, {"file": "stacks/here/approvals.yaml", "content": f"approvals: [{entry}]"}]

    def shown(name: str, head: list[dict[str, Any]], as_of: str = AS_OF, **sides: Any) -> list[str]:
        found = reports({"head": head, "as_of": as_of, **sides}, tmp_path / name)["here"].change
        return sorted(f"{one.severity} {one.rule}" for one in found)

    assert shown("approved", approved) == ["info risk-approved", "warning approves-itself"]
    assert shown("approved before", approved, base=[approved[-1]]) == ["info risk-approved"]
    ttl = "replicationFactor: 1, defaultTtl: 2d"
    other = [{**risk[0], "by": risk[0]["by"].replace("replicationFactor: 1", text)} for text in ("defaultTtl: 2d", ttl)]
    moved = shown("moved", [other[1], approved[-1]], base=[other[0]])
    assert moved == ["error risk-unapproved", "warning exception-unused"]
    assert shown("expired", approved, "2027-01-01") == ["error exception-expired", "error risk-unapproved"]
    soon = shown("soon", approved, "2026-12-20")
    assert soon == ["info risk-approved", "warning approves-itself", "warning exception-expires"]


def test_an_approval_of_a_lower_protection(tmp_path: Path) -> None:
    lowered = next(case["head"] for case in CHANGES if case["about"].startswith("production becomes development"))
    (finding,) = reports({"head": lowered}, tmp_path / "unapproved")["here"].change
    approval = {"file": "stacks/here/approvals.yaml", "content": f"approvals: [{completed(finding.remedy)}]"}

    def shown(name: str, *head: dict[str, Any]) -> list[str]:
        found = reports({"base": [approval], "head": [*head, approval]}, tmp_path / name)["here"].change
        return sorted(f"{one.severity} {one.rule}" for one in found)

    assert shown("approved", *lowered) == ["info lowering-approved"]
    more = {"file": "stacks/here/cell.yaml", "replace": "networks:", "by": "policy: {disturbedClusters: 50}\nnetworks:"}
    assert shown("more", *lowered, more) == ["error protection-lowered", "warning exception-unused"]


def test_an_approval_of_another_name_of_the_context(tmp_path: Path) -> None:
    renamed = next(case["head"] for case in CHANGES if case["about"] == "the cell goes to another Kubernetes cluster")
    (finding,) = reports({"head": renamed}, tmp_path / "unapproved")["here"].change
    approval = {"file": "stacks/here/approvals.yaml", "content": f"approvals: [{completed(finding.remedy)}]"}
    (info,) = reports({"base": [approval], "head": [*renamed, approval]}, tmp_path / "approved")["here"].change
    assert f"{info.severity} {info.rule}" == "info context-renamed"
    other = [{**renamed[0], "by": "context: further"}, approval]
    found = reports({"base": [approval], "head": other}, tmp_path / "other")["here"].change
    assert sorted(f"{one.severity} {one.rule}" for one in found) == [
        "error context-changed",
        "warning exception-unused",
    ]


def test_a_state_counts_as_in_the_stricter_environment_of_a_change(tmp_path: Path) -> None:
    risk = next(case["head"] for case in CHANGES if case["about"].startswith("one copy of records"))
    lowered = {"file": "stacks/here/cell.yaml", "replace": "environment: production"}
    for name in ("environment: staging", "environment: production\nephemeral: true"):
        head = [*risk, {**lowered, "by": name}]
        found = reports({"head": head}, tmp_path / name.partition("\n")[2])["here"].head
        assert [one.severity for one in found if one.rule == "copies-too-few"] == ["error"], name
