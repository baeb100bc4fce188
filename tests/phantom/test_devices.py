"""Lines, tubes and leads."""

import numpy as np
import pytest

from cxrstudy.phantom.devices import FREQUENCY, devices
from cxrstudy.phantom.streams import stream
from tests.support.phantom_cases import diseased


def count(view, images=60):
    body, _ = diseased(0, "", view, 64)
    depths = [devices(body, stream(0, f"i{i}", "devices")) for i in range(images)]
    assert all(np.isfinite(depth).all() and depth.min() >= 0 for depth in depths)
    return np.mean([depth.any() for depth in depths])


def test_bedside_images_carry_more_devices():
    assert count("AP") > count("PA") + 0.2


def test_frequencies_depend_on_the_view_alone():
    assert set(FREQUENCY) == {"PA", "AP"}
    assert all(0 < p < 1 for view in FREQUENCY.values() for p in view.values())


# One image for each device, in the order of FREQUENCY.
@pytest.mark.parametrize(
    ("view", "barely", "barely_not"),
    [
        ("PA", (65, 168, 200, 28), (29, 83, 275, 15)),
        ("AP", (6, 9, 27, 125, 809, 93), (7, 14, 87, 51, 5, 308)),
    ],
)
def test_no_device_is_a_fifth_rarer_or_a_quarter_more_frequent(view, barely, barely_not):
    body, _ = diseased(0, "", view, 64)
    assert len(barely) == len(barely_not) == len(FREQUENCY[view])
    found = [
        bool(devices(body, np.random.default_rng(seed)).any()) for seed in (*barely, *barely_not)
    ]
    assert found == [True] * len(barely) + [False] * len(barely_not)
