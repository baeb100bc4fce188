"""Gate: what is behind it has a name, a finite order and one level; all else is named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.checks import ParameterError
from cxrstudy.pages.figures.gate import FigureError, interval_table, known_scores, level_of
from cxrstudy.statistics import ScoreError
from tests.support import figure_tables as tables

TABLE = tables.estimated({"a": 0.5, ("b", 1): 0.6})


def test_a_valid_table_passes_unchanged():
    found = interval_table(TABLE.iloc[::-1])
    pd.testing.assert_frame_equal(found, TABLE.iloc[::-1].reset_index(drop=True))


def test_a_missing_column_is_named():
    with pytest.raises(FigureError, match="no column 'low'; it has arm, estimate, high"):
        interval_table(TABLE.drop(columns="low"))


@pytest.mark.parametrize(
    "name",
    [None, np.nan, pd.NA, np.float32("nan"), pd.NaT, "", " ", ("a", None), ("a", (np.nan, 1))],
    ids=repr,
)
def test_an_arm_without_a_name_is_refused(name):
    table = TABLE.assign(arm=pd.Series(["a", name], dtype=object))
    with pytest.raises(FigureError, match="row 1 has no arm"):
        interval_table(table)


@pytest.mark.parametrize("name", [0, False, 0.0, "0", "nan", (0, "none"), pd.Interval(0, 1)])
def test_a_name_that_only_looks_like_none_is_one(name):
    table = TABLE.assign(arm=pd.Series(["a", name], dtype=object))
    assert interval_table(table)["arm"].tolist() == ["a", name]


def test_an_arm_that_occurs_twice_is_named():
    with pytest.raises(FigureError, match="arm 'b, 1' occurs twice"):
        interval_table(pd.concat([TABLE, TABLE.iloc[1:]]))


def test_text_for_a_number_is_named():
    with pytest.raises(FigureError, match="arm 'a': high is 'n/a', not a number"):
        interval_table(TABLE.assign(high=["n/a", 0.7]))


@pytest.mark.parametrize(
    "table", [TABLE.drop(columns="level"), TABLE.assign(level=[np.nan, 0.95])], ids=["none", "one"]
)
def test_an_interval_without_a_level_is_named(table):
    with pytest.raises(FigureError, match="arm 'a': the level of the interval is not known; give"):
        interval_table(table)


def test_a_level_is_only_needed_where_there_is_an_interval():
    assert len(interval_table(TABLE.drop(columns="level").assign(low=np.nan))) == 2


@pytest.mark.parametrize(("level", "meant"), [(95, "give a proportion, 0.95"), (0.05, "0.95")])
def test_a_level_that_is_none_is_named(level, meant):
    with pytest.raises(ParameterError, match=meant):
        interval_table(TABLE.assign(level=level))


def test_an_interval_turned_round_is_named():
    with pytest.raises(FigureError, match="arm 'a': the interval ends before it begins"):
        interval_table(TABLE.assign(low=[0.9, 0.1]))


def test_two_levels_are_refused_and_rows_without_one_are_not():
    with pytest.raises(FigureError, match="several levels"):
        interval_table(TABLE.assign(level=[0.9, 0.95]))
    assert level_of([TABLE.assign(level=[0.9, np.nan])]) == 0.9
    assert level_of([TABLE.drop(columns="level")]) is None


def test_an_empty_table_has_its_columns():
    assert {"arm", "estimate", "low", "high"} <= set(interval_table(pd.DataFrame()))


NUMBER = st.floats()


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=4))
def test_an_interval_has_both_ends_or_none(numbers):
    rows = [(e, *sorted(ends)) for e, *ends in numbers]
    table = pd.DataFrame(rows, columns=["estimate", "low", "high"]).assign(arm=range(len(rows)))
    table["level"] = 0.95
    if (table["low"] > table["high"]).any():  # NaN has no order
        return
    found = interval_table(table)
    assert (found["low"].isna() == found["high"].isna()).all()
    assert found.loc[found["estimate"].isna(), "low"].isna().all()
    known = table[["estimate", "low", "high"]].notna().all(axis=1)
    pd.testing.assert_frame_equal(found[known], table[known], check_dtype=False)


# --- Scores -------------------------------------------------------------------------------------


@pytest.fixture
def scores():
    return tables.scored(["a", "b"])


def test_images_whose_truth_is_not_known_are_not_drawn(scores):
    unknown = scores["id"] < 40
    scores.loc[unknown, "truth_covid19"] = np.nan
    assert set(known_scores(scores, "covid19", "target")["id"]) == set(range(40, 200))


def test_an_image_that_occurs_twice_is_named(scores):
    with pytest.raises((FigureError, ScoreError), match=r"\b7\b"):
        known_scores(pd.concat([scores, scores[scores["id"] == 7]]), "covid19", "target")


@pytest.mark.parametrize("score", [np.nan, np.inf])
def test_a_score_that_is_not_finite_is_named(scores, score):
    scores.loc[7, "score_covid19"] = score
    with pytest.raises((FigureError, ScoreError), match=r"'a'.*\b7\b"):
        known_scores(scores, "covid19", "target")
