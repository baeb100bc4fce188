"""Anatomy by view, side and sex: distributions with the bounds that the module states."""

from functools import lru_cache

import numpy as np
import pytest

from cxrstudy.phantom.anatomy import chest
from cxrstudy.phantom.patient import draw_patient, draw_pose
from tests.support.some import some

PEOPLE = 1_500


@lru_cache
def people(sex):
    drawn = [draw_patient(11, f"d{number}") for number in range(PEOPLE)]
    return [person for person in drawn if person.sex == sex]


@lru_cache
def poses(view):
    return [draw_pose(11, f"d{number}", view) for number in range(PEOPLE)]


def of(things, name):
    return np.array([getattr(thing, name) for thing in things])


@pytest.mark.parametrize(("sex", "size"), [("F", 0.925), ("M", 1.0)])
def test_women_are_smaller_by_the_ratio_of_the_reference_persons(sex, size):
    # ICRP 89: 163 and 176 cm.
    sizes = of(people(sex), "size")
    assert sizes.mean() == pytest.approx(size, abs=0.006)
    assert sizes.std() == pytest.approx(0.04, abs=0.005)
    assert pytest.approx(0.925, abs=0.002) == 163 / 176


def test_a_healthy_heart_is_under_half_of_the_chest_in_everyone():
    hearts = np.concatenate([of(people("F"), "heart"), of(people("M"), "heart")])
    assert hearts.mean() == pytest.approx(0.44, abs=0.005)
    assert hearts.min() >= 0.35
    assert hearts.max() <= 0.5


def test_the_slender_have_longer_lungs_and_narrower_chests():
    everyone = people("F") + people("M")
    for name, sign in (("lung_height", -1), ("chest_width", 1), ("chest_depth", 1)):
        found = np.corrcoef(of(everyone, "mass_index"), of(everyone, name))[0, 1]
        assert sign * found > 0.15, name


def test_bone_loses_half_a_percent_of_mineral_a_year_after_fifty():
    everyone = people("F") + people("M")
    age, mineral = of(everyone, "age"), of(everyone, "mineral")
    old = (age > 52) & (mineral > 0.66)
    assert np.polyfit(age[old], mineral[old], 1)[0] == pytest.approx(-0.005, abs=0.001)
    assert mineral[age < 50].mean() == pytest.approx(1, abs=0.012)


@pytest.mark.parametrize(
    ("view", "name", "mean", "spread", "limits"),
    [
        ("PA", "inspiration", -0.5, 1.05, (-4.0, 1.5)),
        ("AP", "inspiration", -1.7, 1.05, (-4.0, 1.5)),
        ("PA", "rotation", 0.0, 0.75, (-2.4, 2.4)),
        ("AP", "rotation", 0.0, 1.15, (-2.4, 2.4)),
        ("PA", "tilt", 0.0, 0.02, (-0.09, 0.09)),
        ("AP", "tilt", 0.0, 0.032, (-0.09, 0.09)),
        ("PA", "magnification", 1.05, 0.04 / 12**0.5, (1.03, 1.07)),
        ("AP", "magnification", 1.095, 0.05 / 12**0.5, (1.07, 1.12)),
        ("PA", "heart_magnification", 1.0, 0.0, (1.0, 1.0)),
        ("AP", "heart_magnification", 1.085, 0.07 / 12**0.5, (1.05, 1.12)),
        ("PA", "field", 39.0, 8.0 / 12**0.5, (35.0, 43.0)),
        ("AP", "field", 39.5, 10.0 / 12**0.5, (34.5, 44.5)),
    ],
)
def test_poses_by_view(view, name, mean, spread, limits):
    values = of(poses(view), name)
    assert values.mean() == pytest.approx(mean, abs=4 * spread / PEOPLE**0.5 + 0.025 * spread)
    assert values.std() == pytest.approx(spread, rel=0.08)  # of 1,500 draws
    assert limits[0] <= values.min() <= values.max() <= limits[1]


@pytest.mark.parametrize(("view", "reach"), [("PA", (0.6, 1.4)), ("AP", (0.2, 1.0))])
def test_the_arms_are_held_away_for_a_pa_film(view, reach):
    arms = of(poses(view), "arms")
    assert arms.shape == (PEOPLE, 2)
    assert arms.min() >= reach[0]
    assert arms.max() <= reach[1]
    assert arms.mean(axis=0) == pytest.approx(np.mean(reach), abs=0.03)
    assert abs(np.corrcoef(arms.T)[0, 1]) < 0.1


@lru_cache
def bodies(view):
    return [
        chest(draw_patient(3, f"c{number}"), draw_pose(3, f"c{number}-1", view), 48)
        for number in range(30)
    ]


def litres(body):
    size = body.patient.size
    return float(body.lung.sum()) * (body.frame.pixel * size) ** 2 * size / 1000


def test_womens_lungs_are_smaller():
    # By the cube of the ratio of their sizes, .79, and by what builds vary: a tenth either way.
    volumes = {
        sex: [litres(body) for body in bodies("PA") if body.patient.sex == sex] for sex in "FM"
    }
    assert min(map(len, volumes.values())) > 8
    assert 0.66 < np.mean(volumes["F"]) / np.mean(volumes["M"]) < 0.92


def test_bedside_lungs_are_shallower():
    ratios = [
        litres(bedside) / litres(upright)
        for bedside, upright in zip(bodies("AP"), bodies("PA"), strict=True)
    ]
    assert 0.75 < np.mean(ratios) < 0.97


def test_the_right_lung_is_the_larger_one_and_its_dome_the_higher_one():
    larger = []
    for body in some(bodies("PA")):
        left = body.frame.x > body.outline.centre
        larger.append((body.lung_mask & ~left).sum() / (body.lung_mask & left).sum())
        assert body.outline.dome[0] < body.outline.dome[1]
    # 1.1 in ICRP 89; rotation shifts what the heart hides.
    assert 1.02 < np.mean(larger) < 1.4


def test_a_bedside_image_enlarges_the_heart_by_its_magnification():
    def share(body):
        x = body.frame.x[body.heart_mask]
        return (x.max() - x.min()) / body.patient.chest_width

    ratios = [share(ap) / share(pa) for ap, pa in zip(bodies("AP"), bodies("PA"), strict=True)]
    assert 1.02 < np.mean(ratios) < 1.16
