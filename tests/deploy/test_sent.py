"""What the engine's sending makes of an object on the API server."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from aerofleet.deploy.merged import sent
from tests.fleet.project import CASES

SENT: list[dict[str, Any]] = yaml.safe_load((CASES / "deploy" / "sent.yaml").read_text())


@pytest.mark.parametrize("case", SENT, ids=lambda case: case["about"])
def test_an_object_becomes(case: dict[str, Any]) -> None:
    assert sent(case["live"], case.get("applied"), case["planned"]) == case["result"]
