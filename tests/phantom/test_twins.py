"""Twins: one thing is changed, and what is not concerned stays as it was."""

import numpy as np
import pytest

from cxrstudy import phantom
from cxrstudy.explain.regions import phantom_regions
from cxrstudy.phantom.acquisition import SITES
from cxrstudy.phantom.twins import (
    ANATOMY,
    BARE,
    BLURRED,
    BORDER,
    CHANGES,
    DENSER,
    ELSEWHERE,
    LIGHTER,
    LOOK_UP,
    NOISIER,
    VIEW,
    WITHOUT_LESION,
    WITHOUT_MARKER,
    imaged_at,
    twin,
)
from tests.support.some import some

ROWS = phantom.population.draw("target", 12, 5)
ILL = ROWS[ROWS["labels"] == "covid19"]["path"].to_list()[:4]
HEALTHY = ROWS[ROWS["labels"] == "normal"]["path"].iloc[0]


def apart(one, other):
    """Grey levels by which two images differ, pixel by pixel."""
    return np.abs(one.image.astype(int) - other.image)


def test_what_is_taken_away_is_where_the_image_changes():
    for address in ILL:
        whole, gone = phantom.render(address, 64), twin(address, 64, WITHOUT_LESION)
        moved = apart(whole, gone)
        assert not gone.lesion.any()
        np.testing.assert_array_equal(gone.lung, whole.lung)  # the same chest
        assert moved[whole.lesion].mean() > 3 * moved[~whole.lesion].mean()


def test_without_the_marker_nothing_changes_far_from_it():
    changed = 0
    for address in some(ROWS["path"][:6]):
        whole, gone = phantom.render(address, 64), twin(address, 64, WITHOUT_MARKER)
        zone = phantom_regions([address], 64)["marker"][0]
        np.testing.assert_array_equal(gone.lesion, whole.lesion)
        moved = apart(whole, gone)
        assert moved[~zone].mean() < 1
        changed += moved[zone].max() > 20
    assert changed >= 3  # a marker is missing one time in ten


def test_a_lesion_elsewhere_is_drawn_by_the_same_law_in_the_same_chest():
    for address in ILL:
        whole, other = phantom.render(address, 64), twin(address, 64, ELSEWHERE)
        np.testing.assert_array_equal(other.lung, whole.lung)
        assert other.lesion.any()
        assert (other.lesion != whole.lesion).any()
        assert twin(address, 64, ELSEWHERE).image.tobytes() == other.image.tobytes()


def test_a_denser_lesion_is_brighter_in_the_same_place():
    for address in ILL:
        whole = phantom.render(address, 64)
        lighter, denser = (twin(address, 64, change) for change in (LIGHTER, DENSER))
        np.testing.assert_array_equal(lighter.lesion, whole.lesion)
        np.testing.assert_array_equal(denser.lesion, whole.lesion)
        grey = [each.image[whole.lesion].mean() for each in (lighter, whole, denser)]
        assert grey == sorted(grey)
        assert grey[2] > grey[0] + 5


def roughness(shown):
    """Mean square of differences between neighbouring pixels."""
    return float((np.diff(shown.image.astype(float), axis=1) ** 2).mean())


def test_less_dose_is_rougher_and_blur_is_smoother():
    for address in ILL:
        whole = phantom.render(address, 256)
        assert roughness(twin(address, 256, NOISIER)) > roughness(whole)
        assert roughness(twin(address, 256, BLURRED)) < roughness(whole)


@pytest.mark.parametrize("change", [LOOK_UP, BORDER, NOISIER, BLURRED])
def test_another_exposure_shows_the_same_person_with_the_same_lesion(change):
    differ = 0
    for address in ILL:
        whole, other = phantom.render(address, 64), twin(address, 64, change)
        np.testing.assert_array_equal(other.lung, whole.lung)
        np.testing.assert_array_equal(other.lesion, whole.lesion)
        differ += (other.image != whole.image).any()
    assert differ >= 2  # shutters may be wide open


def test_a_border_is_black_at_an_edge_and_the_middle_stays():
    darker = 0
    for address in ILL:
        whole, other = phantom.render(address, 64), twin(address, 64, BORDER)
        np.testing.assert_array_equal(other.image[16:48, 16:48], whole.image[16:48, 16:48])
        darker += (other.image[[0, -1]].mean() + other.image[:, [0, -1]].mean()) < (
            whole.image[[0, -1]].mean() + whole.image[:, [0, -1]].mean()
        )
    assert darker >= 1


@pytest.mark.parametrize("change", [VIEW, ANATOMY])
def test_another_projection_or_person_has_other_lungs(change):
    for address in ILL:
        whole, other = phantom.render(address, 64), twin(address, 64, change)
        assert (other.lung != whole.lung).any()
        assert other.lesion.any()


def test_who_has_no_lesion_has_twins_like_themselves():
    whole = phantom.render(HEALTHY, 64)
    for change in (WITHOUT_LESION, ELSEWHERE):
        np.testing.assert_array_equal(twin(HEALTHY, 64, change).image, whole.image)
    without, bare = twin(HEALTHY, 64, WITHOUT_MARKER), twin(HEALTHY, 64, BARE)
    np.testing.assert_array_equal(bare.image, without.image)


def test_a_patient_may_be_imaged_in_any_hospital_and_in_their_own_it_is_the_same_image():
    row = ROWS.iloc[0]
    whole = phantom.render(row["path"], 64)
    own = row["source"].removeprefix("phantom-")
    for site in SITES:
        there = imaged_at(row["path"], 64, site)
        np.testing.assert_array_equal(there.lesion, whole.lesion)
        assert (there.image.tobytes() == whole.image.tobytes()) == (site == own)
    with pytest.raises(ValueError, match="site must be one of alder"):
        imaged_at(row["path"], 64, "nowhere")


@pytest.mark.parametrize("change", CHANGES)
def test_a_fractal_has_no_twin(change):
    address = phantom.population.draw("natural_small", 1, 5)["path"].iloc[0]
    with pytest.raises(ValueError, match="a fractal has no patient"):
        twin(address, 64, change)


def test_another_change_is_refused_with_what_is_legal():
    with pytest.raises(ValueError, match="without the lesion, lesion elsewhere"):
        twin(ILL[0], 64, "upside down")
