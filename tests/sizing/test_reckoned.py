"""Whole sizings against figures reckoned apart from the tool: four kinds of tier, server 6.0 to 8.1.1, all losses."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from aerofleet.files.size_file import SizeFile
from tests.fleet.project import SIZING

CASES: list[dict[str, Any]] = yaml.safe_load((SIZING / "reckoned.yaml").read_text(encoding="utf-8"))
METAL = {
    "memory": "1Ti",
    "cores": 64,
    "network": "100Gbit/s",
    "devices": [{"count": 4, "size": "1.6TB", "act": 30, "dwpd": 3}],
}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_node_needs_what_was_reckoned(case: dict[str, Any]) -> None:
    need = SizeFile.model_validate({**case["size"], "metal": METAL}).to_sizing().date
    (namespace,) = need.namespaces
    assert {name: getattr(namespace, name) for name in case["namespace"]} == case["namespace"]
    assert need.act_load == pytest.approx(case["node"].pop("act_load"), abs=1e-9)
    assert {name: getattr(need, name) for name in case["node"]} == case["node"]
