"""Still: the figure without a script shows the image as it is, and beside it the maps."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from cxrstudy.explorer.case import LowMap
from cxrstudy.explorer.still import blend, first_maps, still
from tests.support.explored import ARMS, made_case


def test_an_image_stands_beside_the_first_map_of_every_arm_and_white_is_between() -> None:
    case = made_case(0)
    assert case.image is not None
    drawn = np.array(Image.open(BytesIO(still(case, "PNG"))))
    grey = np.array(Image.open(BytesIO(case.image)).convert("L"))
    assert drawn.shape == (96 + 18, 3 * 80 + 2 * 8, 3)
    assert np.array_equal(drawn[:96, :80], np.repeat(grey[..., None], 3, axis=2))
    maps = first_maps(case)
    assert np.array_equal(drawn[:96, 88:168], blend(grey, maps[ARMS[0]][1]))
    assert np.array_equal(drawn[:96, 176:], blend(grey, maps[ARMS[1]][1]))
    assert (drawn[:, [*range(80, 88), *range(168, 176)]] == 255).all()


def test_a_case_without_its_image_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="case image-0 has no image to draw"):
        still(replace(made_case(0), image=None))


def test_every_arm_shows_the_class_that_the_first_arm_calls_or_else_its_own() -> None:
    case = made_case(0)
    control, general = (case.readings[arm] for arm in ARMS)
    assert (control.shown, general.shown) == ("normal", "other_pneumonia")
    assert [key.label for key, _ in first_maps(case).values()] == ["normal", "normal"]
    without = {key: low for key, low in general.maps.items() if key.label != "normal"}
    apart = replace(case, readings={"control": control, "other": replace(general, maps=without)})
    assert [key.label for key, _ in first_maps(apart).values()] == ["normal", "other_pneumonia"]


@pytest.mark.parametrize(("value", "colour"), [(0, [50, 50, 52]), (255, [176, 176, 146])])
def test_half_of_a_colour_is_the_image_and_half_the_two_ends_of_magma(
    value: int, colour: list[int]
) -> None:
    low = LowMap(np.full((1, 1), value, np.uint8), 0.5, (1, 1))
    drawn = blend(np.full((3, 2), 100, np.uint8), low)
    assert drawn.tolist() == [[colour] * 2] * 3


def test_a_map_that_holds_nothing_leaves_the_image_as_it_is() -> None:
    low = LowMap(np.full((1, 1), 255, np.uint8), 0.0005, (1, 1))
    assert blend(np.array([[7, 9]], np.uint8), low).tolist() == [[[7] * 3, [9] * 3]]
