"""Case: what is written for the browser says the same as what it was written from."""

import base64
import json
import re
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from cxrstudy.explorer.case import (
    LowMap,
    MapKey,
    Reading,
    as_address,
    is_right,
    opening_layer,
)
from cxrstudy.explorer.encode import SHOWN, encode_image, encode_map, outline, shrink
from cxrstudy.runs.operating_points import OperatingPoint
from tests.support.explored import ARMS, KEYS, made_case

SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=16)


@given(arrays(np.float32, SHAPES, elements=st.floats(0, 1e4, width=32)))
def test_a_map_comes_back_within_half_a_step(raw):
    width, height, peak, text, cells = encode_map(raw).written
    assert cells == [raw.shape[1], raw.shape[0]]
    values = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)
    assert peak == pytest.approx(raw.max(), rel=1e-2)
    assert np.allclose(values / 255 * raw.max(), raw, atol=raw.max() / 255 * 0.51)


def test_an_empty_map_is_empty_and_says_so():
    low = encode_map(np.zeros((3, 5), np.float32))
    assert low.peak == 0
    assert not low.values.any()


def test_a_fine_map_is_averaged_down_and_keeps_its_place():
    raw = np.zeros((64, 64), np.float32)
    raw[48:52, 8:12] = 4.0
    low = encode_map(raw, finest=16)
    assert low.values.shape == (16, 16)
    assert np.argwhere(low.values == 255).tolist() == [[12, 2]]
    assert low.peak == 4.0


@pytest.mark.parametrize("raw", [np.array([[-1.0, 1.0]]), np.array([[np.nan, 1.0]]), np.ones(3)])
def test_what_is_no_map_is_refused(raw):
    with pytest.raises(ValueError, match="a map"):
        encode_map(raw)


def test_an_image_keeps_its_proportions_and_its_grey_values():
    grey = np.tile(np.linspace(0, 255, 600).astype(np.uint8), (900, 1))
    small = shrink(grey)
    assert small.shape == (SHOWN, round(600 * SHOWN / 900))
    decoded = np.array(Image.open(BytesIO(encode_image(small))).convert("L")).astype(int)
    assert np.abs(decoded - small).mean() < 3


def test_a_reduced_image_has_no_rings_beside_an_edge():
    grey = np.where(np.arange(600) < 300, 50, 200).astype(np.uint8)
    small = shrink(np.tile(grey, (600, 1)))
    assert (small.min(), small.max()) == (50, 200)


def test_a_small_image_is_not_enlarged():
    grey = np.zeros((20, 30), np.uint8)
    assert shrink(grey) is grey


def test_an_outline_surrounds_exactly_its_mask():
    rows, columns = np.mgrid[:200, :100]
    mask = np.hypot(rows - 120, 2 * (columns - 40)) < 50
    drawn = fill(outline(mask), 200, 100)
    assert (drawn & mask).sum() / (drawn | mask).sum() > 0.96


def test_an_outline_closes_at_the_edge_and_is_empty_for_nothing():
    assert outline(np.zeros((9, 9), bool)) == ""
    whole = outline(np.ones((9, 9), bool))
    assert whole.count("M") == 1
    numbers = {int(number) for number in re.findall(r"\d+", whole)}
    assert (min(numbers), max(numbers)) == (0, 1000)  # the whole of the square it is drawn in


def test_an_outline_has_every_corner_of_a_square_with_corners_cut():
    mask = np.zeros((4, 4), bool)
    mask[1:3, 1:3] = True
    corners = {(250, 375), (375, 250), (625, 250), (750, 375)}
    corners |= {(x, 1000 - y) for x, y in corners}
    path = outline(mask)
    assert {tuple(map(int, point.split())) for point in path[1:-1].split("L")} == corners
    assert path.count("L") == 7


def fill(path, height, width):
    """Draw a path of the outline's kind, without a browser."""
    from matplotlib.path import Path

    points = np.array([[float(n) for n in point.split()] for point in path[1:-1].split("L")])
    rows, columns = np.mgrid[:height, :width]
    centres = np.column_stack([(columns.ravel() + 0.5) / width, (rows.ravel() + 0.5) / height])
    return Path(points).contains_points(centres * 1000).reshape(height, width)


def test_a_case_is_plain_data():
    case = made_case(1)
    written = json.loads(json.dumps(case.written))
    assert written["id"] == "image-1"
    assert written["truth"] == ["other_pneumonia"]
    assert written["facts"]["licence"] == "CC0-1.0"
    assert written["readings"]["control"]["right"] is True
    assert written["image"].startswith("data:image/webp;base64,")
    for arm in ARMS:
        for key in KEYS:
            width, height, _, text, _ = written["readings"][arm]["maps"][key.method][key.layer][
                key.label
            ]
            stored = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)
            assert np.array_equal(stored, case.readings[arm].maps[key].values)


@pytest.mark.parametrize(("start", "kind"), [(b"\x89PNG...", "png"), (b"\xff\xd8\xff\xe1", "jpeg")])
def test_an_image_says_what_it_is(start, kind):
    assert as_address(start).startswith(f"data:image/{kind};")


NORMAL, COVID = {"normal": True, "covid19": False}, {"normal": False, "covid19": True}


@pytest.mark.parametrize(
    ("kind", "truth", "positive", "right"),
    [
        ("multiclass", NORMAL, NORMAL, True),
        ("multiclass", COVID, NORMAL, False),
        ("multiclass", {}, NORMAL, None),
        ("multiclass", COVID, {"normal": None, "covid19": None}, None),
        ("multiclass", COVID | {"gout": False}, COVID | {"other": False}, True),
        ("multilabel", COVID, COVID, True),
        ("multilabel", {"covid19": True}, {"covid19": True, "normal": True}, True),
        ("multilabel", {"normal": False}, NORMAL, False),
        ("multilabel", COVID, {"normal": False, "covid19": None}, None),  # nobody calls it
        ("multilabel", COVID, {"normal": True, "covid19": None}, False),  # whatever that is
        ("binary", {"covid19": False}, {"covid19": False}, True),
        ("binary", {"somewhere else": True}, {"covid19": False}, None),
    ],
)
def test_right_is_agreement_with_all_that_is_known(kind, truth, positive, right):
    assert is_right(kind, truth, positive) is right


@pytest.mark.parametrize(
    ("sides", "layer"), [((16, 8, 4), "b"), ((16, 12, 8), "c"), ((6, 4, 2), "a")]
)
def test_the_layer_shown_first_is_the_deepest_that_is_fine_enough_to_point(sides, layer):
    maps = {
        MapKey("gradcam", name, "covid19"): LowMap(
            np.zeros((side, side), np.uint8), 0.0, (side, side)
        )
        for name, side in zip("abc", sides, strict=True)
    }
    assert opening_layer(maps) == layer


@given(st.floats(0, 1), st.floats(-1e-6, 1e-6))
def test_a_written_probability_stays_on_its_side_of_zero_one_and_the_threshold(p, apart):
    threshold = p + apart
    points = {"covid19": OperatingPoint(threshold, "made", 9, 0.9, 0.9)}
    written = Reading({"covid19": p}, {"covid19": p >= threshold}, None, {}, points).written
    (kept,) = written["probabilities"].values()
    assert kept == pytest.approx(p, abs=6e-5)
    sides = [[np.sign(one - other) for other in (0, threshold, 1)] for one in (kept, p)]
    assert sides[0] == sides[1]
