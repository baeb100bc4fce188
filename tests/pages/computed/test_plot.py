"""Plot: intervals as SVG, at the place of their numbers."""

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.computed.plot import LEFT, RIGHT, Drawn, mark, plot, scale_of

values = st.floats(-1, 1)


@given(values, values, values)
def test_a_greater_value_is_never_further_left_and_all_are_inside(one, two, three):
    scale = scale_of([one, two, three])
    places = [scale.at(value) for value in sorted([one, two, three])]
    assert places == sorted(places)
    assert LEFT <= min(places) <= max(places) <= RIGHT


@given(
    st.lists(st.tuples(values, values, values), min_size=1, max_size=9),
    st.lists(values, max_size=2),
)
def test_a_plot_is_well_formed_and_its_text_says_every_number(rows, bounds):
    drawn = [
        Drawn("a <b> & “c”", place, *sorted(row)[1:2], min(row), max(row))
        for place, row in enumerate(rows)
    ]
    picture = ElementTree.fromstring(
        plot(drawn, bounds, scale_of([*sum(rows, ()), *bounds]), "above <it>")
    )
    assert picture.get("role") == "img"
    assert picture.get("aria-label").count("a <b> & “c”: ") == len(rows)
    assert len(picture.findall("line[@class='interval']")) == len(picture.findall("g")) == len(rows)
    assert len(picture.findall("line[@class='bound']")) == sum(bound != 0 for bound in bounds)
    assert picture.get("aria-label").endswith("; above <it>")


def test_zero_is_where_the_line_is_and_its_number_stands_below_it():
    scale = scale_of([-0.2, 0.1])
    picture = ElementTree.fromstring(plot([Drawn("x", 0, -0.1, -0.2, 0.1)], [0.0], scale, ""))
    (zero,) = picture.findall("line[@class='zero']")
    (below,) = [text for text in picture.findall("text") if text.text == "0"]
    assert zero.get("x1") == below.get("x")
    assert [text.text for text in picture.findall("text")] == ["0", "−0.20", "+0.10"]


def test_two_cohorts_have_two_marks():
    assert len({re.sub(r"\s", "", mark(number)) for number in range(7)}) == 7
