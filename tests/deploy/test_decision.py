"""What may be deployed: what is live and was sent last, against what was merged and reviewed."""

from __future__ import annotations

import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.analysis.cell import analyse_cell
from aerofleet.deploy.gather import objects_of
from aerofleet.deploy.judge import Judged
from aerofleet.policy.catalogue import OF_CHANGES
from aerofleet.policy.severity import Level
from aerofleet.units.aerospike_cluster import is_cluster
from tests.ako.specimen import edited
from tests.deploy.sides import CELL, judged, reviewed, rolled_out
from tests.fleet.project import CASES
from tests.policy.test_change import AS_OF, CHANGES, project, sides_of

DECISIONS: list[dict[str, Any]] = yaml.safe_load((CASES / "deploy" / "decisions.yaml").read_text())
DAY = datetime.date.fromisoformat(AS_OF)


def clusters_of(root: Path) -> list[dict[str, Any]]:
    return [dict(made) for _, made in objects_of(analyse_cell(root, CELL)) if is_cluster(made)]


def decided(case: dict[str, Any], folder: Path) -> Judged:
    edits = list(case.get("deployed", []))
    roots = [project(folder / "deployed", edits)]
    for number, commit in enumerate(case["commits"], start=1):
        edits += commit
        roots.append(project(folder / f"commit-{number}", edits))
    reviews = [
        reviewed(before, after, f"commit-{number}")
        for number, (before, after) in enumerate(pairwise(roots), start=1)
        if number not in case.get("unreviewed", ())
    ]
    sent = None if case.get("first") else roots[case.get("applied", 0)]
    server = []
    for one in clusters_of(sent) if sent else ():
        edit = case.get("server", {}).get(one["metadata"]["name"], {})
        if edit is not None:
            server.append(edited(rolled_out(one), edit))
    published = (
        project(folder / "published", [*case.get("deployed", []), *case["published"]]) if "published" in case else None
    )
    return judged(sent, roots[-1], None if case.get("first") else reviews, DAY, server, published)


@pytest.mark.parametrize("case", DECISIONS, ids=lambda case: case["about"])
def test_a_deployment_goes_on_or_stops(case: dict[str, Any], tmp_path: Path) -> None:
    decision = decided(case, tmp_path).decision
    assert [f"{one.rule} {one.subject}" for one in decision.stops] == case.get("expect", []), decision.stops
    assert decision.may is not bool(case.get("expect"))
    texts = " | ".join(f"{one.path}: {one.message}; {one.remedy}" for one in decision.stops)
    assert [text for text in case.get("says", ()) if text not in texts] == [], texts


DEPLOYABLE = [case for case in CHANGES if {"remove": "stacks/here"} not in case.get("head", ())]
"""A cell that has left the definitions has no stack to deploy."""


@pytest.mark.parametrize("case", DEPLOYABLE, ids=lambda case: case["about"])
def test_a_rule_of_a_change_stops_a_deployment_as_it_fails_a_review(case: dict[str, Any], tmp_path: Path) -> None:
    cell = case.get("cell", CELL)
    base, head = sides_of(case, tmp_path)
    day = datetime.date.fromisoformat(case.get("as_of", AS_OF))
    found = judged(base, head, [reviewed(base, head, "the commit", cell)], day, cell=cell).decision
    ids = {policy.id for policy in OF_CHANGES}
    stops = sorted(f"{one.severity} {one.rule} {one.subject}" for one in found.stops if one.rule in ids)
    failing = [line for line in case["expect"] if line.split()[0] in ("error", "severe") and line.split()[1] in ids]
    assert [line for line in stops if line.split()[1] not in case.get("aside", ())] == sorted(failing), found.stops


def test_every_rule_of_a_change_has_a_case_in_which_it_stops() -> None:
    stopping = {
        line.split()[1] for case in CHANGES for line in case["expect"] if line.split()[0] in ("error", "severe")
    }
    strict = {policy.id for policy in OF_CHANGES if policy.level is Level.MANDATORY}
    assert strict - stopping == set()


def test_an_approval_lets_exactly_its_subject_through_until_it_expires(tmp_path: Path) -> None:
    risk = next(case["head"] for case in CHANGES if case["about"].startswith("one copy of records"))
    base = project(tmp_path / "base", [])

    def stops(name: str, head: list[dict[str, Any]], as_of: str = AS_OF) -> list[str]:
        after = project(tmp_path / name, head)
        day = datetime.date.fromisoformat(as_of)
        return [one.rule for one in judged(base, after, [reviewed(base, after, "c")], day).decision.stops]

    after = project(tmp_path / "unapproved", risk)
    (stop,) = judged(base, after, [reviewed(base, after, "c")], DAY).decision.stops
    assert (stop.rule, str(stop.subject)) == ("risk-unapproved", "shop/session")
    entry = stop.remedy.partition("approvals.yaml: ")[2]
    for word, value in {"reason": "a cache", "owner": "'@shop/data'", "expires": "2026-12-31"}.items():
        entry = entry.replace(f"{word}: …", f"{word}: {value}")
    approval = {"file": "stacks/here/approvals.yaml", "content": f"approvals: [{entry}]"}
    assert stops("approved", [*risk, approval]) == []
    assert "risk-unapproved" in stops("expired", [*risk, approval], "2027-01-01")
    elsewhere = {**approval, "content": approval["content"].replace("shop/session", "shop/cart")}
    assert stops("of another cluster", [*risk, elsewhere]) == ["risk-unapproved"]
    twice = [*risk, {**risk[0], "replace": "replicationFactor: 1", "by": "replicationFactor: 1, defaultTtl: 2d"}]
    assert stops("of another change", [*twice, approval]) != []
