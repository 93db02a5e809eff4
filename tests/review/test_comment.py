"""The comment of a review: in size, valid, the risks shown or counted, and every value nothing but text."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerofleet.findings.effect import Effect
from aerofleet.review.formats.comment import MARKER, MOST_BYTES, as_comment
from aerofleet.review.formats.entries import RISKS
from aerofleet.review.model import Review
from tests.review.nasty import NASTY
from tests.review.random_review import random_review
from tests.review.rendered import Rendered

TAGS = {
    "h2",
    "h3",
    "p",
    "ul",
    "li",
    "strong",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
}
"""Elements that the templates write."""
ATTRIBUTES = {("align", "right")}
SHOWN = re.compile(r"^### (\S+): ([\d,]+) clusters?$", re.MULTILINE)


def nasty_text(random: Random, longest: int = 3) -> str:
    return "".join(random.choice([*NASTY, " ", "a", "b9"]) for _ in range(random.randrange(1, longest + 1)))


def check(review: Review) -> str:
    comment = as_comment(review)
    assert comment == as_comment(review)
    if review.is_empty:
        assert comment == ""
        return comment
    assert len(comment.encode()) <= MOST_BYTES
    assert comment.startswith(f"{MARKER}\n")
    rendered = Rendered(comment)
    assert set(rendered.tags) <= TAGS
    assert set(rendered.attributes) <= ATTRIBUTES
    assert not rendered.open
    assert len(rendered.comments) == 1
    assert rendered.references() == []
    assert rendered.tags.count("h2") == 1
    # All clusters with a risk are in the title of their section, whatever is shown of them below.
    numbers = {name.lower(): int(number.replace(",", "")) for name, number in SHOWN.findall(comment)}
    for effect in RISKS:
        assert numbers.get(str(effect), 0) == review.counts[str(effect)]
    return comment


@pytest.mark.parametrize("size", [0, 1, 5, 40])
@pytest.mark.parametrize("seed", range(4))
def test_texts_of_others(size: int, seed: int) -> None:
    random = Random(seed)
    check(random_review(random, lambda: nasty_text(random), size))


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.text(max_size=6), min_size=1, max_size=5), st.integers(0, 6))
def test_any_texts(random: Random, texts: list[str], size: int) -> None:
    check(random_review(random, lambda: random.choice(texts), size))


def test_a_large_change_with_large_values() -> None:
    random, large = Random(1), ["x" * 1_000_000, "`|" * 500_000, "\u202e" * 1_000_000, "@a " * 300_000]
    check(random_review(random, lambda: random.choice(large) if random.random() < 0.01 else nasty_text(random), 60))


@pytest.mark.soak
@pytest.mark.parametrize("size", [200, 1000, 5000])
def test_thousands_of_changes(size: int) -> None:
    random = Random(size)
    check(random_review(random, lambda: nasty_text(random), size))


@pytest.mark.soak
@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.text(max_size=30), min_size=1, max_size=20), st.integers(0, 60))
def test_any_texts_for_minutes(random: Random, texts: list[str], size: int) -> None:
    check(random_review(random, lambda: random.choice(texts) + nasty_text(random), size))


def test_what_has_no_room_is_counted() -> None:
    random = Random(3)
    review = random_review(random, lambda: f"value-{random.randrange(10**9)}", 1200)
    comment = check(review)
    (shown, *_) = [effect for effect in RISKS if review.counts[str(effect)]]
    assert shown == Effect.REFUSED
    counts = re.findall(r"^And (.*) clusters, which have no room here", comment, re.MULTILINE)
    left_out = {
        name: int(number.replace(",", "")) for text in counts for number, name in re.findall(r"(\S+) `?([\w-]+)", text)
    }
    assert left_out["moves-data"] == review.counts["moves-data"]
    assert 0 < left_out["refused"] < review.counts["refused"]


def test_no_comment_where_nothing_changes() -> None:
    review = random_review(Random(0), lambda: "x", 0)
    assert as_comment(replace(review, unknown=(), upgrades=(), previews=(), changed_code=())) == ""
