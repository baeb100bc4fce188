"""Dose: every arm at the number of images its weights were trained on."""

import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables


@pytest.fixture
def axes():
    return figures.dose_response(tables.by_start(), tables.PHANTOM_DOSES, "AUROC").axes[0]


def data(line):
    return [tuple(map(float, point)) for point in line.get_xydata()]


def test_out_of_domain_arms_are_joined_in_order_of_their_dose():
    turned = tables.PHANTOM_DOSES.iloc[::-1]
    (axes,) = figures.dose_response(tables.by_start(), turned, "AUROC").axes
    (line,) = [line for line in axes.lines if line.get_marker() == "o"]
    assert data(line) == [(600, 0.74), (990, 0.765), (3000, 0.80)]
    assert line.get_linestyle() == "-"
    assert axes.get_xscale() == "log"


def test_in_domain_weights_have_a_mark_of_their_own(axes):
    (line,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert data(line) == [(900, 0.79)]


def test_every_trained_arm_has_its_interval(axes, bars):
    known = tables.by_start().set_index("arm")
    expected = [
        (float(dose.images), known.loc[dose.name, "low"], known.loc[dose.name, "high"])
        for dose in tables.PHANTOM_DOSES.iloc[1:].itertuples(index=False)
    ]
    assert bars(axes) == expected


def test_random_weights_are_a_line_over_the_width_with_their_interval_as_a_band(axes):
    random = tables.by_start().iloc[0]
    assert [random["estimate"]] * 2 in [list(line.get_ydata()) for line in axes.lines]
    (band,) = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert band.get_y() == pytest.approx(random["low"])
    assert band.get_height() == pytest.approx(random["high"] - random["low"])


def test_arms_are_named_by_their_titles_and_doses(axes):
    texts = {text.get_text().replace("\n", " ") for text in axes.texts} - {""}
    assert texts == {
        "random numbers 0 images", "fractals, 20 classes 600 images",
        "fractals, 60 classes, a third 990 images", "fractals, 60 classes 3,000 images",
        "general findings on radiographs 900 images",
    }  # fmt: skip


def test_names_have_the_room_they_need(axes):
    assert axes.get_ylim()[1] > tables.by_start()["high"].max() + 0.05


def test_an_arm_without_a_dose_is_named():
    with pytest.raises(ValueError, match="arm 'in-domain' has no dose"):
        figures.dose_response(tables.by_start(), tables.PHANTOM_DOSES.iloc[:-1], "AUROC")


def test_random_weights_alone_have_no_dose():
    with pytest.raises(ValueError, match="no arm has weights that were trained"):
        figures.dose_response(tables.by_start().iloc[:1], tables.PHANTOM_DOSES, "AUROC")


@pytest.mark.parametrize("images", [0, -1, float("nan"), float("inf")])
def test_a_dose_that_has_no_place_is_named(images):
    doses = tables.PHANTOM_DOSES.assign(images=[None, images, 990, 3000, 900])
    with pytest.raises(FigureError, match=r"arm 'out-of-domain, small': .* no place on a log"):
        figures.dose_response(tables.by_start(), doses, "AUROC")


def test_an_arm_with_several_doses_is_named():
    doses = pd.concat([tables.PHANTOM_DOSES, tables.PHANTOM_DOSES.iloc[[1]]])
    with pytest.raises(FigureError, match="arm 'out-of-domain, small' has several doses"):
        figures.dose_response(tables.by_start(), doses, "AUROC")


def test_an_unknown_domain_is_named():
    with pytest.raises(FigureError, match="domain 'inside'; give none, out or in"):
        figures.dose_response(
            tables.by_start(), tables.PHANTOM_DOSES.replace("in", "inside"), "AUROC"
        )
