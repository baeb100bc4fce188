"""All figures: nothing touches, nothing is outside, and the same table is the same file."""

import io
import itertools
import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text

from cxrstudy.pages import figures
from tests.support.gallery import GALLERY
from tests.support.some import some

PALETTE = {
    figures.BLUE, figures.ORANGE, figures.GREEN, figures.RED, figures.PURPLE, figures.SKY,
    figures.YELLOW, figures.GREY,
}  # fmt: skip

#: One figure of each function is drawn and written twice, because that takes longest.
REPEATED = [
    name
    for name in GALLERY
    if name
    not in ("dose, open", "mixup", "power, 1", "calibration, 6", "subgroups, 1", "forest, 3 x 1")
]


@pytest.fixture(scope="module")
def drawn():
    """Each figure once, with its file; no test changes one."""
    with mpl.rc_context():
        mpl.use("Agg")
        figures.use_style()
        made = {name: draw() for name, draw in GALLERY.items()}
        for name, figure in made.items():
            if name in REPEATED:
                figure.file = file_of(figure)
            FigureCanvasAgg(figure).draw()
        yield made


def file_of(figure):
    stream = io.BytesIO()
    figure.savefig(stream, format="svg", metadata={"Date": None})
    return stream.getvalue()


def said(figure):
    """What a figure says; its tick labels were named when it was drawn."""
    return "\n".join(text.get_text() for text in figure.findobj(Text))


every_figure = pytest.mark.parametrize("name", GALLERY)


def boxes(figure):
    """Texts and their places, of those that are drawn."""
    undrawn = {id(text) for axes in figure.axes for text in undrawn_of(axes)}
    return [
        (text.get_text(), Text.get_window_extent(text))
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and id(text) not in undrawn
    ]


def undrawn_of(axes):
    """Labels that matplotlib keeps and does not draw: of ticks out of view, or of hidden axes."""
    if not axes.get_visible():
        return axes.findobj(Text)
    kept = []
    for axis in (axes.xaxis, axes.yaxis):
        drawn = {id(tick) for tick in axis._update_ticks()}
        out = [tick for tick in [*axis.majorTicks, *axis.minorTicks] if id(tick) not in drawn]
        kept += [label for tick in out for label in (tick.label1, tick.label2)]
    return kept


@every_figure
def test_no_text_touches_another(drawn, name):
    touching = [
        (first, second)
        for (first, a), (second, b) in itertools.combinations(boxes(drawn[name]), 2)
        if a.overlaps(b.padded(-1))
    ]
    assert touching == []


@every_figure
def test_all_text_is_on_the_canvas(drawn, name):
    width, height = drawn[name].bbox.size
    for text, box in some(boxes(drawn[name])):
        assert -2 < box.x0 < box.x1 < width + 2, text
        assert -2 < box.y0 < box.y1 < height + 2, text


# Curves of power are about studies that nobody has done.
@pytest.mark.parametrize("name", [name for name in GALLERY if not name.startswith("power")])
def test_patients_seeds_and_the_kind_of_interval_are_on_the_figure(drawn, name):
    text = said(drawn[name])
    assert re.search(r"n = \d+", text)
    assert re.search(r"\d seeds?\b", text)
    assert "95 % interval" in text


@every_figure
def test_no_number_has_a_hyphen_for_a_minus(drawn, name):
    assert not re.search(r"(?<!\w)-\d", said(drawn[name]))


@every_figure
def test_lines_have_colours_of_the_palette_or_none(drawn, name):
    colours = {to_hex(line.get_color()).upper() for axes in drawn[name].axes for line in axes.lines}
    for colour in some(colours):
        red, green, blue = to_rgb(colour)
        assert colour in PALETTE or red == green == blue


@pytest.mark.parametrize("name", REPEATED)
def test_the_same_table_is_the_same_file(drawn, name):
    assert file_of(GALLERY[name]()) == drawn[name].file
    assert len(drawn[name].file) > 5_000


def test_a_notebook_shows_each_figure_once(drawn):
    assert len(drawn) == len(GALLERY)
    assert plt.get_fignums() == []
