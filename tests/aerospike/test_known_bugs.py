"""Known bugs of builds: from which build on, until which, and of which configurations."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.aerospike.known_bugs import BUGS, UPGRADE_BUG, bugs_of


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("6.1.0.46", False),
        ("6.1.0.47", True),
        ("6.3.0.35", True),
        ("6.3.0.36", False),
        ("7.1.0.22", True),
        ("7.1.0.23", False),
        ("7.2.0.3", True),
        ("8.1.1.2", True),
        ("8.1.2.0", False),
        ("8.2.0.0", False),
        ("8.1.1", True),
    ],
)
def test_a_bug_is_fixed_line_by_line(version: str, expected: bool) -> None:
    assert UPGRADE_BUG.is_in(version) == expected


TRACKING = {"service": {"cgroup-mem-tracking": True}}
SET_INDEX = {"namespaces": [{"name": "a"}, {"name": "b", "sets": [{"name": "s", "enable-index": True}]}]}
FLASH = {"namespaces": [{"name": "a", "index-type": {"type": "flash"}}]}
TRANSACTIONS = {"security": {}, "namespaces": [{"name": "a", "strong-consistency": True}]}


@pytest.mark.parametrize(
    ("name", "struck", "spared"),
    [
        ("AER-6979", TRACKING, {"service": {"cgroup-mem-tracking": False}}),
        ("AER-6983", SET_INDEX, {"namespaces": [{"name": "a", "sets": [{"name": "s"}]}]}),
        ("AER-6908", FLASH, {"namespaces": [{"name": "a", "index-type": {"type": "shmem"}}]}),
        ("AER-6918", TRANSACTIONS, {"namespaces": [{"name": "a", "strong-consistency": True}]}),
    ],
)
def test_a_bug_concerns_what_it_needs(name: str, struck: Any, spared: Any) -> None:
    assert name in [bug.names for bug in bugs_of("8.1.2.0", struck)]
    assert name not in [bug.names for bug in bugs_of("8.1.2.0", spared)]


def test_the_newest_build_of_8_1_2_has_none_of_them() -> None:
    everything = {**TRACKING, **TRANSACTIONS}
    assert bugs_of("8.1.2.6", everything) == []
    assert len(bugs_of("8.1.2.0", {})) < len(BUGS)
