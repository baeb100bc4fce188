"""Smooth fields: their statistics, and that they are the same at every resolution."""

import numpy as np
import pytest

from cxrstudy.phantom.fields import sample, smooth_field
from cxrstudy.phantom.geometry import Frame


@pytest.mark.parametrize("slope", [0.5, 1.5])
def test_a_field_has_zero_mean_and_unit_variance(slope):
    rng = np.random.default_rng(0)
    fields = np.stack([smooth_field(rng, 12.0, 2.0, slope) for _ in range(40)])
    assert abs(fields.mean()) < 0.01
    assert fields.var() == pytest.approx(1.0, abs=0.08)


def test_a_field_has_no_waves_outside_its_band():
    field = smooth_field(np.random.default_rng(1), 10.0, 2.5)
    power = np.abs(np.fft.rfft2(field)) ** 2
    frequency = np.hypot(
        np.fft.fftfreq(128, 52 / 128)[:, None], np.fft.rfftfreq(128, 52 / 128)[None, :]
    )
    outside = (frequency < 1 / 10.5) | (frequency > 1 / 2.4)
    assert power[outside].sum() < 1e-6 * power.sum()


def test_a_field_is_the_same_at_every_resolution():
    field = smooth_field(np.random.default_rng(2), 10.0, 2.0)
    fine = sample(field, Frame.place(256, (0.0, 0.0), 1.0))
    coarse = sample(field, Frame.place(64, (0.0, 0.0), 1.0))
    averaged = fine.reshape(64, 4, 64, 4).mean(axis=(1, 3))
    assert np.corrcoef(averaged.ravel(), coarse.ravel())[0, 1] > 0.99


def test_sampling_far_outside_wraps_round():
    field = smooth_field(np.random.default_rng(3), 10.0, 2.0)
    assert np.isfinite(sample(field, Frame.place(32, (5.0, 5.0), 0.6))).all()
