"""Every verb that judges goes through `aerofleet.analysis`, and so agrees with the others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aerofleet.analysis.change import analyse_change
from aerofleet.cli import main
from aerofleet.findings.effect import Effect
from tests.ako.specimen import cluster
from tests.fleet.project import EXAMPLE, ROOT, change, copy_of

COMPOSED = re.compile(r"\b(answer_create|cluster_hazards|hazards_beside|start_errors|change_between|object_reasons)\(")
"""Calls that give a part of the answer only."""
ONE_COPY = {
    "file": "stacks/local/teams/checkout.yaml",
    "replace": "    namespaces:\n      - name: cart\n",
    "by": "    namespaces:\n      - name: cart\n        replicationFactor: 1\n",
}


def test_nothing_outside_of_it_composes_admission_hazards_and_effects() -> None:
    outside = [path for name in ("aerofleet", "components") for path in (ROOT / name).rglob("*.py")]
    outside = [path for path in outside if path.parent.name != "analysis" and "ako" not in path.parts]
    assert [path.name for path in outside if COMPOSED.search(path.read_text())] == []


def test_check_lint_and_diff_name_a_severe_hazard_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = copy_of(EXAMPLE, tmp_path)
    change(root, ONE_COPY)
    assert main(["check", "local", "--root", str(root)]) == 1
    assert re.search(r"  severe: .* keeps one copy.*\[one-copy\]", capsys.readouterr().out)
    assert main(["render", "local", "--root", str(root)]) == 0
    rendered, empty = tmp_path / "rendered.yaml", tmp_path / "empty.yaml"
    rendered.write_text(capsys.readouterr().out)
    assert main(["lint", str(rendered)]) == 1
    assert re.search(r"  severe: .* keeps one copy.*\[one-copy\]", capsys.readouterr().out)
    assert main(["render", "local", "--root", str(EXAMPLE)]) == 0
    empty.write_text(capsys.readouterr().out)
    main(["diff", str(empty), str(rendered)])
    assert re.search(r"hazard \(severe\) .* keeps one copy.*\[one-copy\]", capsys.readouterr().out)


def test_a_change_takes_plain_objects_and_has_subjects() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    analysis = analyse_change([cluster("device"), namespace], [cluster("device", {"spec.size": 5})])
    (change_of_cluster,), (change_of_object,) = analysis.clusters, analysis.objects
    assert (str(change_of_cluster.subject), change_of_cluster.effect) == ("shop/orders", Effect.MOVES_DATA)
    assert (str(change_of_object.subject), change_of_object.effect) == ("Namespace shop", Effect.DATA_AT_RISK)
    assert analysis.effect == Effect.DATA_AT_RISK
