"""Records that a start loses: the project's own cases."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.aerospike.server.loss import Setup, losses, unreadable

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parents[2] / "cases/server/loss.yaml").read_text())


def setup(case: dict[str, Any], side: str, version: str) -> Setup:
    """Return the storage of a case: a list of devices means a device engine."""
    engines = {
        name: {"type": "device", "devices": it} if isinstance(it, list) else it for name, it in case[side].items()
    }
    return Setup(version, {"namespaces": [{"name": name, "storage-engine": it} for name, it in engines.items()]})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["about"])
def test_a_start_loses_what_it_does_not_read(case: dict[str, Any]) -> None:
    old = setup(case, "old", case.get("from", "8.1.1.1"))
    new = setup(case, "new", case.get("to", "8.1.1.1"))
    lost = defaultdict(list)
    for loss in losses(old, new, is_cold=case.get("cold", True)):
        lost[loss.kind] += [place for place in loss.places if not place.startswith("/shadow")]
    assert dict(lost) == case.get("loses", {})
    assert [found.rule for found in unreadable(old, new)] == case.get("unreadable", [])


def test_a_volume_keeps_its_records_under_another_path() -> None:
    engine = {"type": "device", "devices": ["/dev/new"]}
    old = Setup("8.1.1.1", {"namespaces": [{"name": "basket", "storage-engine": {**engine, "devices": ["/dev/old"]}}]})
    new = Setup("8.1.1.1", {"namespaces": [{"name": "basket", "storage-engine": engine}]})
    assert losses(old, new)
    assert not losses(
        Setup(old.version, old.config, lambda path: "volume data"),
        Setup(new.version, new.config, lambda path: "volume data"),
    )
