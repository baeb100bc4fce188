"""Source: a figure carries the numbers that it shows, and only those."""

import io
import pickle

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter
from matplotlib.figure import Figure

from cxrstudy.pages import figures
from cxrstudy.pages.figures.source import CSV, made_by, source_of, with_facts, with_source
from tests.support.gallery import GALLERY

#: Figures of pictures, which have no table.
OF_PICTURES = {"maps", "specimens"}


@with_source
def drawn(table, others=None):
    return Figure()


def read(figure):
    return pd.read_csv(io.StringIO(source_of(figure).csv), comment="#", dtype=str)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_no_digit_is_lost(values):
    table = pd.DataFrame({"arm": [("a", 0.1)] * len(values), "estimate": values})
    back = read(drawn(table))
    assert back["estimate"].map(float).tolist() == values
    assert set(back["arm"]) == {"a, 0.1"}


def test_several_tables_are_one_with_the_name_of_each():
    one = pd.DataFrame({"estimate": [1.5]})
    back = read(drawn({"AUROC": one, "Brier score": one}, others=one))
    assert back["table"].tolist() == ["AUROC", "Brier score", "others"]


def test_a_notebook_stores_picture_and_numbers_and_the_table_stays_as_it_was():
    table = pd.DataFrame({"arm": [("a", 1)], "estimate": [0.5]})
    before = table.copy()
    shown, _ = DisplayFormatter().format(drawn(table))
    assert shown[CSV] == 'arm,estimate\n"a, 1",0.5\n'
    assert "text/plain" in shown
    pd.testing.assert_frame_equal(table, before)


def test_facts_stand_above_the_numbers_and_are_no_rows():
    figure = drawn(pd.DataFrame({"estimate": [0.5]}))
    made_by(figure, {"commit": "3f9a", "runs": "a\nb"})
    shown, _ = DisplayFormatter().format(figure)
    assert shown[CSV].splitlines()[:2] == ["# commit: 3f9a", "# runs: a b"]
    assert pd.read_csv(io.StringIO(shown[CSV]), comment="#")["estimate"].tolist() == [0.5]


def test_what_is_no_figure_has_no_source():
    made_by("a table", {"commit": "3f9a"})
    assert source_of("a table") is None
    assert source_of(drawn(None)) is None


def test_a_figure_can_still_be_stored():
    assert source_of(pickle.loads(pickle.dumps(drawn(pd.DataFrame({"a": [1]}))))).csv == "a\n1\n"


def test_facts_of_none_are_no_lines():
    assert with_facts("a\n", {}) == "a\n"


@pytest.mark.parametrize("name", GALLERY)
def test_every_figure_of_numbers_carries_them(name):
    figure = GALLERY[name]()
    if name in OF_PICTURES or source_of(figure) is None:
        assert name in OF_PICTURES
        return
    assert len(read(figure).columns) > 1


def test_figures_are_found_by_their_names():
    assert set(OF_PICTURES) <= set(figures.__all__)


def test_what_shows_itself_in_another_way_carries_no_table():
    class Widget:
        def _repr_mimebundle_(self) -> dict[str, str]:
            return {"text/plain": "a widget"}

    assert source_of(Widget()) is None
    assert source_of(None) is None
