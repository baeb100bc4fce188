"""The trees of the lung vessels."""

import numpy as np
import pytest

from cxrstudy.phantom.anatomy import Alteration, chest
from cxrstudy.phantom.patient import draw_patient, draw_pose
from cxrstudy.phantom.vessels import GENERATIONS, HILUM, PIECES, grow


def test_vessels_thin_out_from_generation_to_generation():
    starts, ends, radii = grow(np.random.default_rng(0), HILUM)
    roots = radii.size // (PIECES * (2**GENERATIONS - 1))
    assert radii.size == roots * PIECES * (2**GENERATIONS - 1)
    first, last = radii[:roots], radii[-roots * 2 ** (GENERATIONS - 1) :]
    assert last.max() < first.min()
    assert radii.min() > 0.01
    assert starts.shape == ends.shape == (radii.size, 2)


def test_each_lungs_tree_grows_to_its_own_side():
    _, ends, _ = grow(np.random.default_rng(1), {-1: (-4.0, 0.0)})
    assert np.mean(ends[:, 0] < -4.0) > 0.85


@pytest.mark.parametrize("pixels", [64, 256])
def test_oedema_widens_the_upper_vessels(pixels):
    patient, pose = draw_patient(0, "p1"), draw_pose(0, "p1-1", "PA")
    healthy = chest(patient, pose, pixels)
    engorged = chest(patient, pose, pixels, Alteration(engorged=0.6))
    upper = healthy.frame.y < -3
    assert engorged.blood[upper].sum() > 1.5 * healthy.blood[upper].sum()
