"""The image chain against closed forms: what a uniform slab must give at the detector."""

from dataclasses import replace

import numpy as np
import pytest

from cxrstudy.phantom import acquisition
from cxrstudy.phantom.acquisition import SITES, acquire
from cxrstudy.phantom.anatomy import chest
from cxrstudy.phantom.patient import draw_patient, draw_pose

#: IEC 62220-1, beam quality RQA 5: photons a square millimetre and microgray of air kerma.
PHOTONS_PER_MM2 = 30_174
#: NISTIR 5632 and ICRU 44: soft tissue at 60 keV, a cm.
MU = 0.2048 * 1.06
#: Without a marker and shutters, so that the slab is all there is; sides are of 64 pixels in 38 cm.
PLAIN = replace(SITES["alder"], marker="", shutter=0.0)
SIDE, FIELD_CM = 64, 38.0


@pytest.fixture
def at_the_detector(monkeypatch):
    """What reaches the detector: signal and photons a pixel for a signal of 1, of each image."""
    seen, real = [], acquisition.expose

    def watched(primary, counts, rng):
        seen.append((primary.astype(float), float(counts)))
        return real(primary, counts, rng)

    monkeypatch.setattr(acquisition, "expose", watched)

    def take(thickness, style=PLAIN, view="PA", seed=1, field=FIELD_CM):
        soft = np.full((SIDE, SIDE), thickness, dtype=np.float32)
        zero = np.zeros_like(soft)
        image = acquire(soft, zero, zero, style, view, np.random.default_rng(seed), field)
        return *seen.pop(), image

    return take


@pytest.mark.parametrize(("view", "share"), [("PA", 1.0), ("AP", 0.5)])
@pytest.mark.parametrize("kerma", [0.8, 2.5])
@pytest.mark.parametrize("field", [30.0, 38.0])
def test_a_pixel_detects_the_photons_of_its_air_kerma(at_the_detector, view, share, kerma, field):
    signal, counts, _ = at_the_detector(12.0, replace(PLAIN, dose=kerma), view, field=field)
    pixel_mm = 10 * field / SIDE
    detected = 0.6 * PHOTONS_PER_MM2 * kerma * share * pixel_mm**2
    middle = signal[16:-16, 16:-16].mean()
    assert counts * middle == pytest.approx(detected, rel=0.006)  # 30,174 is rounded to 3.0e4


def test_four_times_the_kerma_halves_the_noise_of_the_image(at_the_detector):
    def noise(kerma):
        _, _, image = at_the_detector(10.0, replace(PLAIN, dose=kerma, enhancement=0.0), seed=5)
        rows = image[16:-16].astype(float)
        return (rows - rows.mean(axis=1, keepdims=True)).std()

    assert noise(0.002) / noise(0.008) == pytest.approx(2, rel=0.07)  # grey values are whole


@pytest.mark.parametrize("thickness", [4.0, 10.0, 20.0])
def test_without_scatter_a_known_thickness_attenuates_by_its_exponential(
    at_the_detector, thickness
):
    signal, _, _ = at_the_detector(thickness, replace(PLAIN, scatter=0.0))
    assert signal[:, 20:40].mean() == pytest.approx(np.exp(-MU * thickness), rel=2e-4)


@pytest.mark.parametrize("thickness", [6.0, 18.0])
@pytest.mark.parametrize(("view", "grid"), [("PA", 1.0), ("AP", 1.35)])
def test_the_scatter_to_primary_ratio_grows_with_the_optical_depth(
    at_the_detector, thickness, view, grid
):
    depth = MU * thickness
    ratios = np.array([
        at_the_detector(thickness, view=view, seed=seed)[0].mean() / np.exp(-depth) - 1
        for seed in range(40)
    ])  # fmt: skip
    factors = ratios / (PLAIN.scatter * grid * depth)
    assert factors.min() >= 0.849
    assert factors.max() <= 1.151
    assert factors.mean() == pytest.approx(1, abs=0.05)
    assert factors.std() == pytest.approx(0.3 / 12**0.5, rel=0.25)  # of 40 draws


def test_the_sites_scatter_as_chests_with_a_grid_do():
    # Niklason et al. 1981: a ratio of .3 to .5 in the lungs and of 1 to 3 in the mediastinum. Their
    # optical depths are about those of 10 and of 22 cm of tissue; a site may lie a third beside.
    for style in SITES.values():
        assert 0.2 <= style.scatter * MU * 10 <= 0.6
        assert 0.4 <= style.scatter * MU * 22 * 1.35 <= 3


def test_the_heel_effect_is_linear_along_the_tubes_axis_and_only_there(at_the_detector):
    axis = (np.arange(SIDE) + 0.5) * FIELD_CM / SIDE - FIELD_CM / 2
    slopes = []
    for seed in range(60):
        signal, _, _ = at_the_detector(10.0, seed=seed)
        relative = signal / signal.mean()
        slope = np.polyfit(axis, relative.mean(axis=1), 1)[0]
        np.testing.assert_allclose(relative, 1 + slope * axis[:, None] + 0 * relative, atol=2e-4)
        slopes.append(slope)
    assert np.mean(slopes) == pytest.approx(0, abs=3 * 0.004 / 60**0.5)
    assert np.std(slopes) == pytest.approx(0.004, rel=0.3)  # of 60 draws


def test_a_point_spreads_by_the_detectors_blur_and_the_pixels_aperture(at_the_detector):
    wide = replace(PLAIN, scatter=0.0, blur=1.5)
    soft = np.full((SIDE, SIDE), 30.0, dtype=np.float32)
    soft[32, 32] = 0.0
    seen, real = [], acquisition.expose
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acquisition, "expose", lambda p, c, r: (seen.append(p), real(p, c, r))[1])
        zero = np.zeros_like(soft)
        acquire(soft, zero, zero, wide, "PA", np.random.default_rng(1))
    spread = seen[0].astype(float) - seen[0][:, :1]  # without the slab, whose rows are alike
    across = spread.sum(axis=0)
    pixel = FIELD_CM / SIDE
    place = (np.arange(SIDE) - 32) * pixel
    expected = np.hypot(1.5, pixel / 12**0.5)
    assert np.sqrt((across * place**2).sum() / across.sum()) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("magnification", [1.05, 1.15])
@pytest.mark.parametrize("field", [36.0, 42.0])
def test_the_chest_is_shown_larger_by_its_magnification(magnification, field):
    patient = draw_patient(0, "p1")
    pose = replace(
        draw_pose(0, "p1-1", "PA"), magnification=magnification, field=field, tilt=0.0,
        shift=(0.0, 0.0), rotation=0.0,
    )  # fmt: skip
    body = chest(patient, pose, 256)
    columns = np.flatnonzero(body.lung_mask.any(axis=0))
    shown_cm = (columns[-1] - columns[0] + 1) * field / 256
    at = body.frame.x[:, [columns[0], columns[-1]]]
    inside_cm = (at[0, 1] - at[0, 0]) + body.frame.pixel
    assert shown_cm / (inside_cm * patient.size) == pytest.approx(magnification, rel=1e-4)
    widest = 2 * patient.chest_width * patient.size * magnification
    assert shown_cm == pytest.approx(widest, rel=0.08)  # rounded over the ribs, and turned
