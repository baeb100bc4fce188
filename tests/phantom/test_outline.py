"""Outlines of the chest."""

import numpy as np
import pytest

from cxrstudy.phantom.geometry import PROFILE_Y
from cxrstudy.phantom.outline import APEX, draw_outline
from cxrstudy.phantom.patient import draw_patient, draw_pose


@pytest.mark.parametrize("number", range(8))
def test_outlines_enclose_one_another(number):
    patient = draw_patient(0, f"p{number}")
    outline = draw_outline(patient, draw_pose(0, f"p{number}-1", "PA"))
    lung = (PROFILE_Y > APEX + 1) & (outline.base > PROFILE_Y)
    assert (outline.cage[lung] > outline.left[lung]).all()
    assert (outline.cage[lung] > outline.right[lung]).all()
    assert (outline.body[lung] > outline.cage[lung] + 1).all()
    assert (outline.thickness[lung] > outline.depth[lung]).all()


def test_the_left_dome_is_lower_and_breath_lowers_both():
    patient = draw_patient(0, "p0")
    pose = draw_pose(0, "p0-1", "PA")
    outline = draw_outline(patient, pose)
    assert outline.dome[1] > outline.dome[0]
    raised = draw_outline(patient, pose, (1.5, 0.0))
    assert raised.dome[0] == pytest.approx(outline.dome[0] - 1.5)
    assert raised.dome[1] == pytest.approx(outline.dome[1])


def test_lung_coordinates_run_from_mediastinum_to_chest_wall():
    patient = draw_patient(0, "p2")
    outline = draw_outline(patient, draw_pose(0, "p2-1", "AP"))
    for side in (-1, 1):
        inner, outer = outline.place(side, 0.0, 0.5), outline.place(side, 1.0, 0.5)
        assert np.sign(outer[0]) == side
        assert abs(outer[0]) > abs(inner[0]) + 5
        assert outer[1] == inner[1]
    assert outline.place(1, 0.5, 0.0)[1] == pytest.approx(APEX)
    assert outline.place(1, 0.5, 1.0)[1] == pytest.approx(outline.base)
