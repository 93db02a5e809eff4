"""The five examples worked by hand agree with the tool, and the page shows them as they are."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.sizing.worked_examples import PAGE, Example, examples, page

EXAMPLES = tuple(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[each.title for each in EXAMPLES])
def test_by_hand_equals_the_tool(example: Example) -> None:
    assert {each.name: each.reckoned for each in example.steps} == {
        each.name: Fraction(str(each.told.value)) for each in example.steps
    }


def test_there_are_five_examples_of_several_steps() -> None:
    assert [len(each.steps) >= 5 for each in EXAMPLES] == [True] * 5


def test_the_page_is_current() -> None:
    told = "run `python -m tests.sizing.worked_examples`"
    assert PAGE.read_text(encoding="utf-8") == page(), told
