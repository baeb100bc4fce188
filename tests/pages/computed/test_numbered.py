"""Numbered: every table of a page has its number, but not one that stands for a figure."""

import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.computed.narrow import as_table
from cxrstudy.pages.computed.numbered import with_numbers
from cxrstudy.pages.tables import table

PLAIN = table(pd.DataFrame({"arm": ["a <b>"], "images": [3]})).data
STRIP = PLAIN.replace("study-table", "study-table study-strip")
OF_A_FIGURE = as_table("arm,estimate,low,high\na,0.5,0.4,0.6\n")
TEXT = "<p>study-table dataframe</p>"


@given(st.lists(st.sampled_from([PLAIN, STRIP, OF_A_FIGURE, TEXT]), max_size=8))
def test_numbers_are_in_order_and_nothing_else_is_changed(parts):
    page = with_numbers("".join(parts))
    numbers = re.findall("<caption>Table (.*?)</caption>", page)
    count = sum(part in (PLAIN, STRIP) for part in parts)
    assert numbers == [str(number) for number in range(1, count + 1)]
    assert re.sub("<caption>.*?</caption>", "", page) == "".join(parts)
    assert page.count(OF_A_FIGURE) == parts.count(OF_A_FIGURE)
