"""Power: every claim has a panel, every size a line, and nothing else is drawn."""

import numpy as np
import pytest
from matplotlib.text import Text

from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support.figure_tables import powers


def test_a_panel_is_a_claim_and_a_line_is_a_number_of_seeds():
    table = powers()
    figure = figures.power_curves(table)
    shown = [axes for axes in figure.axes if axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in shown] == ["A1", "A3", "A4", "B1", "B2"]
    for axes in shown:
        own = table[table["claim"] == axes.get_title(loc="left")]
        for line, (_, rows) in zip(axes.lines, own.groupby("seeds"), strict=False):
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


@pytest.mark.parametrize("change", [{"decides": 1.2}, {"patients": 0}])
def test_impossible_numbers_are_refused(change):
    with pytest.raises(FigureError, match=r"not in 0 to 1|not positive"):
        figures.power_curves(powers().assign(**change))


def test_a_table_without_chances_is_refused():
    with pytest.raises(FigureError, match="decides"):
        figures.power_curves(powers().drop(columns="decides"))
