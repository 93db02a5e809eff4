"""The terminal form of a review: lines that fit, whole words, and the colours apart from the text."""

from __future__ import annotations

import re
from random import Random

import pytest

from aerofleet.findings.terminal import NO_TERMINAL, Terminal
from aerofleet.review.formats.text import as_text
from aerofleet.review.model import Review
from tests.review.edited import review_of_edit
from tests.review.random_review import random_review
from tests.review.test_comment import nasty_text

SGR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Review:
    return review_of_edit("channel", tmp_path_factory.mktemp("edit"))


@pytest.mark.parametrize("width", [80, 100])
def test_lines_fit_and_words_are_whole(width: int, channel: Review) -> None:
    whole = as_text(channel)
    lines = as_text(channel, Terminal(width)).splitlines()
    words = set(whole.split())
    assert all(word in words for line in lines for word in line.split())
    assert all(len(line) <= width or len(line.split()) == 1 for line in lines)
    assert " ".join(" ".join(lines).split()) == " ".join(whole.split())


def test_what_follows_is_indented(channel: Review) -> None:
    whole = as_text(channel).splitlines()
    for line in as_text(channel, Terminal(80)).splitlines():
        begins = any(known.startswith(line) for known in whole if line)
        assert begins or not line or line.startswith("    ")


def test_colours_change_no_text(channel: Review) -> None:
    coloured = as_text(channel, Terminal(80, has_colours=True))
    assert SGR.search(coloured)
    assert SGR.sub("", coloured) == as_text(channel, Terminal(80))


def test_the_first_lines_answer(channel: Review) -> None:
    assert as_text(channel).splitlines()[:2] == [
        "do not merge (verdict: moves-data)",
        "  It breaks 2 rules of the platform: disturbed-too-many, disturbed-in-rack.",
    ]


def test_all_names_every_cluster(channel: Review) -> None:
    text = as_text(channel, NO_TERMINAL, show_all=True)
    assert all(f"{cluster.team}/{cluster.cluster}" in text for cluster in channel.clusters)


@pytest.mark.parametrize("seed", range(3))
def test_no_text_moves_the_cursor(seed: int) -> None:
    random = Random(seed)
    text = as_text(random_review(random, lambda: nasty_text(random), 10), Terminal(80))
    assert all(letter.isprintable() for letter in text.replace("\n", ""))
