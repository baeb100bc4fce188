"""Films: the same patient with one thing changed, and the marker where it was put."""

import numpy as np
import pytest

from cxrstudy import phantom
from cxrstudy.explain.regions import phantom_regions
from cxrstudy.pages.live_network.films import MARKER_STEP, marker_of, patient_at, patients_of
from cxrstudy.phantom import twins
from tests.support.explored import made_cohort
from tests.support.some import some

PIXELS = 64


@pytest.fixture(scope="module")
def role():
    return made_cohort(40).role("target")


@pytest.fixture(scope="module")
def patients(role):
    return patients_of(role, 4, PIXELS)


def address_of(role, patient):
    return role.table.set_index("id")["path"].loc[patient.id]


def test_as_many_of_each_label_in_the_order_of_the_test(role, patients):
    assert [patient.label for patient in patients] == [
        "covid19", "other_pneumonia", "normal", "normal",
    ]  # fmt: skip
    assert len({patient.id for patient in patients}) == 4
    for patient in some(patients):
        row = role.table["id"].tolist().index(patient.id)
        assert role.truth[row, role.labels.index(patient.label)] == 1


def test_the_original_is_the_image_of_the_cohort(role, patients):
    for patient in some(patients):
        assert np.array_equal(
            patient.original.grey, phantom.read(address_of(role, patient), PIXELS)
        )


def test_every_film_is_a_twin(role, patients):
    (sick,) = [patient for patient in patients if patient.label == "covid19"]
    address = address_of(role, sick)
    own, (other,) = sick.site, set(sick.sites) - {sick.site}
    wanted = {
        (own, False, True): twins.twin(address, PIXELS, twins.WITHOUT_LESION),
        (own, True, False): twins.twin(address, PIXELS, twins.WITHOUT_MARKER),
        (own, False, False): twins.twin(address, PIXELS, twins.BARE),
        (other, True, True): twins.imaged_at(address, PIXELS, other),
    }
    for kind, shown in some(wanted.items()):
        assert np.array_equal(sick.film(*kind).grey, shown.image), kind
    assert len(sick.films) == 8
    assert len({film.grey.tobytes() for film in sick.films}) == 8


def test_who_is_healthy_has_no_film_with_a_lesion(patients):
    for patient in some(patient for patient in patients if patient.label == "normal"):
        assert not patient.outline
        assert len(patient.films) == 4
        assert not any(film.lesion for film in patient.films)


def test_the_marker_lies_where_its_hospital_puts_it(role, patients):
    for patient in some(patients):
        zone = phantom_regions([address_of(role, patient)], PIXELS)["marker"][0]
        dots = marker_of(patient, patient.site)
        assert dots
        with_marker = patient.film(patient.site, bool(patient.outline)).grey
        without = patient.film(patient.site, bool(patient.outline), False).grey
        for x, y, grey in some(dots):
            assert zone[y, x]
            assert with_marker[y, x] == grey >= int(without[y, x]) + MARKER_STEP


def test_a_patient_whose_marker_was_forgotten_is_left_out(role):
    ids = {patient.id for patient in patients_of(role, 1000, PIXELS)}
    tested = role.table.iloc[role.rows("test")]
    left = [
        patient_at(row["path"], row["id"], "normal", PIXELS)
        for _, row in tested.iterrows()
        if row["id"] not in ids
    ]
    assert 0 < len(left) < len(tested) / 2
    for patient in some(left):
        assert not all(marker_of(patient, site) for site in patient.sites)
