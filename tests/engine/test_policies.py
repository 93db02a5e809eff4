"""The policy pack of the project, asked by the real engine: every mandatory policy stops a preview."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.local.credentials import CONTEXT
from aerofleet.policy.pack import PACK
from tests.ako.specimen import edited
from tests.engine.small_stack import PROJECT, SmallStack, namespace, python_runtime
from tests.fleet.project import CASES, SHOP

CASES_OF_OBJECTS: list[dict[str, Any]] = yaml.safe_load((CASES / "policy" / "objects.yaml").read_text())
CLUSTER: dict[str, Any] = yaml.safe_load((CASES / "policy" / "cluster.yaml").read_text())
CASES_OF_ENGINE = [case for case in CASES_OF_OBJECTS if case.get("object", {}).get("kind") != "Secret"]
"""All but the Secret, which the components themselves refuse."""
MANDATORY = {policy.id for policy in PACK if policy.severity == "error"}


def made(index: int, case: dict[str, Any], edit: str) -> dict[str, Any]:
    """Return the object of a case under a name of its own; ``edit``: ``fails`` or ``passes``."""
    name = f"case-{index}"
    resource = edited(case.get("object", CLUSTER), {"metadata.name": name}, case.get(edit, {}))
    resource["metadata"] = {**resource["metadata"], "namespace": "aerospike-shop"}
    if resource["kind"] == "AerospikeCluster":
        resource["metadata"]["labels"]["aerofleet.io/cluster"] = name
    return resource


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the cell `here` in production, and the pack beside it."""
    root = tmp_path_factory.mktemp("policed")
    shutil.copytree(SHOP, root, dirs_exist_ok=True)
    shutil.copytree(PROJECT / "policies", root / "policies")
    (root / "policies" / "PulumiPolicy.yaml").write_text(json.dumps({"runtime": python_runtime(root / "policies")}))
    write_environment(root, "production")
    return root


def write_environment(root: Path, environment: str) -> None:
    cell = SHOP / "stacks/here/cell.yaml"
    text = cell.read_text().replace("environment: development", f"environment: {environment}")
    (root / "stacks/here/cell.yaml").write_text(text)


@pytest.fixture(scope="module")
def stack(root: Path, module_env: dict[str, str]) -> SmallStack:
    return SmallStack(root / "program", module_env, CONTEXT, name="here", clusters=[]).prepare()


def previewed(stack: SmallStack, root: Path, resources: Iterable[dict[str, Any]]) -> tuple[int, str]:
    listed = list(resources)
    stack.objects = [namespace("aerospike-shop"), *(one for one in listed if one["kind"] != "AerospikeCluster")]
    stack.clusters = [one for one in listed if one["kind"] == "AerospikeCluster"]
    done = stack.preview("--policy-pack", str(root / "policies"))
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_every_mandatory_policy_of_the_pack_stops_a_preview(stack: SmallStack, root: Path) -> None:
    stopped = {case["rule"] for case in CASES_OF_ENGINE} & MANDATORY
    assert stopped == MANDATORY
    code, out = previewed(stack, root, (made(index, case, "fails") for index, case in enumerate(CASES_OF_ENGINE)))
    assert code != 0
    for index, case in enumerate(CASES_OF_ENGINE):
        level, end = ("mandatory", "") if case["rule"] in MANDATORY else ("advisory", "-advice")
        kind = case.get("object", CLUSTER)["kind"]
        line = rf"\[{level}\] {case['rule']}{end} \(kubernetes:\S+:{kind}: aerospike-shop/case-{index}\)"
        assert re.search(line, out), line
        assert case["says"] in out


def test_one_mandatory_policy_is_enough(stack: SmallStack, root: Path) -> None:
    case = next(case for case in CASES_OF_ENGINE if case["rule"] == "copies-too-few")
    code, out = previewed(stack, root, [made(0, case, "fails")])
    assert code != 0
    assert out.count("[mandatory]") == 1


def test_what_is_right_passes(stack: SmallStack, root: Path) -> None:
    code, out = previewed(stack, root, [made(0, {}, "passes")])
    assert code == 0, out
    assert "[mandatory]" not in out
    assert "[advisory]" not in out
    _, out = previewed(stack, root, (made(index, case, "passes") for index, case in enumerate(CASES_OF_ENGINE)))
    for index, case in enumerate(CASES_OF_ENGINE):
        assert not re.search(rf" {case['rule']}(-advice)? \(kubernetes:\S+: aerospike-shop/case-{index}\)", out)


def test_an_environment_and_a_waiver_count_as_in_check(stack: SmallStack, root: Path) -> None:
    cases = {case["rule"]: case for case in CASES_OF_ENGINE if "about" not in case}
    resources = [made(index, cases[rule], "fails") for index, rule in enumerate(("copies-too-few", "racks-uneven"))]
    waivers = [
        {
            "rule": rule,
            "subject": f"shop/case-{index}",
            "reason": "a try",
            "owner": "@shop/data",
            "expires": "2999-12-31",
        }
        for index, rule in enumerate(("copies-too-few", "racks-uneven"))
    ]
    try:
        write_environment(root, "staging")
        code, out = previewed(stack, root, resources)
        assert code == 0, out
        assert "[advisory]" in out
        assert "cart keeps one copy of each record" in out
        write_environment(root, "production")
        (root / "stacks/here/waivers.yaml").write_text(json.dumps({"waivers": waivers}))
        code, out = previewed(stack, root, resources)
        assert code == 0, out
    finally:
        write_environment(root, "production")
        (root / "stacks/here/waivers.yaml").unlink(missing_ok=True)
