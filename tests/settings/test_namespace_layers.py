"""Namespaces begin with `namespaceDefaults`, and every value in one knows its line: in the defaults, or of its own."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.load import read_text
from aerofleet.settings.layers import merged_settings
from aerofleet.settings.merge import Layer, Merged, Path

OWN = Layer("name of the cluster", {"namespaces": [{"name": "cart"}]}, lambda path: read_text("", "own").locate(()))


def merged(*texts: str) -> Merged:
    layers = []
    for number, text in enumerate(texts):
        document = read_text(text, f"layer-{number}.yaml")
        layers.append(Layer(f"layer {number}", document.data or {}, document.locate))
    return merged_settings(layers, OWN)


def namespaces(*texts: str) -> Any:
    return merged(*texts).data["namespaces"]


DEFAULTS = "namespaceDefaults: {storage: memory, sets: [{name: a, size: 1}], config: {x: 1, z: 2}}"


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        ([DEFAULTS], [{"storage": "memory", "sets": [{"name": "a", "size": 1}], "config": {"x": 1, "z": 2}}]),
        ([DEFAULTS, "namespaceDefaults: {sets: null, config: null}"], [{"storage": "memory"}]),
        ([DEFAULTS, "namespaces: [{name: cart, sets: null, config: null}]"], [{"storage": "memory"}]),
        (
            [DEFAULTS, "namespaces: [{name: cart, config: {x: null}, sets: []}]"],
            [{"storage": "memory", "sets": [], "config": {"z": 2}}],
        ),
        (
            [DEFAULTS, "namespaces: [{name: cart, sets: [{name: b}, {name: a, size: 2}], config: null}]"],
            [{"storage": "memory", "sets": [{"name": "a", "size": 2}, {"name": "b"}]}],
        ),
        (
            ["namespaces: [{name: cart, x: 1}]", "namespaceDefaults: {x: 2, z: 2}"],
            [{"x": 1, "z": 2}],
        ),
        (["namespaces: []", "namespaces: [{name: cart}]", "namespaceDefaults: {x: 1}"], [{"x": 1}]),
        (["namespaces: [{name: other, x: 3}]", "namespaces: null", "namespaceDefaults: {x: 1}"], [{"x": 1}]),
    ],
)
def test_what_becomes_of_a_namespace(texts: list[str], result: Any) -> None:
    found = namespaces(*texts)
    assert [{key: value for key, value in namespace.items() if key != "name"} for namespace in found] == result
    assert [namespace["name"] for namespace in found] == ["cart"]


def test_a_null_is_not_shown_as_the_source_of_what_lies_below() -> None:
    null = "namespaces: [{name: cart, ttl: null}]"
    result = merged("namespaceDefaults: {ttl: 5}", null, "namespaceDefaults: {ttl: 6}")
    assert "ttl" not in result.data["namespaces"][0]
    origin = result.origins["namespaces", 0, "ttl"]
    assert (origin.value, origin.layer.name) == (None, "layer 1")
    assert [below.value for below in origin.overrode] == [5, 6]


def test_a_mapping_that_is_taken_away_is_told_by_what_took_it() -> None:
    result = merged("exporter: {image: a, cpu: 1}", "exporter: null")
    origin = result.origins["exporter",]
    assert (origin.value, origin.layer.name) == (None, "layer 1")
    assert [below.value for below in origin.overrode] == [{"image": "a", "cpu": 1}]


def test_what_comes_back_has_no_trace_of_being_gone() -> None:
    result = merged("exporter: {image: a}", "exporter: null", "exporter: {image: b}")
    assert ("exporter",) not in result.origins
    assert result.origins["exporter", "image"].layer.name == "layer 2"


NAMES = ("one", "two", "three")


def drawn(chance: random.Random, marks: Iterator[str]) -> dict[str, Any]:
    """A layer whose every scalar is written nowhere else."""

    def settings_of(depth: int) -> dict[str, Any]:
        return {key: value(depth) for key in chance.sample("abcd", chance.randint(0, 4))}

    def value(depth: int) -> Any:
        kind = chance.random()
        if kind < 0.2:
            return None
        if kind < 0.6 or depth == 0:
            return next(marks)
        if kind < 0.8:
            return settings_of(depth - 1)
        return [{"name": name, **settings_of(depth - 1)} for name in chance.sample(NAMES, chance.randint(1, 3))]

    data: dict[str, Any] = settings_of(2)
    if chance.random() < 0.6:
        data["namespaceDefaults"] = settings_of(2)
    if chance.random() < 0.6:
        names = chance.sample(NAMES, chance.randint(0, 3))
        data["namespaces"] = [{"name": name, **settings_of(2)} for name in names]
    return data


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield from leaves(value, (*path, key))
    if isinstance(data, str) and path[-1] != "name":
        yield path, data


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_every_value_is_written_in_the_line_that_is_named(seed: int) -> None:
    chance = random.Random(seed)
    marks = (f"value-{number}." for number in range(10_000))
    texts = [yaml.safe_dump(drawn(chance, marks), sort_keys=False) for _ in range(3)]
    result = merged(*texts)
    for path, value in leaves({key: section for key, section in result.data.items() if key != "namespaceDefaults"}):
        origin = result.origins[path]
        lines = texts[int(origin.layer.name.split()[1])].splitlines()
        assert value in lines[origin.location.line - 1], (path, texts)
        for below in origin.overrode:
            lines = texts[int(below.layer.name.split()[1])].splitlines()
            line = lines[below.location.line - 1].strip()
            ending = below.value if isinstance(below.value, str) else ("null", ":", "[]", "{}")
            assert line.endswith(ending), (path, texts)
