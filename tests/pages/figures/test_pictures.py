"""Pictures: radiographs as they are, with what the manifest says of them."""

from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from cxrstudy import phantom
from cxrstudy.base.checks import ParameterError
from cxrstudy.pages import figures
from tests.support.some import some


def specimen(lesion):
    image = np.arange(64 * 64, dtype=np.uint8).reshape(64, 64)
    lung, spot = np.zeros((64, 64), bool), np.zeros((64, 64), bool)
    lung[10:50, 10:50] = True
    spot[20:30, 20:30] = lesion
    return SimpleNamespace(image=image, lung=lung, lesion=spot)


def contours(axes):
    return [to_hex(found.get_edgecolor()[0]) for found in axes.collections]


def test_specimens_are_shown_side_by_side_with_names_and_outlines():
    shown = {"normal": specimen(False), "covid19": specimen(True), "nodule": specimen(True)}
    figure = figures.specimens(shown, columns=2, outlines=True)
    assert len(figure.axes) == 4
    used = figure.axes[:3]
    assert [axes.get_title() for axes in used] == ["normal", "COVID-19", "nodule"]
    for axes, one in some(zip(used, shown.values(), strict=True)):
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array(), one.image)
        assert (image.norm.vmin, image.norm.vmax) == (0, 255)
    lung, lesion = figures.SKY.lower(), figures.ORANGE.lower()
    assert [contours(axes) for axes in used] == [[lung], [lung, lesion], [lung, lesion]]
    assert not figure.axes[3].images


def test_specimens_have_no_outlines_unless_asked():
    figure = figures.specimens({"covid19": specimen(True)}, columns=1)
    assert contours(figure.axes[0]) == []


def test_patients_are_shown_with_what_the_manifest_says_of_them():
    rows = phantom.population.draw("target", 3, seed=5).head(3)
    figure = figures.patients(rows, pixels=32, columns=3)
    for axes, row in some(zip(figure.axes, rows.itertuples(), strict=True)):
        np.testing.assert_array_equal(axes.images[0].get_array(), phantom.read(row.path, 32))
        title = axes.get_title()
        assert title.endswith(f"\n{row.view}, {row.sex}, {row.age:.0f} years")
        assert "_" not in title


def test_a_fractal_has_a_label_and_no_person():
    rows = phantom.population.draw("natural_small", 1, seed=5)
    (axes,) = figures.patients(rows, pixels=32, columns=1).axes
    assert axes.get_title() == rows["labels"].iloc[0].replace("_", " ")


def mapped(heat, title="high score: 0.931"):
    return figures.Mapped(title, np.full((8, 8), 90, np.uint8), heat, None)


def test_a_map_that_is_not_there_is_said_and_not_drawn():
    heat = np.eye(8, dtype=np.float32)
    shown = [mapped(heat), mapped(heat * np.nan), mapped(heat * 0)]
    first, second, third = figures.maps(shown, columns=3).axes
    assert [len(axes.images) for axes in (first, second, third)] == [2, 1, 1]
    said = [axes.get_title().replace("\n", " ") for axes in (first, second, third)]
    assert said == [
        "high score: 0.931", "high score: 0.931 (no map: it is not finite)",
        "high score: 0.931 (no map: it is zero everywhere)",
    ]  # fmt: skip


def test_without_images_the_page_says_so():
    for figure in (figures.maps([], 4), figures.specimens({}, 4)):
        assert [text.get_text()[:3] for text in figure.texts] == ["No "]


def test_columns_are_a_whole_number():
    with pytest.raises(ParameterError, match="columns 0: give a whole number of at least 1"):
        figures.maps([mapped(np.eye(8, dtype=np.float32))], columns=0)


def test_a_long_title_is_broken_over_its_panel():
    heat = np.eye(8, dtype=np.float32)
    (axes, *_) = figures.maps([mapped(heat, "x" * 80)] * 4, columns=4).axes
    axes.figure.canvas.draw()
    assert axes.title.get_window_extent().width < 1.15 * axes.get_window_extent().width
