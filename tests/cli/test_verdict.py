"""`aerofleet verdict` as a machine uses it: a process, lines in, lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.ako.specimen import cluster


def asked(*lines: str) -> tuple[int, list[dict[str, Any]]]:
    command = [str(Path(sys.executable).with_name("aerofleet")), "verdict"]
    done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_every_form_is_answered_in_order() -> None:
    old, new = cluster("device"), cluster("device", {"spec.size": 5})
    configs = [
        resource["spec"]["aerospikeConfig"]
        for resource in (old, cluster("device", {"spec.aerospikeConfig.service.user": "asd"}))
    ]
    code, answers = asked(
        json.dumps({"verb": "create", "spec": new}),
        json.dumps({"verb": "update", "old": old, "new": new}),
        json.dumps({"verb": "effect", "version": "8.1.1", "old": configs[0], "new": configs[1]}),
        json.dumps({"verb": "restart", "old": old, "new": new}),
    )
    create, update, effect, restart = answers
    assert code == 0
    assert (create["allowed"], create["stage"], create["rule"], create["findings"]) == (True, "validate", "", [])
    assert (update["allowed"], update["effect"]) == (True, "moves-data")
    assert (effect["changed"], effect["static"], effect["dynamic"], effect["restart"]) == (
        ["service.user"],
        ["service.user"],
        False,
        "quickRestart",
    )
    assert restart["restart"]["orders-0-4"] == "new"
    assert restart["kinds"] == ["new", "noRestart"]
    assert {reason["path"] for reason in restart["reasons"]} == {"spec.size"}


def test_a_bad_line_is_named_and_the_others_are_answered() -> None:
    good = json.dumps({"verb": "create", "spec": cluster("device")})
    code, answers = asked(
        "{", good, '{"verb": "sing"}', "", '{"verb": "create"}', '{"verb": "create", "spec": {"x": NaN}}', good
    )
    assert code == 1
    assert [found.get("error", "")[:6] for found in answers] == ["line 1", "", "line 3", "line 5", "line 6", ""]


def test_no_line_stops_the_others() -> None:
    """Half a character pair, and more depth than is read."""
    good = json.dumps({"verb": "create", "spec": cluster("device")})
    half = '{"verb": "create", "spec": {"metadata": {"name": "\\ud800"}}}'
    code, answers = asked(half, '{"verb": "create", "spec": ' + "[" * 100_000, good)
    assert code == 1
    assert answers[0]["allowed"] is False
    assert answers[1] == {"error": "line 2: nested too deeply"}
    assert answers[2]["allowed"] is True


def test_the_verb_loads_nothing_heavy() -> None:
    program = "import sys, aerofleet.cli.verdict; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"pydantic", "typer", "rich", "yaml", "pulumi", "jinja2"} & set(loaded)
