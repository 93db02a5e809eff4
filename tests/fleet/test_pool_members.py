"""Which hosts a pool has, whatever it selects them by."""

from __future__ import annotations

from typing import Any

import pytest

from aerofleet.files.metal import HostEntry, PoolEntry
from aerofleet.fleet.pool_members import pool_members, pool_models

HOSTS = {
    name: HostEntry.model_validate({"model": model, "rack": rack, "address": address, "labels": labels})
    for name, model, rack, address, labels in (
        ("one", "flat", "a", "192.0.2.1", {}),
        ("two", "flat", "b", "192.0.2.2", {"kind": "sale"}),
        ("three", "dense", "a", "192.0.2.3", {"kind": "sale", "age": "new"}),
        ("four", "dense", "b", "192.0.2.4", {}),
    )
}


def pools(**selectors: dict[str, Any]) -> dict[str, PoolEntry]:
    return {name: PoolEntry.model_validate(selector) for name, selector in selectors.items()}


@pytest.mark.parametrize(
    ("selector", "members"),
    [
        ({}, ()),
        ({"models": ["flat"]}, ("one", "two")),
        ({"models": ["flat", "dense"]}, ("one", "two", "three", "four")),
        ({"racks": ["a"]}, ("one", "three")),
        ({"models": ["dense"], "racks": ["a"]}, ("three",)),
        ({"hostLabels": {"kind": "sale"}}, ("two", "three")),
        ({"hostLabels": {"kind": "sale", "age": "new"}}, ("three",)),
        ({"hostLabels": {"kind": "sale"}, "models": ["flat"]}, ("two",)),
        ({"hostLabels": {"kind": "sale"}, "hosts": ["four"]}, ("two", "three", "four")),
        ({"hosts": ["four"]}, ("four",)),
    ],
)
def test_a_pool_has_the_hosts_that_match_its_selectors(selector: dict[str, Any], members: tuple[str, ...]) -> None:
    assert pool_members(pools(only=selector), HOSTS) == {"only": members}


NARROWER: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    ({"racks": ["a"]}, ("one", "three")),
    ({"hostLabels": {"kind": "sale"}}, ("two", "three")),
    ({"hosts": ["four"]}, ("four",)),
]


@pytest.mark.parametrize(("selector", "members"), NARROWER)
def test_one_line_takes_a_pool_out_of_the_hosts_of_a_model(selector: dict[str, Any], members: tuple[str, ...]) -> None:
    found = pool_members(pools(all={"models": ["flat", "dense"]}, dedicated=selector), HOSTS)
    assert found["dedicated"] == members
    assert found["all"] == tuple(name for name in HOSTS if name not in members)


def test_two_pools_that_select_a_host_equally_narrowly_both_have_it() -> None:
    assert pool_members(pools(one={"racks": ["a"]}, two={"racks": ["a", "b"]}), HOSTS) == {
        "one": ("one", "three"),
        "two": ("one", "two", "three", "four"),
    }


def test_the_models_of_a_pool_are_those_it_names() -> None:
    named = pools(named={"models": ["flat"], "racks": ["z"]}, racks={"racks": ["a"]}, single={"hosts": ["four"]})
    assert pool_models(named["named"], HOSTS) == {"flat"}, "though no host of it is in that rack today"
    assert pool_models(named["racks"], HOSTS) == {"flat", "dense"}
    assert pool_models(named["single"], HOSTS) == {"dense"}
