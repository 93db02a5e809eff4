"""What nodes say of themselves, judged."""

from __future__ import annotations

import pytest

from aerofleet.stack.database_health import Access, UnansweredError, ask, judge_nodes, parse_info
from aerofleet.stack.rollout import Progress
from tests.stack.info_server import info_server


def cluster(**changes: dict[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """Two healthy nodes; ``a`` and ``b`` change their node statistics, ``cart_a`` those of the namespace on node a."""
    node = {"cluster_key": "F00D", "cluster_size": "2", "migrate_partitions_remaining": "0"}
    namespace = {"unavailable_partitions": "0", "dead_partitions": "0", "migrate_tx_partitions_remaining": "0"}
    return {
        name: {"": {**node, **changes.get(name, {})}, "cart": {**namespace, **changes.get(f"cart_{name}", {})}}
        for name in ("a", "b")
    }


@pytest.mark.parametrize(
    ("changes", "size", "progress", "words"),
    [
        ({}, 2, Progress.DONE, "2 nodes agree"),
        ({}, 3, Progress.RUNNING, "2 of 3 nodes answer"),
        ({"b": {"cluster_key": "BEEF"}}, 2, Progress.RUNNING, "do not agree on cluster_key"),
        ({"a": {"cluster_size": "1"}}, 2, Progress.RUNNING, "do not agree on cluster_size"),
        ({"a": {"cluster_size": "3"}, "b": {"cluster_size": "3"}}, 2, Progress.RUNNING, "another size than 2"),
        ({"b": {"migrate_partitions_remaining": "17"}}, 2, Progress.RUNNING, "17 partitions still migrate"),
        ({"cart_a": {"migrate_tx_partitions_remaining": "3"}}, 2, Progress.RUNNING, "3 partitions still migrate"),
        (
            {"b": {"migrate_partitions_remaining": ""}},
            2,
            Progress.RUNNING,
            "b does not tell how many partitions migrate",
        ),
        ({"cart_b": {"dead_partitions": "5"}}, 2, Progress.STUCK, "5 partitions of cart are dead"),
        ({"cart_b": {"unavailable_partitions": "9"}}, 2, Progress.STUCK, "9 partitions of cart are unavailable"),
    ],
)
def test_nodes(changes: dict[str, dict[str, str]], size: int, progress: Progress, words: str) -> None:
    verdict = judge_nodes(cluster(**changes), size)
    assert verdict.progress is progress
    assert words in verdict.reason


def test_info_answers_become_pairs() -> None:
    assert parse_info("a=1;b=x=y;c=\n") == {"a": "1", "b": "x=y", "c": ""}


def test_the_client_library_asks_the_node_and_each_namespace() -> None:
    answers = {"statistics": "cluster_size=1;cluster_key=F00D", "namespace/cart": "dead_partitions=2"}
    with info_server("BB9000000000001", answers) as server:
        nodes = ask([("127.0.0.1", server.port)], ["cart"], Access())
    assert nodes == {
        "BB9000000000001": {"": {"cluster_size": "1", "cluster_key": "F00D"}, "cart": {"dead_partitions": "2"}}
    }
    assert judge_nodes(nodes, 1).progress is Progress.STUCK


@pytest.mark.parametrize("command", ["statistics", "namespace/cart"])
@pytest.mark.parametrize("refusal", ["ERROR:81:role violation", "FAIL:4:role violation"])
def test_a_refused_question_is_not_good_news(command: str, refusal: str) -> None:
    answers = {"statistics": "cluster_size=1;cluster_key=F00D;migrate_partitions_remaining=0"}
    with (
        info_server("BB9000000000001", {**answers, "namespace/cart": "dead_partitions=0", command: refusal}) as server,
        pytest.raises(UnansweredError, match="a node did not answer: role violation"),
    ):
        ask([("127.0.0.1", server.port)], ["cart"], Access())


def test_a_node_that_falls_silent_is_not_out_of_reach() -> None:
    answers = {"statistics": "cluster_size=1;cluster_key=F00D;migrate_partitions_remaining=0"}
    with (
        info_server("BB9000000000001", answers, silent="namespace/cart") as server,
        pytest.raises(UnansweredError, match="a node did not answer"),
    ):
        ask([("127.0.0.1", server.port)], ["cart"], Access())


def test_no_answering_seed_is_an_error_in_words() -> None:
    with info_server("BB9000000000001", {}) as server:
        port = server.port
    with pytest.raises(ConnectionError, match="no seed answered"):
        ask([("127.0.0.1", port)], [], Access())
