"""A hazard that a policy reports at least as severely is shown once; a more severe one stays."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.findings import Finding, Severity, Subject
from aerofleet.policy.of_copies import COPIES_TOO_FEW
from aerofleet.policy.restated import RAISED, without_restated

SUBJECT = Subject("cluster", "shop/cart")
PATH = "namespaces[0].replicationFactor"


def finding(rule: str, severity: Severity, path: str = PATH, subject: Subject = SUBJECT) -> Finding:
    return Finding(rule, severity, path, "one copy", subject=subject)


@pytest.mark.parametrize(
    ("policy", "stays"),
    [
        ({"severity": "error"}, False),
        ({"severity": "severe"}, False),
        ({"severity": "warning"}, True),
        ({"severity": "error", "path": "namespaces[1].replicationFactor"}, True),
        ({"severity": "error", "subject": Subject("cluster", "shop/other")}, True),
        ({"severity": "error", "rule": "racks-uneven"}, True),
    ],
)
def test_a_hazard_is_left_out_where_a_policy_reports_the_same(policy: dict[str, Any], stays: bool) -> None:
    assert RAISED[COPIES_TOO_FEW.id] == {"one-copy"}
    hazard = finding("one-copy", "severe")
    reported = finding(**{"rule": COPIES_TOO_FEW.id, **policy})
    assert without_restated((hazard,), SUBJECT, [reported]) == ((hazard,) if stays else ())
