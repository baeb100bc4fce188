"""Answer: what is said to a question, and what that rests on."""

import pytest

from cxrstudy.pages.your_set.answer import Answer
from cxrstudy.pages.your_set.page import answer_to

FOUND = [Answer("Is it?", "<b>Yes.</b>"), Answer("Why?", "See below.", "<table></table>")]


def test_an_answer_is_found_by_its_question_and_stands_above_what_it_rests_on() -> None:
    assert answer_to("Why?", FOUND).data == "<p>See below.</p><table></table>"


def test_a_question_that_nobody_asked_is_refused_with_those_that_were() -> None:
    with pytest.raises(LookupError, match=r"'How\?' was not asked; there are Is it\?, Why\?"):
        answer_to("How?", FOUND)
