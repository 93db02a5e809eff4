"""Laws of overlays: what they write, what they leave alone, and that every change has the line that wrote it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.findings import Location
from aerofleet.fleet.resolve import resolve_cell
from aerofleet.manifests import render_cell
from aerofleet.manifests.overlay import ABSENT, overlaid
from aerofleet.settings.merge import Layer, merge_layers
from aerofleet.settings.overlay import Overlay, in_effect, named_leaves, without_field
from tests.fleet.project import CASES, SHOP, change, copy_of
from tests.manifests.golden import Plain
from tests.manifests.test_golden import differences

GOLDEN = CASES / "overlays" / "golden"
SCALARS = st.integers(0, 9) | st.sampled_from(["x", "y"]) | st.booleans()
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from(["one", "two", "three"])}, optional={"value": SCALARS}),
    min_size=1,
    max_size=3,
    unique_by=lambda entry: entry["name"],
)
INNER = {"scalar": SCALARS, "plain": st.lists(SCALARS, max_size=3), "entries": NAMED}
SPECS = st.fixed_dictionaries({}, optional={**INNER, "section": st.fixed_dictionaries({}, optional=INNER)})
"""Specs whose fields keep their kind, as those of the operator's definition do."""
LAWS = settings(max_examples=100, deadline=None)


def overlay(spec: dict[str, Any], name: str = "tier plain@1", dropped: tuple[str, ...] = ()) -> Overlay:
    def locate(path: tuple[str | int, ...]) -> Location:
        return Location(name, 1, 1 + len(path))

    return Overlay(Layer(name, {"spec": spec}, locate), "@example/databases", "test", spec, dropped)


def after(built: dict[str, Any], *specs: dict[str, Any]) -> dict[str, Any]:
    return overlaid(built, [overlay(spec, f"layer {number}") for number, spec in enumerate(specs)]).spec


@given(SPECS)
@LAWS
def test_without_an_overlay_the_spec_stays_the_same_object(built: dict[str, Any]) -> None:
    assert overlaid(built, ()).spec is built


@given(SPECS, SPECS)
@LAWS
def test_the_same_overlay_twice_is_the_overlay_once(built: dict[str, Any], spec: dict[str, Any]) -> None:
    assert after(built, spec, spec) == after(built, spec)


@given(SPECS, SPECS, SPECS)
@LAWS
def test_overlays_can_be_merged_with_one_another_first(
    built: dict[str, Any], lower: dict[str, Any], upper: dict[str, Any]
) -> None:
    together = merge_layers([overlay(lower).spec_layer, overlay(upper).spec_layer]).data
    assert after(built, lower, upper) == after(built, together)


@given(SPECS, SPECS)
@LAWS
def test_built_keys_and_entries_keep_their_order_and_new_ones_follow(
    built: dict[str, Any], spec: dict[str, Any]
) -> None:
    merged = after(built, spec)
    assert list(merged)[: len(built)] == list(built)
    names = [[entry["name"] for entry in where.get("entries", ())] for where in (built, merged)]
    assert names[1][: len(names[0])] == names[0]


@given(SPECS, SPECS)
@LAWS
def test_every_leaf_of_the_overlay_is_in_the_spec_and_no_other_one_changes(
    built: dict[str, Any], spec: dict[str, Any]
) -> None:
    result = overlaid(built, [overlay(spec)])
    wanted = {name: value for name, _, value in named_leaves(spec) if value != {}}
    merged = {name: value for name, _, value in named_leaves(result.spec)}
    assert {name: merged[name] for name in wanted} == wanted
    assert {difference.name for difference in result.differences()} <= {name for name, _, _ in named_leaves(spec)}


@given(SPECS, SPECS)
@LAWS
def test_every_difference_has_the_line_that_wrote_it(built: dict[str, Any], spec: dict[str, Any]) -> None:
    result = overlaid(built, [overlay(spec)])
    assert all(result.location(difference.path) for difference in result.differences())


@given(SPECS, SPECS)
@LAWS
def test_null_removes_a_field_whatever_is_below(built: dict[str, Any], spec: dict[str, Any]) -> None:
    nulls = dict.fromkeys(spec)
    merged = after(built, spec, nulls)
    assert merged == {key: value for key, value in built.items() if key not in nulls}
    removed = {difference.name[0] for difference in overlaid(built, [overlay(nulls)]).differences()}
    assert removed == {key for key in nulls if key in built and built[key] != {}}


@given(SPECS, SPECS)
@LAWS
def test_a_dropped_field_leaves_the_built_value(built: dict[str, Any], spec: dict[str, Any]) -> None:
    for key in spec:
        kept = in_effect([overlay(spec), overlay({}, "cell", (key,))])
        assert overlaid(built, kept).spec == after(built, {name: spec[name] for name in spec if name != key})


def test_a_dropped_entry_of_a_list_leaves_the_lines_of_the_others() -> None:
    spec = {"sidecars": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}

    def locate(path: tuple[str | int, ...]) -> Location:
        return Location(".".join(map(str, path)), 1, 1)

    written = Overlay(Layer("cell", {"spec": spec}, locate), "@example/databases", "test", spec)
    kept = in_effect([written, overlay({}, "team", ("sidecars.a",))])
    result = overlaid({}, kept)
    assert result.spec == {"sidecars": [{"name": "b", "image": "b:1"}]}
    assert result.location("spec.sidecars[0].image") == Location("spec.sidecars.1.image", 1, 1)


def test_an_entry_whose_name_is_a_template_has_its_line() -> None:
    written = overlay({"sidecars": [{"name": "{{ cluster }}"}]})
    rendered_spec = {"sidecars": [{"name": "cart"}]}
    assert replace(written, spec=rendered_spec).locate(("sidecars", 0, "name")) == Location("tier plain@1", 1, 5)


def test_a_field_whose_key_has_a_dot_can_be_dropped() -> None:
    spec = {"metadata": {"annotations": {"example.net/a.b": "1", "example.net/c": "2"}}}
    assert without_field(spec, "metadata.annotations.example.net/a.b") == {
        "metadata": {"annotations": {"example.net/c": "2"}}
    }
    assert without_field(spec, "metadata") == {}


KINDS = [1, [1, 2], {"b": 1}, [{"name": "x", "b": 1}]]


@pytest.mark.parametrize("built", KINDS)
@pytest.mark.parametrize("written", KINDS)
def test_a_field_that_becomes_another_kind_has_the_line_that_wrote_it(built: Any, written: Any) -> None:
    result = overlaid({"a": built}, [overlay({"a": written})])
    assert all(result.location(difference.path) for difference in result.differences())
    assert result.spec == {"a": written}


def test_a_section_that_a_null_empties_is_not_a_difference_itself() -> None:
    result = overlaid({"source": {"secret": {"name": "x"}}}, [overlay({"source": {"secret": None}})])
    assert result.spec == {"source": {}}
    assert [difference.name for difference in result.differences()] == [("source", "secret", "name")]


def test_a_value_of_another_type_is_a_difference() -> None:
    found = list(overlaid({"a": 1}, [overlay({"a": True, "b": 2})]).differences())
    assert [(difference.built, difference.merged) for difference in found] == [(1, True), (ABSENT, 2)]


def rendered() -> list[dict[str, Any]]:
    """The objects of the specimen's cluster with overlays of its tier, its cell and its team."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy_of(SHOP, Path(folder))
        for case in yaml.safe_load((GOLDEN / "definitions.yaml").read_text()):
            change(root, case)
        resolution = resolve_cell(root, "here")
    assert resolution.cell is not None, resolution.findings
    teams = {team.name: team for team in render_cell(resolution.cell).teams}
    return list(teams["shop"].clusters[0].objects)


def test_the_whole_object_is_the_golden_one() -> None:
    found = list(differences((GOLDEN / "cart.yaml").read_text(), rendered()))
    assert not found, "\n".join(found)


if __name__ == "__main__":
    (GOLDEN / "cart.yaml").write_text(yaml.dump_all(rendered(), Dumper=Plain, sort_keys=False, width=120))
