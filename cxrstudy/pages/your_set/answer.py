"""Answer: what is said to a question of who owns a set of radiographs, and what it rests on."""

from dataclasses import dataclass

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


def answer_shown(answer: Answer) -> HTML:
    """Show an answer with what it rests on; the question is the heading above it.

    Examples
    --------
    >>> answer_shown(Answer("How sure is that?", "Not at all.")).data
    '<p>Not at all.</p>'
    """
    return HTML(f"<p>{answer.said}</p>{answer.shown}")
