"""Who is drawn, and how they stand."""

import numpy as np

from cxrstudy.phantom.patient import AGE_RANGE, FEMALE_SHARE, draw_patient, draw_pose
from tests.support.some import some


def test_sex_and_age_follow_the_table():
    people = [draw_patient(0, f"p{i}") for i in range(1500)]
    share = np.mean([person.sex == "F" for person in people])
    assert abs(share - FEMALE_SHARE) < 4 * np.sqrt(FEMALE_SHARE * (1 - FEMALE_SHARE) / 1500)
    ages = [person.age for person in people]
    assert AGE_RANGE[0] <= min(ages)
    assert max(ages) <= AGE_RANGE[1]
    assert 50 < np.mean(ages) < 58


def test_bodies_are_human():
    people = [draw_patient(1, f"p{i}") for i in range(500)]
    women = [person.size for person in people if person.sex == "F"]
    men = [person.size for person in people if person.sex == "M"]
    assert np.mean(women) < np.mean(men)
    assert all(0.33 < person.heart <= 0.5 for person in some(people))
    assert all(11 < person.chest_width < 17 for person in some(people))
    aged = np.corrcoef([p.age for p in people], [p.aorta for p in people])[0, 1]
    assert aged > 0.8


def test_a_patient_keeps_their_build_and_changes_their_pose():
    assert draw_patient(0, "p1") == draw_patient(0, "p1")
    assert draw_patient(0, "p1") != draw_patient(1, "p1")
    assert draw_pose(0, "p1-1", "PA") != draw_pose(0, "p1-2", "PA")


def test_bedside_images_are_shallower_and_magnified():
    pa = [draw_pose(0, f"i{i}", "PA") for i in range(300)]
    ap = [draw_pose(0, f"i{i}", "AP") for i in range(300)]
    for name in ("magnification", "heart_magnification"):
        assert np.mean([getattr(p, name) for p in ap]) > np.mean([getattr(p, name) for p in pa])
    assert np.mean([p.inspiration for p in ap]) < np.mean([p.inspiration for p in pa]) - 0.5
