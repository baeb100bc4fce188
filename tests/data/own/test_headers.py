"""DICOM headers of a user's images: what is read, and what is never looked at."""

from pathlib import Path

import pytest

from cxrstudy.data.own.headers import READ, read_header
from tests.support.dicoms import file_of, radiograph, scene

PRIVATE = "Mueller^Hans"


def header(**elements):
    made = radiograph(scene().astype("uint16"), **elements)
    made.PatientName = PRIVATE
    block = made.private_block(0x0011, "MAKER", create=True)
    block.add_new(1, "LO", PRIVATE)
    return read_header(file_of(made), Path("x.dcm"))


def test_what_is_read_is_what_is_said_to_be_read():
    said = {
        "PatientID": "4711", "PatientSex": "F", "PatientAge": "058Y", "StudyDate": "20200325",
        "InstitutionName": "Hill", "ViewPosition": "AP",
    }  # fmt: skip
    assert set(said) <= set(READ)
    found = header(**said)
    assert found[:6] == ("4711", "F", "058Y", "20200325", "Hill", "AP")
    assert "Mueller" not in str(found)


def test_an_age_is_computed_where_none_is_said_and_the_birth_date_is_forgotten():
    born = {"PatientBirthDate": "19620326"}
    assert header(StudyDate="20200325", **born).age == "57"
    assert header(StudyDate="20200326", **born).age == "58"
    assert header(**born).age == ""
    assert "1962" not in str(header(StudyDate="20200325", **born))


@pytest.mark.parametrize("elements", [{"ViewPosition": "LL"}, {"PatientOrientation": ["A", "F"]}])
def test_a_lateral_is_told_by_view_or_orientation(elements):
    assert header(**elements).view == "lateral"


@pytest.mark.parametrize("view", ["PORTABLE", "PA AND LATERAL", "LAO", ""])
def test_a_view_that_is_not_understood_is_unknown_and_not_lateral(view):
    assert header(ViewPosition=view).view == "unknown"


def test_other_files_have_no_header():
    assert read_header(b"\x89PNG\r\n\x1a\n" + bytes(64), Path("x.png")) is None
