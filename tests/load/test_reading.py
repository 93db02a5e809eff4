"""Reading YAML: the values are those of `kubectl`, and every one of them has its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.load import LoadError, read, read_all_text, read_text
from aerofleet.load.errors import RULES
from tests.fleet.project import CASES

SCALARS = yaml.safe_load((CASES / "load" / "scalars.yaml").read_text())
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x7f\ufeff"), max_size=12).filter(
    lambda text: all(letter.isprintable() for letter in text)
)
NUMBERS = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False, width=32)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "case", [scalar for scalar in SCALARS if "quoted" not in scalar], ids=lambda case: case["text"]
)
def test_an_unquoted_text_is_what_kubectl_takes_it_for(case: dict[str, Any]) -> None:
    value = read_text(f"key: {case['text']}\n", "file.yaml").data["key"]
    assert (value, type(value)) == (case["value"], type(case["value"]))


@settings(max_examples=80, deadline=None)
@given(JSON)
def test_json_is_read_as_itself(data: Any) -> None:
    assert read_text(json.dumps(data, ensure_ascii=False), "file.json").data == data


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(TEXT, JSON, max_size=4))
def test_each_value_is_where_its_place_says(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=2, ensure_ascii=False)
    document = read_text(text, "file.yaml")
    lines = text.split("\n")
    for path, value in leaves(document.data):
        place = document.locate(path, value=True)
        rest = lines[place.line - 1][place.column - 1 :].rstrip(",")
        assert read_text(rest, "value.yaml").data == value, (path, place)


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, (*path, index))
    else:
        yield path, data


TEXT_WITH_PLACES = """\
spec:
  racks:
    - {id: 1, label: a}
    - {id: 2}
  annotations:
    example.com/key: x
  users:
    - {name: cart, roles: [read]}
    - {name: a.b, roles: [write]}
"""


@pytest.mark.parametrize(
    ("path", "line", "column"),
    [
        ("spec", 1, 1),
        ("spec.racks[1].id", 4, 8),
        ("spec.racks[0].label", 3, 15),
        ("spec.racks[7].id", 2, 3),
        ("spec.annotations.example.com/key", 6, 5),
        ("spec.users.{a.b}.roles", 9, 19),
        ("spec.users.{nobody}.roles", 7, 3),
        ("spec.racks.{a}", 2, 3),
        ("spec.nothing.here", 1, 1),
        ("", 1, 1),
    ],
)
def test_a_written_path_is_found(path: str, line: int, column: int) -> None:
    """What is not there is found where it would have to be written."""
    place = read_text(TEXT_WITH_PLACES, "file.yaml").find(path)
    assert (place.file, place.line, place.column) == ("file.yaml", line, column)


def test_a_value_repeated_by_an_alias_is_a_copy() -> None:
    data = read_text("a: &x {one: 1}\nb: *x\n", "file.yaml").data
    data["a"]["one"] = 2
    assert data["b"] == {"one": 1}


def test_a_merge_keeps_what_is_written_and_names_the_place_of_what_is_merged() -> None:
    document = read_text("a: &x {one: 1, two: 1}\nb:\n  <<: *x\n  two: 2\n", "file.yaml")
    assert document.data["b"] == {"two": 2, "one": 1}
    assert document.locate(("b", "two")).line == 4
    assert document.locate(("b", "one")).line == 1


def test_empty_documents_are_left_out_and_an_empty_file_says_nothing() -> None:
    assert [document.data for document in read_all_text("---\n---\na: 1\n---\n", "file.yaml")] == [{"a": 1}]
    assert read_text("# nothing\n", "file.yaml").data is None


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(path).data == {"a": 1}


def test_a_link_to_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("a: 1\n")
    (tmp_path / "link.yaml").symlink_to("file.yaml")
    assert read(tmp_path / "link.yaml").data == {"a": 1}


def test_every_refusal_has_a_known_rule() -> None:
    for text in ("a: [", "a: 1\na: 2", "1: 2", "a: !x 1", "a: .inf", "a: *b", "<<: 1", "[" * 200, "a: 1\n---\nb: 2"):
        with pytest.raises(LoadError) as caught:
            read_text(text, "file.yaml")
        assert caught.value.findings
        known = {rule.id for rule in RULES}
        assert all(finding.rule in known and finding.remedy for finding in caught.value.findings)


def test_thousands_of_digits_are_refused_in_plain_words() -> None:
    for number in ("9" * 5000, "-" + "9" * 5000, "0." + "1" * 5000):
        with pytest.raises(LoadError) as caught:
            read_text(f"a: {number}\n", "file.yaml")
        (finding,) = caught.value.findings
        assert finding.message == f"a number of {len(number)} characters does not fit 64 bits"
