"""Bones where they belong."""

from dataclasses import replace

import numpy as np

from cxrstudy.phantom.anatomy import chest
from cxrstudy.phantom.patient import draw_patient, draw_pose


def bones(number, view="PA", pixels=128):
    return chest(draw_patient(0, f"p{number}"), draw_pose(0, f"p{number}-1", view), pixels)


def test_bone_is_finite_and_never_negative():
    for number in range(4):
        body = bones(number)
        assert np.isfinite(body.bone).all()
        assert body.bone.min() >= 0
        assert 0.5 < body.bone.max() < 6


def test_the_spine_is_the_densest_column():
    body = bones(0)
    middle = body.bone[(np.abs(body.frame.x) < 1.2) & (np.abs(body.frame.y) < 10)].mean()
    lungs = body.bone[body.lung_mask].mean()
    assert middle > 1.2 * lungs > 0.02


def test_ribs_cross_the_lungs_in_bands():
    body = bones(1, pixels=256)
    column = np.argmin(np.abs(body.frame.x[128] - 7.0))
    line = body.bone[:, column][body.lung_mask[:, column]]
    crossings = np.count_nonzero(np.diff((line > line.mean()).astype(int)) == 1)
    assert 4 <= crossings <= 16


def test_ribs_differ_from_one_another_and_from_side_to_side():
    body = bones(2)
    mirrored = body.bone[:, ::-1]
    assert np.abs(body.bone - mirrored).mean() > 0.01


def test_shoulder_blades_leave_the_lungs_in_pa_images():
    patient = draw_patient(0, "p3")
    share = {}
    for view in ("PA", "AP"):
        body = chest(patient, draw_pose(0, "p3-1", view), 128)
        outer = body.lung_mask & (body.across > 0.8) & (body.down < 0.55)
        share[view] = body.bone[outer].mean()
    assert share["PA"] != share["AP"]


def test_cartilage_calcifies_with_age_only():
    added = {age: [] for age in (20, 34, 60, 85)}
    for number in range(12):
        patient = draw_patient(0, f"p{number}")
        pose = draw_pose(0, f"p{number}-1", "PA")
        bone = {age: chest(replace(patient, age=age), pose, 64).bone.sum() for age in added}
        for age, total in bone.items():
            added[age].append(float(total - bone[20]))
    assert not any(added[34])
    assert 0 < np.mean(added[60]) < np.mean(added[85])
