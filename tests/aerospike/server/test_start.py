"""What a server refuses at its start: the project's own cases, for every rule."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from aerofleet.aerospike.server import START_RULES, start_findings

CASES = Path(__file__).parents[2] / "cases/server/start.yaml"


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(CASES.read_text())
    return found


def merged(base: Any, over: Any) -> Any:
    """``over`` laid over ``base``, maps key by key; a null takes the key away."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    both = {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}
    return {key: value for key, value in both.items() if value is not None}


def found_in(case: dict[str, Any]) -> dict[str, list[str]]:
    config = merged(document()["base"], case.get("config", {}))
    found = defaultdict(list)
    for finding in start_findings(case.get("version", "8.1.1.1"), config):
        found[finding.rule].append(finding.path)
    return dict(found)


@pytest.mark.parametrize("case", document()["cases"], ids=lambda case: case["about"])
def test_the_server_refuses_what_it_refuses(case: dict[str, Any]) -> None:
    assert found_in(case) == case.get("findings", {})


def with_sets(count: int) -> dict[str, Any]:
    """A configuration for 6.0 whose namespace has ``count`` sets with settings."""
    sets = [{"name": f"set{number}", "disable-eviction": True} for number in range(count)]
    namespace = {"name": "basket", "memory-size": 4 << 30, "storage-engine": {"type": "memory"}, "sets": sets}
    found: dict[str, Any] = merged(document()["base"], {"namespaces": [namespace]})
    return found


def test_sets_with_settings_are_counted() -> None:
    assert not start_findings("6.0.0.9", with_sets(1023))
    found = start_findings("6.0.0.9", with_sets(1024))
    assert [(finding.rule, finding.path) for finding in found] == [("set-count", "namespaces[0].sets[1023]")]


def test_every_rule_has_a_case() -> None:
    covered = {"set-count"} | {rule for case in document()["cases"] for rule in case.get("findings", {})}
    assert {rule.id for rule in START_RULES} <= covered


def test_a_rule_has_an_id_of_its_own() -> None:
    ids = [rule.id for rule in START_RULES]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "config",
    [
        {"service": {7: 1}},
        {7: {"a": 1}},
        {"network": {"#": {"a": 1}, "tls": [{"name": "#"}, 1, None]}},
        {"#": [{"name": "a"}]},
        {"namespaces": [{"name": "basket", "storage-engine": {"type": "#"}, "sets": [{"name": ["a"]}]}]},
        {"namespaces": [[1]], "logging": {"a": {"b": {"c": None}}}},
    ],
)
def test_junk_is_refused_and_never_fails(config: dict[Any, Any]) -> None:
    assert start_findings("8.1.1.1", config)


@pytest.mark.parametrize("version", ["", "8", "latest", "8.x.1"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="is no server version"):
        start_findings(version, {})
