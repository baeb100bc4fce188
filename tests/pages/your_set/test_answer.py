"""Answer: a question, what is said to it, and what that rests on."""

from cxrstudy.pages.your_set.answer import Answer, answers_shown


def test_each_question_stands_above_its_answer_and_is_no_html() -> None:
    shown = answers_shown(
        [Answer("Is 1 < 2?", "<b>Yes.</b>"), Answer("Why?", "See below.", "<table></table>")]
    )
    assert shown.data == (
        "<h2>Is 1 &lt; 2?</h2><p><b>Yes.</b></p><h2>Why?</h2><p>See below.</p><table></table>"
    )
