"""Told apart: the sentence agrees with its numbers, and names what differs."""

from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.html import HTML
from cxrstudy.pages.told_apart import told_apart
from tests.support.judged import text_of


@given(st.integers(1, 12), st.data())
def test_no_sentence_counts_to_nought_or_says_one_of_many(many, data):
    apart = data.draw(st.integers(0, many))
    names = [f"B{number}" for number in range(apart)]
    said = text_of(HTML(told_apart(many, names, 0.95)))
    assert said.endswith(".")
    assert [name for name in names if name not in said] == []
    assert " 0 " not in said
    assert " 1 differences" not in said
    assert ("by more than chance explains" in said) is (apart > 0)
    assert ("be told apart" in said) is (apart < many)
