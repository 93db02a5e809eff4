"""The five examples worked by hand agree with the tool, and the page shows them as they are."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.sizing.worked_examples import PAGE, Example, examples, page

EXAMPLES = tuple(examples())


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.title for example in EXAMPLES])
def test_by_hand_equals_the_tool(example: Example) -> None:
    assert {step.name: step.reckoned for step in example.steps} == {
        step.name: Fraction(str(step.figure.value)) for step in example.steps
    }


def test_there_are_five_examples_of_several_steps() -> None:
    assert [len(example.steps) >= 5 for example in EXAMPLES] == [True] * 5


def test_the_page_is_current() -> None:
    remedy = "run `python -m tests.sizing.worked_examples`"
    assert PAGE.read_text(encoding="utf-8") == page(), remedy
