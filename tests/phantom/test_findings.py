"""The pleural, focal and cardiac findings."""

import numpy as np
import pytest

from cxrstudy.phantom.findings import FINDINGS, alteration, disease
from cxrstudy.phantom.pathology import soft_tissue
from cxrstudy.phantom.patient import draw_patient
from tests.support.phantom_cases import diseased, sides


@pytest.mark.parametrize("view", ["PA", "AP"])
def test_effusion_lies_at_the_base(view):
    for number in range(10):
        body, lesion = diseased(number, "effusion", view)
        # As an area the fluid's middle lies below the lungs' own.
        assert body.down[lesion.mask].mean() > body.down[body.lung_mask].mean() + 0.1
        assert lesion.water[lesion.mask].mean() > 0.2


def test_three_effusions_in_four_are_of_one_side_and_leave_the_other_clear():
    one_sided = 0
    for number in range(12):
        body, lesion = diseased(number, "effusion", "AP")
        right, left = sides(body, lesion.mask)
        if min(right, left) == 0:
            clear = (body.frame.x - body.outline.centre) * (1 if right else -1) > 0
            assert not lesion.water[clear].any()
            one_sided += 1
    assert 5 <= one_sided < 12  # 9 are expected


def test_pneumothorax_darkens_the_chest_wall_side_of_one_lung():
    for number in range(8):
        body, lesion = diseased(number, "pneumothorax")
        healthy, nothing = diseased(number, "")
        thinner = soft_tissue(healthy, nothing) - soft_tissue(body, lesion)
        assert thinner[lesion.mask].mean() > 0.3
        assert min(sides(body, lesion.mask)) == 0
        assert body.across[lesion.mask].mean() > 0.5


def test_cardiomegaly_outlines_an_enlarged_heart():
    for number in range(6):
        body, lesion = diseased(number, "cardiomegaly")
        assert (lesion.mask == body.heart_mask).all()
        assert lesion.mask.sum() > 1.15 * diseased(number, "")[0].heart_mask.sum()


def test_atelectasis_raises_the_dome_of_its_side():
    patient = draw_patient(7, "p1")
    lift = alteration(patient, ["atelectasis"]).lift
    assert sorted(lift)[0] == 0
    assert 0.5 < sorted(lift)[1] < 2.5


def test_nodules_are_rounded_and_solid():
    _, lesion = diseased(2, "nodule", pixels=256)
    assert lesion.tissue.max() > 0.8
    assert lesion.mask.mean() < 0.03


def test_a_findings_place_does_not_depend_on_other_findings():
    body, alone = diseased(4, "nodule")
    both = disease(body, ("effusion", "nodule"), 1.0)
    assert np.array_equal(both.tissue, alone.tissue)


@pytest.mark.parametrize("finding", [name for name in FINDINGS if name != "cardiomegaly"])
def test_progress_strengthens_a_finding(finding):
    body, _ = diseased(5, finding)

    def change(progress):
        lesion = disease(body, (finding,), progress)
        return float((lesion.water + lesion.air + np.abs(lesion.tissue)).sum())

    assert change(1.15) > change(0.85)
