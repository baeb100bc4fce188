"""Laterals: the same patient, the same organs and the same amount of disease, from the side."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy import phantom
from cxrstudy.phantom.acquisition import SITES
from cxrstudy.phantom.anatomy import Alteration, chest
from cxrstudy.phantom.case import Case, case_of
from cxrstudy.phantom.findings import FINDINGS, alteration, disease
from cxrstudy.phantom.geometry import FIELD, PROFILE_Y, Frame, ellipsoid
from cxrstudy.phantom.heart import Chamber
from cxrstudy.phantom.lateral import lateral_radiograph, seen_from_the_side
from cxrstudy.phantom.lateral_anatomy import from_the_side, lateral_chest
from cxrstudy.phantom.lateral_skeleton import spine_course
from cxrstudy.phantom.pathology import no_lesion, soft_tissue
from cxrstudy.phantom.patient import draw_patient, draw_pose
from cxrstudy.phantom.twins import ANATOMY, twin

PIXELS = 96
ADDRESS = "phantom:seed=7;role=target;site_follows_label=0;id=target-00003-1"


def both_views(number, finding=""):
    """Frontal and lateral chest of a patient in the same breath, and what a finding adds."""
    patient = draw_patient(7, f"p{number}")
    pose = replace(draw_pose(7, f"p{number}-1", "PA"), tilt=0.0, rotation=0.0)
    findings = (finding,) if finding else ()
    change = alteration(patient, findings)
    front = chest(patient, pose, PIXELS, change)
    found = disease(front, findings, 1.0)
    added = soft_tissue(front, found) - soft_tissue(front, no_lesion(front))
    return front, lateral_chest(patient, pose, PIXELS, change), added


def mean_place(weights, frame):
    """Mean x and y in cm of a map."""
    total = weights.sum()
    return (weights * frame.x).sum() / total, (weights * frame.y).sum() / total


@given(
    a=st.floats(1, 6), b=st.floats(1, 6), deep=st.floats(1, 6), angle=st.floats(-1.5, 1.5)
)  # fmt: skip
def test_a_chamber_has_the_same_volume_and_height_from_both_sides(a, b, deep, angle):
    frame = Frame.place(256, (0.0, 0.0), 1.0)
    area = frame.pixel**2
    patient = draw_patient(7, "p0")
    front = ellipsoid(frame, (0.0, 0.0), (a, b, deep), angle)
    side = from_the_side(frame, Chamber((0.0, 0.0), (a, b, deep), angle), patient)
    volume = 4 / 3 * np.pi * a * b * deep
    assert front.sum() * area == pytest.approx(volume, rel=0.03)
    assert side.sum() * area == pytest.approx(volume, rel=0.03)
    rows = [np.flatnonzero(view.any(axis=1)) for view in (front, side)]
    assert abs(rows[0][0] - rows[1][0]) <= 1
    assert abs(rows[0][-1] - rows[1][-1]) <= 1


def test_a_chord_from_the_side_is_that_of_the_turned_solid():
    """Counted along each ray in steps of a hundredth of a cm."""
    frame = Frame.place(64, (0.0, 0.0), 1.0)
    axes, angle = (5.0, 2.5, 3.5), 0.7
    patient = draw_patient(7, "p0")
    z = -max(patient.chest_depth - axes[2] - 1.2, 0.0) * 0.8
    side = from_the_side(frame, Chamber((1.0, 0.5), axes, angle), patient)
    x = np.arange(-8, 8, 0.01)[:, None, None]
    dy, dz = frame.y - 0.5, frame.x - z
    u, v = np.cos(angle) * x + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * x
    inside = (u / axes[0]) ** 2 + (v / axes[1]) ** 2 + (dz / axes[2]) ** 2 <= 1
    np.testing.assert_allclose(side, inside.sum(0) * 0.01, atol=0.025)


@pytest.mark.parametrize("finding", FINDINGS)
def test_each_row_holds_as_much_disease_as_from_the_front(finding):
    for number in range(4):
        front, side, added = both_views(number, finding)
        laid = seen_from_the_side(side, (front, added), (finding,))
        reached = (side.lung.max(axis=1) > 0.5) & (np.abs(added).sum(axis=1) > 0)
        assert reached.any() or finding == "cardiomegaly"
        np.testing.assert_allclose(
            laid.sum(axis=1)[reached], added.sum(axis=1)[reached], rtol=1e-3, atol=1e-2
        )


def test_without_a_finding_nothing_is_laid():
    front, side, added = both_views(0)
    assert not seen_from_the_side(side, (front, added), ()).any()


@pytest.mark.parametrize(("finding", "behind"), [("covid19", 1.0), ("effusion", 2.5)])
def test_what_lies_behind_is_behind_the_middle_of_the_lungs(finding, behind):
    away = []
    for number in range(8):
        front, side, added = both_views(number, finding)
        laid = np.maximum(seen_from_the_side(side, (front, added), (finding,)), 0)
        away.append(mean_place(laid, side.frame)[0] - mean_place(side.lung, side.frame)[0])
    assert np.mean(away) > behind


def test_the_heart_lies_in_front_of_the_spine_and_the_lungs_behind_it():
    for number in range(12):
        _, side, _ = both_views(number)
        heart = mean_place(side.heart_mask.astype(float), side.frame)
        lung = mean_place(side.lung, side.frame)
        spine = float(np.interp(0.0, PROFILE_Y, spine_course(side.patient)))
        assert heart[0] < lung[0] < spine
        assert heart[1] > lung[1]  # in the lower half


def test_old_people_stoop_in_the_upper_back_only() -> None:
    patient = draw_patient(7, "p0")
    young, middle, old = (spine_course(replace(patient, age=age)) for age in (20.0, 50.0, 90.0))
    assert np.array_equal(young, middle)
    stoop = old - middle
    assert stoop.max() == pytest.approx(0.48, rel=1e-3)  # 12 mm in a hundred years
    assert PROFILE_Y[stoop.argmax()] == pytest.approx(-3.0, abs=0.1)
    assert stoop[[0, -1]].max() < 0.01


def test_a_larger_heart_is_larger_from_the_side_too():
    for number in range(6):
        patient = draw_patient(7, f"p{number}")
        pose = draw_pose(7, f"p{number}-1", "PA")
        usual, large = (
            lateral_chest(patient, pose, PIXELS, Alteration(heart=factor)).heart_mask.sum()
            for factor in (1.0, 1.3)
        )
        assert large > 1.1 * usual  # it has no room to become much deeper


def test_the_lungs_hold_what_they_hold_from_the_front():
    """From the front, the lung before and behind the mediastinum is counted as gas instead."""
    for number in range(12):
        front, side, _ = both_views(number)
        assert 1.0 < side.lung.sum() / front.lung.sum() < 1.6


def test_an_address_with_the_view_gives_the_lateral():
    address = phantom.lateral_of(ADDRESS)
    shown = phantom.render(address, 64)
    assert not np.array_equal(shown.image, phantom.render(ADDRESS, 64).image)
    assert np.array_equal(shown.image, phantom.read(address, 64))
    assert case_of(phantom.population.parse(address)).view == "lateral"


def test_the_same_diseased_height_in_masks_of_both_views():
    heights = []
    for number in range(12):
        case = Case(("covid19",), ("covid19",), "alder", "PA", 1.0)
        patient = draw_patient(7, f"p{number}")
        shown = lateral_radiograph(patient, f"p{number}-1", case, 64, SITES["alder"])
        assert shown.lesion.any()
        assert (shown.lesion <= shown.lung).all()
        heights.append(np.flatnonzero(shown.lesion.any(axis=1)).mean() / 64 * FIELD)
    assert np.mean(heights) > FIELD / 2  # basal


def test_an_enlarged_heart_is_outlined_and_a_healthy_patient_has_no_mask():
    patient = draw_patient(7, "p1")
    masks = [
        lateral_radiograph(patient, "p1-1", Case((), found, "alder", "PA", 1.0), 64, SITES["alder"])
        for found in ((), ("cardiomegaly",))
    ]
    assert not masks[0].lesion.any()
    assert 0.02 < masks[1].lesion.mean() < 0.3


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("phantom:seed=7;role=natural_small;site_follows_label=0;id=natural_small-00003-1",
         "a lateral is for target"),
        ("phantom:seed=7;role=target;site_follows_label=0;sign=1,1;id=target-00003-1",
         "a sign is seen from the front only"),
    ],
)  # fmt: skip
def test_what_has_no_lateral_says_why(address, says):
    with pytest.raises(ValueError, match=says):
        phantom.lateral_of(address)


def test_a_lateral_has_no_twin():
    with pytest.raises(ValueError, match="twins are frontal images"):
        twin(phantom.lateral_of(ADDRESS), 64, ANATOMY)


# Of a faint disease it is a share of 3 mm.
@pytest.mark.parametrize(("most", "level"), [(-2.0, 0.7), (0.2, 0.105)])
def test_the_mask_is_where_more_than_a_share_of_the_most_is_added(monkeypatch, most, level):
    patient = draw_patient(7, "p1")

    def take():
        healthy = Case((), (), "alder", "PA", 1.0)
        return lateral_radiograph(patient, "p1-1", healthy, 32, SITES["alder"])

    places = np.flatnonzero(take().lung)[:3]
    added = np.zeros((32, 32), np.float32)
    edge = np.float32(level)
    added.flat[places] = most, edge, np.nextafter(edge, np.float32(1))
    monkeypatch.setattr("cxrstudy.phantom.lateral.seen_from_the_side", lambda *_: added)
    assert np.flatnonzero(take().lesion).tolist() == places[[0, 2]].tolist()
