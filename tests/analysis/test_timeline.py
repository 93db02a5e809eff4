"""The picture of a roll-out: an SVG that is equal in every run, and shows the names of others as text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random
from xml.etree import ElementTree as Xml

import pytest
import yaml

from aerofleet.analysis.formats.timeline import MOST_CLUSTERS, timeline_of
from aerofleet.findings.stop import MistakeError
from tests.ako.specimen import cluster
from tests.forecast.made import forecast
from tests.review.test_comment import nasty_text

STEPS = [
    {"kind": "restart", "pods": ["c-1-0"], "out": ["c-1-0"], "copies": [["cart", 1, 0, 0]], "seconds": [60, 600]},
    {"kind": "grow", "pods": ["c-2-1"], "copies": [["cart", 2, 1, 1]], "seconds": [60, 900]},
]  # fmt: skip


def texts(svg: str) -> list[str]:
    root = Xml.fromstring(svg)  # noqa: S314 - made here
    return [text for one in root.iter() if one.tag.endswith(("}text", "}tspan")) and (text := one.text)]


def test_a_picture_has_pods_steps_and_units() -> None:
    shown = texts(timeline_of([("shop/cart", forecast({"steps": STEPS})), ("shop/none", None)]))
    assert {"shop/cart", "c-1-0", "c-2-1", "step", "1", "2", "copies", "is rebuilt", "if one more host is lost"} <= {
        *shown
    }
    assert any(text.startswith("2 pods in 2 steps, never below 1 copy, 2 to 25 min") for text in shown)
    assert any(text.startswith("minutes, if each step takes its longest") for text in shown)


def test_unknown_times_are_named() -> None:
    steps = [{**step, "seconds": None, "copies": []} for step in STEPS]
    shown = texts(timeline_of([("shop/cart", forecast({"steps": steps}))]))
    assert any(text.startswith("steps: how long they take is not known") for text in shown)
    assert "copies" not in shown


def test_texts_of_others_are_texts() -> None:
    random = Random(1)
    for _ in range(3):
        name = f"\0\x1b[31m{nasty_text(random, 40)}"
        svg = timeline_of([(name, forecast({"steps": [{**STEPS[0], "pods": [name], "out": [name]}]}))])
        assert {one.tag.rpartition("}")[2] for one in Xml.fromstring(svg).iter()} <= {  # noqa: S314 - made here
            "svg", "g", "path", "text", "tspan", "line", "rect", "defs", "clipPath", "title",
        }  # fmt: skip


def test_what_has_no_room_is_counted() -> None:
    many = [(f"shop/{number}", forecast({"steps": STEPS})) for number in range(MOST_CLUSTERS + 3)]
    assert "and 3 more, for which there is no room" in texts(timeline_of(many))
    assert texts(timeline_of([])) == ["No cluster has a step."]


def test_the_picture_is_equal_in_every_run(tmp_path: Path) -> None:
    files = []
    for size in (3, 5):
        path = tmp_path / f"{size}.yaml"
        path.write_text(yaml.safe_dump(cluster("memory", {"spec.size": size})))
        files.append(str(path))
    program = "import sys; from aerofleet.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "diff", *files, "--format", "svg"]
    first, second = (subprocess.run(command, capture_output=True, check=True).stdout for _ in range(2))
    assert first == second and first.startswith(b"<svg")


def test_without_the_extra_the_message_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MistakeError, match=r"there is no package vl_convert: `pip install 'aerofleet\[timeline\]'`"):
        timeline_of([("shop/cart", forecast({"steps": STEPS}))])
