"""Lines, tubes and leads."""

import numpy as np

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
