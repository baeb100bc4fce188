"""Pictures: radiographs as they are, with what the manifest says of them."""

from types import SimpleNamespace

import numpy as np
from matplotlib.colors import to_hex

from cxrstudy import phantom
from cxrstudy.pages import figures


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
    for axes, one in zip(used, shown.values(), strict=True):
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
    for axes, row in zip(figure.axes, rows.itertuples(), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), phantom.read(row.path, 32))
        title = axes.get_title()
        assert title.endswith(f"\n{row.view}, {row.sex}, {row.age:.0f} years")
        assert "_" not in title


def test_a_fractal_has_a_label_and_no_person():
    rows = phantom.population.draw("natural_small", 1, seed=5)
    (axes,) = figures.patients(rows, pixels=32, columns=1).axes
    assert axes.get_title() == rows["labels"].iloc[0].replace("_", " ")
