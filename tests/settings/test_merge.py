"""Laws of the layers: what wins, what stays, and that every value knows the layer it came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.findings import Location
from aerofleet.settings.merge import Layer, Path, merge_layers

KEYS = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.integers(0, 9) | st.sampled_from(["x", "y"]) | st.booleans()
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["one", "two", "three"])}, optional={"value": SCALARS}),
    min_size=1,
    max_size=3,
    unique_by=lambda entry: entry["name"],
)
VALUES = st.recursive(
    SCALARS | st.lists(SCALARS, max_size=3) | NAMED, lambda inner: st.dictionaries(KEYS, inner, max_size=3)
)
DATA = st.dictionaries(KEYS, VALUES | st.none(), max_size=4)


def layer(name: str, data: dict[str, Any]) -> Layer:
    return Layer(name, data, lambda path: Location(name, len(path) + 1, 1))


def laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    return merge_layers([layer("below", below), layer("above", above)]).data


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list) and all(isinstance(entry, dict) for entry in data):
        for index, value in enumerate(data):
            yield from leaves(value, (*path, index))
    else:
        yield path, data


def has_null(data: Any) -> bool:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return any(value is None or has_null(value) for value in inner)


@settings(max_examples=50, deadline=None)
@given(DATA)
def test_a_layer_that_says_nothing_changes_nothing(data: dict[str, Any]) -> None:
    assert laid_over(laid_over({}, data), {}) == laid_over({}, data)


@settings(max_examples=50, deadline=None)
@given(DATA, DATA)
def test_saying_it_twice_is_saying_it_once(below: dict[str, Any], above: dict[str, Any]) -> None:
    once = laid_over(below, above)
    assert laid_over(once, above) == once


@settings(max_examples=50, deadline=None)
@given(DATA, DATA)
def test_what_the_upper_layer_says_is_there(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged = laid_over(below, above)
    for key, value in above.items():
        if value is None:
            assert key not in merged
        elif not isinstance(value, (dict, list)):
            assert merged[key] == value


@settings(max_examples=50, deadline=None)
@given(DATA, DATA)
def test_the_order_below_is_kept_and_what_is_new_is_appended(below: dict[str, Any], above: dict[str, Any]) -> None:
    merged = laid_over(below, above)
    first = [key for key in laid_over({}, below) if key in merged]
    assert [key for key in merged if key in first] == first


@settings(max_examples=50, deadline=None)
@given(DATA, DATA, DATA)
def test_every_value_is_the_one_that_its_origin_wrote(
    lowest: dict[str, Any], middle: dict[str, Any], highest: dict[str, Any]
) -> None:
    written = {"lowest": lowest, "middle": middle, "highest": highest}
    merged = merge_layers([layer(name, data) for name, data in written.items()])
    for path, value in leaves(merged.data):
        origin = merged.origin(path)
        if origin is None:
            continue  # a mapping that only lost what was in it
        there: Any = written[origin.layer.name]
        for key in origin.path:
            there = there[key]
        assert there == origin.value
        if merged.origins.get(path) is origin and not isinstance(value, dict):
            assert origin.value == value


@pytest.mark.parametrize(
    ("below", "above", "merged"),
    [
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}),
        (
            {"a": [{"name": "x", "v": 1}, {"name": "y", "v": 1}]},
            {"a": [{"name": "y", "v": 2}, {"name": "z"}]},
            {"a": [{"name": "x", "v": 1}, {"name": "y", "v": 2}, {"name": "z"}]},
        ),
        ({"a": [{"name": "x"}]}, {"a": []}, {"a": []}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": 1}, {"a": {}}, {"a": {}}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": 1}, {"a": 1}),
    ],
)
def test_what_becomes_of_two_layers(below: Any, above: Any, merged: Any) -> None:
    assert laid_over(below, above) == merged
