"""Each finding is where it says, and elsewhere the ray is what it was without it."""

import numpy as np
import pytest

from cxrstudy.phantom.findings import FINDINGS
from cxrstudy.phantom.pathology import soft_tissue
from tests.support.phantom_cases import diseased, sides

#: Findings that change the organs too: the heart, the domes, the vessels.
ALTERING = ("cardiomegaly", "atelectasis", "oedema")
LOCAL = [finding for finding in FINDINGS if finding not in ALTERING]
VIEWS = ("PA", "AP")


def change(number, finding, view):
    """Soft tissue with a finding less that without it."""
    healthy, nothing = diseased(number, "", view)
    body, lesion = diseased(number, finding, view)
    return body, lesion, soft_tissue(body, lesion) - soft_tissue(healthy, nothing)


@pytest.mark.parametrize("finding", LOCAL)
@pytest.mark.parametrize("view", VIEWS)
def test_a_finding_changes_the_lung_and_nothing_beside_it(finding, view):
    for number in range(4):
        body, _, more = change(number, finding, view)
        assert np.abs(more[body.lung > 0]).max() > 0.1
        assert np.abs(more[body.lung == 0]).max() < 1e-4


@pytest.mark.parametrize("finding", LOCAL)
def test_a_finding_changes_its_mask_more_than_the_rest_of_the_lung(finding):
    for number in range(4):
        body, lesion, more = change(number, finding, "PA")
        rest = (body.lung > 1) & ~lesion.mask
        assert np.abs(more[lesion.mask]).mean() > 3 * np.abs(more[rest]).mean()


@pytest.mark.parametrize("finding", LOCAL)
def test_what_is_filled_attenuates_more_and_free_air_less(finding):
    for number in range(4):
        _, lesion, more = change(number, finding, "PA")
        sign = -1 if finding == "pneumothorax" else 1
        assert sign * more[lesion.mask].mean() > 0.1


@pytest.mark.parametrize("finding", ["lobar pneumonia", "pneumothorax", "consolidation"])
def test_what_is_of_one_side_leaves_the_other_as_it_was(finding):
    for number in range(8):
        body, lesion, more = change(number, finding, "PA")
        right, left = sides(body, lesion.mask)
        assert (right == 0) != (left == 0)
        # Three centimetres about the middle line may be reached from the side.
        aside = (body.frame.x - body.outline.centre) * (1 if right else -1) > 3
        assert np.abs(more[aside]).max() < 0.02


@pytest.mark.parametrize("finding", ["covid19", "oedema"])
@pytest.mark.parametrize("view", VIEWS)
def test_what_is_of_both_sides_is_on_both(finding, view):
    for number in range(8):
        body, lesion = diseased(number, finding, view)
        assert min(sides(body, lesion.mask)) > 0


def test_an_enlarged_heart_leaves_the_lungs_beside_it_alone():
    for number in range(6):
        body, _, more = change(number, "cardiomegaly", "PA")
        x = body.frame.x[body.heart_mask]
        outside = (body.frame.x < x.min() - 2.5) | (body.frame.x > x.max() + 2.5)
        assert np.abs(more[outside]).max() < 1e-4
        assert more[body.heart_mask].mean() > 0.2


def test_atelectasis_raises_one_dome_by_its_lift():
    for number in range(8):
        body, _ = diseased(number, "atelectasis")
        healthy, _ = diseased(number, "")
        rise = np.subtract(healthy.outline.dome, body.outline.dome)
        assert sorted(rise)[0] == pytest.approx(0, abs=1e-5)
        assert 0.6 - 1e-5 <= sorted(rise)[1] <= 2.2 + 1e-5


def test_oedema_widens_the_upper_vessels_and_fills_the_middle():
    for number in range(6):
        body, lesion = diseased(number, "oedema")
        healthy, _ = diseased(number, "")
        upper = body.lung_mask & (body.down < 0.4)
        assert body.blood[upper].sum() > 1.1 * healthy.blood[upper].sum()
        inner, outer = (body.lung_mask & part for part in (body.across < 0.4, body.across > 0.9))
        assert lesion.water[inner].mean() > 2 * lesion.water[outer].mean()
