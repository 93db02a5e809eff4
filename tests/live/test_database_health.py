"""What nodes say of themselves, judged. Case files hold answers in the form that a server gives them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.live.database_health import Access, NodeAnswers, UnansweredError, ask, judge_nodes, parse_info
from aerofleet.live.rollout import Progress
from tests.live.info_server import info_server

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/rollout/nodes.yaml").read_text())
WELL = {
    "statistics": "cluster_size=1;cluster_key=F00D;cluster_integrity=true;migrate_allowed=true;"
    "migrate_partitions_remaining=0",
    "namespace/cart": "dead_partitions=0;unavailable_partitions=0;master_objects=7",
    "cluster-stable:size=1;ignore-migrations=false": "F00D",
}
GATE = "cluster-stable:size=1;ignore-migrations=false"


def answers(*changes: dict[str, Any]) -> NodeAnswers:
    statistics, cart, stable = (CASES["base"][key] for key in ("statistics", "cart", "stable"))
    for change in changes:
        statistics = statistics | change.get("statistics", {})
        cart = cart | change.get("cart", {})
        stable = change.get("stable", stable)
    key, refusal = ("", stable.rpartition(":")[2]) if stable.startswith("ERROR") else (stable, "")
    answers = [{name: value for name, value in counters.items() if value} for counters in (statistics, cart)]
    return NodeAnswers(answers[0], {"cart": answers[1]}, key, refusal)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["about"])
def test_nodes(case: dict[str, Any]) -> None:
    nodes = {name: answers(case.get("all", {}), case.get(name, {})) for name in ("a", "b")}
    verdict = judge_nodes(nodes, case.get("size", CASES["base"]["size"]))
    assert verdict.progress.value == case["progress"], verdict.reason
    assert case["reason"] in verdict.reason


def test_info_answers_become_pairs() -> None:
    assert parse_info("a=1;b=x=y;c=\n") == {"a": "1", "b": "x=y", "c": ""}


def test_the_client_library_asks_the_node_each_namespace_and_the_gate() -> None:
    with info_server("BB9000000000001", WELL) as server:
        nodes = ask([("127.0.0.1", server.port)], ["cart"], Access(), 1)
        assert set(WELL) <= set(server.asked)
    (node,) = nodes.values()
    assert node.statistics["cluster_key"] == node.stable_key == "F00D"
    assert node.namespaces == {"cart": {"dead_partitions": "0", "unavailable_partitions": "0", "master_objects": "7"}}
    verdict = judge_nodes(nodes, 1)
    assert (verdict.progress, verdict.reason) == (
        Progress.DONE,
        "the only node is well and no partition moves; 7 records in cart",
    )


@pytest.mark.parametrize("refusal", ["ERROR::unstable cluster", "ERROR:7:cluster not specified size"])
def test_a_closed_gate_is_an_answer(refusal: str) -> None:
    with info_server("BB9000000000001", {**WELL, GATE: refusal}) as server:
        nodes = ask([("127.0.0.1", server.port)], ["cart"], Access(), 1)
    verdict = judge_nodes(nodes, 1)
    assert verdict.progress is Progress.RUNNING
    assert verdict.reason.endswith(f"does not call the cluster stable: {refusal.rpartition(':')[2]}")


def test_a_namespace_that_no_node_has_is_not_well() -> None:
    with info_server("BB9000000000001", {**WELL, "namespace/other": "type=unknown"}) as server:
        nodes = ask([("127.0.0.1", server.port)], ["cart", "other"], Access(), 1)
    assert judge_nodes(nodes, 1).reason == "node BB9000000000001 does not know the namespace other"


@pytest.mark.parametrize("command", list(WELL))
@pytest.mark.parametrize("refusal", ["ERROR:81:role violation", "FAIL:4:role violation"])
def test_a_refused_question_is_not_good_news(command: str, refusal: str) -> None:
    with (
        info_server("BB9000000000001", {**WELL, command: refusal}) as server,
        pytest.raises(UnansweredError, match="a node did not answer: role violation"),
    ):
        ask([("127.0.0.1", server.port)], ["cart"], Access(), 1)


@pytest.mark.parametrize("command", ["namespace/cart", GATE])
def test_a_node_that_falls_silent_is_not_out_of_reach(command: str) -> None:
    with (
        info_server("BB9000000000001", WELL, silent=command) as server,
        pytest.raises(UnansweredError, match="a node did not answer"),
    ):
        ask([("127.0.0.1", server.port)], ["cart"], Access(), 1)


def test_no_answering_seed_is_an_error_in_words() -> None:
    with info_server("BB9000000000001", {}) as server:
        port = server.port
    with pytest.raises(ConnectionError, match="no seed answered"):
        ask([("127.0.0.1", port)], [], Access(), 1)
