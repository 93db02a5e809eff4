"""Is a cluster rolled out? Case files: a finished roll-out with one thing changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.live.rollout import Progress, Rollout, judge, same, with_failures

CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/rollout/cases.yaml").read_text())


def merge(base: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["about"])
def test_rollout(case: dict[str, Any]) -> None:
    desired = merge(CASES["base"]["desired"], case.get("desired", {}))
    live = merge(CASES["base"]["live"], case.get("live", {})) if case.get("live", {}) is not None else None
    verdict = judge(desired, live)
    assert verdict.progress.value == case["progress"], verdict.reason
    assert case.get("reason", "") in verdict.reason


def test_a_number_is_not_a_truth_value() -> None:
    assert not same(1, True)
    assert same(0, None) is False
    assert same(False, None)
    assert same(None, {"metadata": {}})


def test_a_cluster_with_a_failed_pod_is_not_done() -> None:
    done, wrong = Rollout(Progress.DONE, "2 pods run"), Rollout(Progress.WRONG, "paused")
    failures = {"cart-2-0": "ImagePullBackOff", "cart-1-0": "Unschedulable"}
    assert with_failures(done, failures) == Rollout(
        Progress.STUCK, "failed: cart-1-0 (Unschedulable), cart-2-0 (ImagePullBackOff); 2 pods run"
    )
    assert with_failures(done, {}) == done
    assert with_failures(wrong, failures) == wrong
