"""Questions to `aerofleet verdict` a second of one core, reading and writing included.

The operator's own Go code answered about 110 creates, 40 updates and 18 effects a second on one machine of two cores.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from aerofleet.cli.verdict import answers
from tests.ako.specimen import cases, cluster

SECONDS = 3.0
OPERATORS = {"create": 110, "update": 40, "effect": 18}
Question = dict[str, Any]


def creates() -> Iterator[Question]:
    for case in cases("create"):
        for edit in (case["passes"], case["fails"]):
            yield {"verb": "create", "spec": cluster(case["base"], edit)}


def updates() -> Iterator[Question]:
    for case in (*cases("update"), *({**pair, "passes": pair["to"], "fails": pair["to"]} for pair in cases("effects"))):
        was = case.get("was", {})
        for edit in (case["passes"], case["fails"]):
            yield {"verb": "update", "old": cluster(case["base"], was), "new": cluster(case["base"], was, edit)}


def effects() -> Iterator[Question]:
    for pair in cases("effects"):
        was = pair.get("was", {})
        old, new = cluster(pair["base"], was), cluster(pair["base"], was, pair["to"])
        configs = [each["spec"]["aerospikeConfig"] for each in (old, new)]
        yield {"verb": "effect", "version": "8.1.1", "old": configs[0], "new": configs[1]}


def rate(questions: list[bytes]) -> float:
    """Answers a second, after one round that fills the caches."""
    list(answers(questions))
    count, begin = 0, time.process_time()
    while time.process_time() - begin < SECONDS:
        count += sum(1 for _ in answers(questions))
    return count / (time.process_time() - begin)


def run() -> None:
    for name, made in (("create", creates), ("update", updates), ("effect", effects)):
        questions = [json.dumps(question).encode() for question in made()]
        found = rate(questions)
        print(f"verdict {name}: {found:,.0f} a second, {found / OPERATORS[name]:.0f} times the operator's own code")


if __name__ == "__main__":
    run()
