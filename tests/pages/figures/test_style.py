"""Style: colours that can be told apart and read, vector graphics."""

import matplotlib as mpl
import numpy as np
import pytest

from cxrstudy.pages import figures
from cxrstudy.pages.figures.style import LOOKS, looks


def test_a_notebook_shows_vector_graphics(style):
    assert style == ["svg"]


def relative_luminance(colour):
    """WCAG 2.1, from the definition."""
    levels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_grey_text_can_be_read_on_white():
    # WCAG 2.1, success criterion 1.4.3: a contrast of at least 4.5 to 1.
    assert 1.05 / (relative_luminance(figures.GREY) + 0.05) >= 4.5


def test_colours_are_those_of_okabe_and_ito():
    published = {"#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"}
    named = {
        figures.BLUE, figures.ORANGE, figures.GREEN, figures.RED, figures.PURPLE, figures.SKY,
        figures.YELLOW,
    }  # fmt: skip
    assert named == published


@pytest.mark.parametrize("look", LOOKS)
def test_ink_can_be_read_on_white_and_keeps_the_hue(look):
    dark = figures.ink(look.colour)
    assert 1.05 / (relative_luminance(dark) + 0.05) >= 4.5
    hue = [mpl.colors.rgb_to_hsv(mpl.colors.to_rgb(colour))[0] for colour in (look.colour, dark)]
    assert hue[0] == pytest.approx(hue[1], abs=0.02)


def test_ink_leaves_a_colour_that_can_be_read():
    assert figures.ink("#000000") == "#000000"


def test_series_differ_in_colour_mark_and_dashes():
    assert len({look.colour for look in LOOKS}) == len(LOOKS)
    assert len({look.marker for look in LOOKS}) == len(LOOKS)
    assert len({look.dashes for look in LOOKS}) == len(LOOKS)


def test_a_series_keeps_its_look_however_often_it_is_named():
    given = looks(["a", ("b", 1), "a"])
    assert given == {"a": LOOKS[0], ("b", 1): LOOKS[1]}


def test_more_series_than_can_be_told_apart_are_refused():
    with pytest.raises(
        ValueError, match=r"8 series .* tell 7 lines apart: draw the others, from .h. on, in"
    ):
        looks("abcdefgh")
