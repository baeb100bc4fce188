"""What all lesions have in common."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.phantom import pathology
from cxrstudy.phantom.attenuation import LUNG_WATER
from cxrstudy.phantom.fields import smooth_field
from cxrstudy.phantom.findings import FINDINGS
from tests.support.draws import draws
from tests.support.phantom_cases import diseased
from tests.support.some import some


@pytest.mark.parametrize("finding", FINDINGS)
@pytest.mark.parametrize("number", range(3))
def test_lesions_are_finite_in_range_and_inside_the_thorax(finding, number):
    body, lesion = diseased(number, finding)
    assert lesion.water.min() >= 0
    assert lesion.water.max() <= 1
    assert lesion.air.min() >= 0
    assert lesion.air.max() <= 1
    assert np.isfinite(lesion.tissue).all()
    assert lesion.mask.any()
    thorax = (body.lung > 0) | body.lung_mask | body.heart_mask
    assert not (lesion.mask & ~thorax).any()


def test_severities_are_ordered_ranges():
    assert set(FINDINGS) == set(pathology.SEVERITY)
    assert all(0 < low < high for low, high in some(pathology.SEVERITY.values()))


def test_no_lesion_changes_nothing():
    body, healthy = diseased(0, "")
    assert not healthy.mask.any()
    path = pathology.soft_tissue(body, healthy)
    assert (path >= 0).all()
    outside = body.lung == 0
    expected = np.maximum(body.body - body.gas, 0)
    assert np.allclose(path[outside], expected[outside], atol=1e-4)


def test_lung_counts_by_its_water():
    body, healthy = diseased(0, "")
    path = pathology.soft_tissue(body, healthy)
    clear = body.lung_mask & (body.blood < 0.01) & (body.gas == 0) & (body.lung > 4)
    share = 1 - (body.body - path)[clear] / body.lung[clear]
    # Its texture, and its fall from apex to base.
    assert share.mean() == pytest.approx(LUNG_WATER, rel=0.08)


def test_full_water_turns_lung_into_tissue_and_air_empties_it():
    body, _ = diseased(0, "")
    one = np.ones_like(body.lung)
    full = pathology.lesion(body, body.lung_mask, water=one)
    free = pathology.lesion(body, body.lung_mask, air=one)
    clear = body.lung_mask & (body.gas == 0)
    assert np.allclose(pathology.soft_tissue(body, full)[clear], body.body[clear], atol=1e-4)
    emptied = pathology.soft_tissue(body, free)[clear]
    assert np.allclose(emptied, np.maximum(body.body - body.lung, 0)[clear], atol=1e-4)


def test_together_takes_the_stronger_water_and_adds_tissue():
    body, _ = diseased(0, "")
    one = np.ones_like(body.lung)
    first = pathology.lesion(body, body.lung_mask, water=0.2 * one, tissue=one)
    second = pathology.lesion(body, body.heart_mask, water=0.5 * one, tissue=one)
    both = pathology.together(body, [first, second])
    assert np.allclose(both.water, 0.5)
    assert np.allclose(both.tissue, 2)
    assert (both.mask == (body.lung_mask | body.heart_mask)).all()


@given(t=st.floats(-3, 3))
def test_smooth_step_rises_from_nought_to_one(t):
    value = float(pathology.smooth_step(np.array([t], dtype=np.float32))[0])
    assert 0 <= value <= 1
    opposite = float(pathology.smooth_step(np.array([-t], dtype=np.float32))[0])
    assert value == pytest.approx(1 - opposite, abs=1e-5)


@given(x=st.floats(-9, 9), y=st.floats(-9, 9), angle=st.floats(-3, 3))
@draws(20)
def test_a_blob_is_strong_inside_and_nil_far_off(x, y, angle):
    body, _ = diseased(0, "")
    field = smooth_field(np.random.default_rng(0), 9, 2)
    window, strength = pathology.blob(body, (x, y), (2.5, 2.5), field, 0.1, 0.3, angle)
    distance = np.hypot(body.frame.x[window] - x, body.frame.y[window] - y)
    assert strength[distance < 0.5].min() > 0.9
    assert strength[distance > 4.6].max(initial=0) == 0
