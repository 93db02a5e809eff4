"""Print how many questions a second `aerofleet verdict` answers on one core, reading and writing included.

The operator's own Go code answered about 110 creates, 40 updates and 18 effects a second on a machine with two cores.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

from aerofleet.cli.verdict import answers
from tests.ako.specimen import cases, cluster

MEASURED_SECONDS = 3.0
OPERATOR_ANSWERS_PER_SECOND = {"create": 110, "update": 40, "effect": 18}
Question = dict[str, Any]


def creates() -> Iterator[Question]:
    """Yield a `create` for both clusters of each admission case."""
    for case in cases("create"):
        for edit in (case["passes"], case["fails"]):
            yield {"verb": "create", "spec": cluster(case["base"], edit)}


def updates() -> Iterator[Question]:
    """Yield an `update` for each change of the admission cases and of the effect cases."""
    for case in (*cases("update"), *({**pair, "passes": pair["to"], "fails": pair["to"]} for pair in cases("effects"))):
        was = case.get("was", {})
        for edit in (case["passes"], case["fails"]):
            yield {"verb": "update", "old": cluster(case["base"], was), "new": cluster(case["base"], was, edit)}


def effects() -> Iterator[Question]:
    """Yield an `effect` for the configuration change of each effect case."""
    for pair in cases("effects"):
        was = pair.get("was", {})
        old, new = cluster(pair["base"], was), cluster(pair["base"], was, pair["to"])
        old_config, new_config = (resource["spec"]["aerospikeConfig"] for resource in (old, new))
        yield {"verb": "effect", "version": "8.1.1", "old": old_config, "new": new_config}


def answers_per_second(questions: list[bytes]) -> float:
    """Return the answers per second of CPU time, measured after one round that fills the caches."""
    list(answers(questions))
    count, begin = 0, time.process_time()
    while time.process_time() - begin < MEASURED_SECONDS:
        count += sum(1 for _ in answers(questions))
    return count / (time.process_time() - begin)


def run() -> None:
    for verb, make_questions in (("create", creates), ("update", updates), ("effect", effects)):
        rate = answers_per_second([json.dumps(question).encode() for question in make_questions()])
        ratio = rate / OPERATOR_ANSWERS_PER_SECOND[verb]
        print(f"verdict {verb}: {rate:,.0f} a second, {ratio:.0f} times the operator's own code")


if __name__ == "__main__":
    run()
