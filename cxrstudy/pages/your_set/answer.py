"""Answer: what is said to a question of who owns a set of radiographs, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cxrstudy.pages.html import HTML


@dataclass(frozen=True)
class Answer:
    """An answer to a question.

    Attributes
    ----------
    question
        In the words of who owns the images.
    said
        The answer, as HTML in one paragraph.
    shown
        What it rests on; may be empty.
    """

    question: str
    said: str
    shown: str = ""


def answers_shown(answers: Sequence[Answer]) -> HTML:
    """Show answers with what they rest on.

    Examples
    --------
    >>> answers_shown([Answer("How sure is that?", "Not at all.")]).data
    '<h2>How sure is that?</h2><p>Not at all.</p>'
    """
    return HTML(
        "".join(
            f"<h2>{escape(each.question)}</h2><p>{each.said}</p>{each.shown}" for each in answers
        )
    )
