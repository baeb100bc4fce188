"""Still: the figure of a page without scripts shows maps as the front end does."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from cxrstudy.explorer.case import LowMap
from cxrstudy.explorer.still import blend, first_maps, still
from tests.support.explored import made_case
from tests.support.some import some

GREY = np.full((4, 6), 100, np.uint8)


@pytest.mark.parametrize("step", [0, 128, 255])
def test_a_map_is_mixed_half_and_half_with_its_image(step: int) -> None:
    low = LowMap(np.full((2, 3), step, np.uint8), 0.5, (2, 3))
    colour = 255 * np.array(colormaps["magma"](step / 255)[:3])
    expected = np.broadcast_to((100 + colour) / 2, (4, 6, 3))
    # Rounded to whole grey values; a table of colours has 256 of them.
    np.testing.assert_allclose(blend(GREY, low), expected, atol=0.51)


def test_a_map_that_holds_nothing_leaves_the_image_as_it_is() -> None:
    low = LowMap(np.full((2, 3), 255, np.uint8), 0.0, (2, 3))
    assert (blend(GREY, low) == 100).all()


def test_the_figure_is_the_image_and_beside_it_a_map_of_each_arm_of_one_class() -> None:
    case = made_case(0)
    figure = np.asarray(Image.open(BytesIO(still(case, "PNG"))).convert("RGB"))
    assert case.image is not None
    grey = np.asarray(Image.open(BytesIO(case.image)).convert("L"))
    assert figure.shape == (96 + 18, 3 * 80 + 2 * 8, 3)
    np.testing.assert_array_equal(figure[:96, :80], np.repeat(grey[..., None], 3, axis=2))
    found = first_maps(case)
    assert [key.label for key, _ in found.values()] == ["normal", "normal"]
    for place, (_, low) in some(enumerate(found.values(), start=1)):
        left = place * (80 + 8)
        np.testing.assert_array_equal(figure[:96, left : left + 80], blend(grey, low))
    assert (figure[:, 80:88] == 255).all()


def test_a_case_without_an_image_has_no_figure() -> None:
    with pytest.raises(ValueError, match="case image-0 has no image to draw"):
        still(replace(made_case(0), image=None))
