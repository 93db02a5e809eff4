"""The live copies at each step, on cases that a reader can follow by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.forecast.model import ForecastStep
from tests.forecast.test_steps import forecast

Json = dict[str, Any]
FILE = Path(__file__).parents[1] / "cases" / "forecast" / "copies.yaml"


def cases() -> list[Any]:
    return [pytest.param(case, id=case["why"]) for case in yaml.safe_load(FILE.read_text())]


def lines(steps: tuple[ForecastStep, ...]) -> Iterator[str]:
    """Yield each step as ``restart 1: orders 1, host 0, rack 0``, with ``unserved`` where partitions are."""
    for step in steps:
        for found in step.copies:
            head = f"{step.kind} {step.rack}".rstrip()
            line = (
                f"{head}: {found.namespace} {found.copies}, host {found.after_host_loss}, rack {found.after_rack_loss}"
            )
            yield line + (f", unserved {found.unavailable}" if found.unavailable else "")


@pytest.mark.parametrize("case", cases())
def test_copies(case: Json) -> None:
    found = forecast(case)
    assert list(lines(found.steps)) == case["copies"]
    for text in case.get("unknown", []):
        assert any(text in unknown for unknown in found.unknown), found.unknown
    if "lowest" in case:
        assert found.lowest_step is not None
        assert found.steps.index(found.lowest_step) + 1 == case["lowest"]
