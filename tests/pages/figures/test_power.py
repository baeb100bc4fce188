"""Power: every claim has a panel, every size a line, and nothing else is drawn."""

import numpy as np
import pytest
from matplotlib.text import Text

from cxrstudy.base.checks import ParameterError
from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support.figure_tables import powers
from tests.support.some import some


def test_a_panel_is_a_claim_and_a_line_is_a_number_of_seeds():
    table = powers()
    figure = figures.power_curves(table)
    shown = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in shown] == ["A1", "A3", "A4", "B1", "B2"]
    for axes in some(shown):
        own = table[table["claim"] == axes.get_title(loc="left")]
        for line, (_, rows) in some(zip(axes.lines, own.groupby("seeds"), strict=False)):
            np.testing.assert_array_equal(line.get_xdata(), rows["patients"])
            np.testing.assert_array_equal(line.get_ydata(), rows["decides"])
        assert set(axes.lines[-1].get_ydata()) == {0.8}
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert said == ["3 seeds", "5 seeds", "10 seeds", "20 seeds"]


def test_what_is_not_known_is_not_drawn():
    table = powers(claims=["A1", "B1"])
    table.loc[table["claim"] == "A1", "decides"] = np.nan
    figure = figures.power_curves(table)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["B1"]
    nothing = figures.power_curves(table.assign(decides=np.nan))
    said = [text.get_text() for text in nothing.findobj(Text)]
    assert any("No claim" in text for text in said)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("decides", 1.2, "claim A1: chance 1.2 is not in 0 to 1"),
        ("decides", "x", "claim 'A1', .*: decides is 'x', not a number"),
        ("patients", 0, "claim A1: 0 patients; give a number above 0"),
        ("patients", np.inf, "claim A1: infinite patients; give a number above 0"),
        ("patients", np.nan, "row 2 has no patients"),
        ("seeds", -1, "claim A1: −1 seeds; give a number above 0"),
        ("claim", None, "row 2 has no claim"),
    ],
)
def test_impossible_numbers_are_refused(column, value, said):
    table = powers().astype(object)
    table.loc[2, column] = value
    with pytest.raises(FigureError, match=said):
        figures.power_curves(table)


@pytest.mark.parametrize("wanted", [80, 0, -0.5, np.nan])
def test_a_wanted_chance_that_is_none_is_named(wanted):
    with pytest.raises(ParameterError, match="wanted"):
        figures.power_curves(powers(), wanted)


@pytest.mark.parametrize("name", ["x" * 80, "a claim of a paper with a very long name " * 2])
def test_long_names_of_claims_leave_room_for_their_panels(name):
    figure = figures.power_curves(powers(claims=[name, "B1", f"{name}2", "B2"]))
    figure.draw_without_rendering()  # a layout that collapsed is a warning, and so an error
    assert all(axes.get_window_extent().height > 40 for axes in some(figure.axes) if axes.lines)


def test_a_table_without_chances_is_refused():
    with pytest.raises(FigureError, match="decides"):
        figures.power_curves(powers().drop(columns="decides"))


def test_a_curve_at_zero_lies_inside_its_panel():
    figure = figures.power_curves(powers().assign(decides=0.0))
    (bottom, top), *_ = [axes.get_ylim() for axes in figure.axes if axes.lines]
    assert bottom < 0 < top
