"""No text of a file is markup, a link, a mention, or invisible in a comment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerofleet.review.formats.markdown_text import code, is_shown, plain
from tests.review.nasty import NASTY
from tests.review.rendered import Rendered

PIECES = st.sampled_from(NASTY) | st.text(max_size=8) | st.sampled_from([" ", "a", "."])
TEXTS = st.lists(PIECES, max_size=8).map("".join)
FRAMES = (
    "{}",
    "- {}",
    "**x** {} y",
    "| a | {} |\n|---|---|\n| {} | b |",
    "> {}",
    "### {}",
    "<details>\n\n{}\n\n</details>",
)
"""Where a template may put a value."""


def check(markdown: str, frame: str) -> None:
    alone, filled = Rendered(frame.replace("{}", "x")), Rendered(frame.replace("{}", markdown))
    assert [tag for tag in filled.tags if tag != "code"] == alone.tags
    assert not filled.open
    assert not filled.attributes
    assert not filled.comments
    assert filled.references() == []
    assert all(map(is_shown, filled.text.replace("\n", "")))


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("text", NASTY)
def test_what_is_known_to_be_markup(text: str, frame: str) -> None:
    for written in (plain(text), code(text), plain(f"a {text} b"), plain(f"a{text}b"), plain(f"({text}), 1")):
        check(written or "x", frame)


@given(TEXTS, st.sampled_from(FRAMES), st.sampled_from([plain, code]))
def test_any_text(text: str, frame: str, escape: object) -> None:
    assert callable(escape)
    check(escape(text) or "x", frame)


@given(TEXTS)
def test_a_reader_sees_the_whole_text(text: str) -> None:
    shown = "".join(letter if is_shown(letter) else "" for letter in text)
    written = code(text)
    kept = iter(Rendered(f"x {written} x").text)
    assert "…" in written or all(letter in kept for letter in shown if not letter.isspace())


def test_words_stay_readable() -> None:
    text = "50 becomes 55: <namespace> writes 2.22 times (`security: {tls: true}` first), see cart.user or {a: b, c: 1}"
    assert plain(text) == (
        "50 becomes 55: `<namespace>` writes 2.22 times (`security: {tls: true}` first), see `cart.user` or "
        "`{a: b, c: 1}`"
    )


def test_a_long_value_keeps_both_ends() -> None:
    written = code("a" * 1_000_000 + "z")
    assert len(written) < 200
    assert written.endswith("az`")


@pytest.mark.parametrize("value", [None, True, 1.5, ["a"], {"a": "b"}])
def test_a_template_says_how_other_values_are_written(value: object) -> None:
    with pytest.raises(TypeError):
        plain(value)
