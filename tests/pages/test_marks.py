"""Marks: a set of results has the same mark in tables and figures."""

import re

import pandas as pd
from matplotlib import markers

from cxrstudy.pages.computed.plot import MARKS as DRAWN
from cxrstudy.pages.figures import contrasts_forest
from cxrstudy.pages.figures.forest import MARKS
from cxrstudy.pages.marks import marked, marks_of
from tests.support.judged import judged

#: What matplotlib calls each mark, and what begins its SVG.
SHAPES = {"circle": "o", "rect": "s", "M0-6.5": "D", "M0-6 ": "^", "M0 6 ": "v", "M-6 0": "P",
          "M-5-5": "X"}  # fmt: skip


def test_the_marks_of_tables_are_those_of_figures_in_the_same_order():
    shapes = [next(name for name in SHAPES if name in mark) for mark in DRAWN]
    assert [SHAPES[shape] for shape in shapes] == list(MARKS[: len(DRAWN)])
    assert set(MARKS) <= set(markers.MarkerStyle.markers)


def test_a_figure_of_some_results_has_the_marks_of_all():
    answered = judged(("A1", "supported", 0.02), ("A3", "inconclusive", 0.0))
    other = judged(("A3", "inconclusive", 0.3), cohort="nih")
    both = marked(pd.concat([other, answered]))
    assert dict(zip(both["origin"], both["mark"], strict=True)) == marks_of(both)
    alone = both[both["cohort"] == "nih"].assign(contrast="one − other")
    (legend,) = (axes.get_legend() for axes in contrasts_forest(alone).axes)
    assert legend.legend_handles[0].get_marker() == MARKS[1]
    assert re.search("nih", legend.get_texts()[0].get_text())
