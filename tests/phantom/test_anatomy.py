"""The chest as a whole."""

import numpy as np
import pytest

from cxrstudy.phantom.anatomy import Alteration, chest
from cxrstudy.phantom.patient import draw_patient, draw_pose


def build(number=0, view="PA", pixels=128, **change):
    patient = draw_patient(0, f"p{number}")
    return chest(patient, draw_pose(0, f"p{number}-1", view), pixels, Alteration(**change))


@pytest.mark.parametrize("view", ["PA", "AP"])
def test_lung_volume_is_human(view):
    # Total lung capacity is about 7 l in men and 5 l in women (ICRP 89), less on shallow breaths.
    litres = []
    for number in range(8):
        body = build(number, view)
        volume = body.lung.sum() * (body.frame.pixel * body.patient.size) ** 2 * body.patient.size
        litres.append(volume / 1000)
    assert 3.0 < np.mean(litres) < 7.0
    assert min(litres) > 1.8


def test_there_are_two_lungs_clear_of_the_heart():
    body = build()
    assert not (body.lung_mask & body.heart_mask).any()
    left, right = body.lung_mask & (body.frame.x > 0), body.lung_mask & (body.frame.x < 0)
    assert 0.05 < left.mean() < 0.25
    assert 0.08 < right.mean() < 0.25


def test_the_heart_lies_to_the_left_and_is_under_half_of_the_chest():
    for number in range(6):
        body = build(number)
        x = body.frame.x[body.heart_mask]
        assert x.mean() - body.outline.centre > 0.5
        width = x.max() - x.min()
        assert 0.33 < width / (2 * body.patient.chest_width) < 0.54


def test_the_air_hidden_by_the_mediastinum_carries_no_disease():
    for number in range(4):
        body = build(number)
        middle = (np.abs(body.frame.x - body.outline.centre) < 1.0) & (np.abs(body.frame.y + 8) < 1)
        assert not body.lung[middle].any()
        assert body.gas[middle].min() > 0.5


def test_an_enlarged_heart_is_over_half_of_the_chest():
    body = build(0, heart=0.6 / build(0).patient.heart)
    x = body.frame.x[body.heart_mask]
    assert (x.max() - x.min()) / (2 * body.patient.chest_width) > 0.53


def test_lung_lies_within_the_body():
    body = build(3)
    assert (body.lung <= body.body + 1e-3).mean() > 0.999


def test_women_have_breasts():
    people = [draw_patient(0, f"p{i}") for i in range(30)]
    woman = next(p for p in people if p.sex == "F")
    pose = draw_pose(0, "x", "PA")
    body = chest(woman, pose, 128)
    low = (np.abs(np.abs(body.frame.x) - 8) < 1) & (np.abs(body.frame.y - 6) < 1)
    high = (np.abs(np.abs(body.frame.x) - 8) < 1) & (np.abs(body.frame.y + 6) < 1)
    assert body.body[low].mean() > body.body[high].mean() + 1


def test_lung_coordinates_stay_in_range():
    body = build(4)
    assert body.across.min() >= 0
    assert body.across.max() <= 1
    assert body.down.min() >= 0
    assert body.down.max() <= 1


def test_anatomy_is_the_same_at_every_resolution():
    fine, coarse = build(5, pixels=256), build(5, pixels=64)
    for name in ("body", "lung", "blood", "bone", "gas"):
        averaged = getattr(fine, name).reshape(64, 4, 64, 4).mean(axis=(1, 3))
        assert np.corrcoef(averaged.ravel(), getattr(coarse, name).ravel())[0, 1] > 0.95, name
