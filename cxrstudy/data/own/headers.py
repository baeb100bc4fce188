"""Headers: what is read of the DICOM headers of a user's images, and what is not.

Only the elements in :data:`READ` and those that :mod:`cxrstudy.pixels.file_notes` needs for
decoding are read. Of these, the patient's number is hashed, and the birth date serves to compute an
age and is forgotten. Private elements and names of patients are never looked at.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cxrstudy.pixels.dicom_file import is_dicom, read_dataset
from cxrstudy.pixels.elements import texts
from cxrstudy.pixels.grey import coded_errors
from cxrstudy.pixels.header_facts import HeaderFacts, header_facts
from cxrstudy.pixels.view_words import view_of as view_in

#: Elements that are read, by keyword, and what becomes of them.
READ: dict[str, str] = {
    "PatientID": "patient, as a keyed hash",
    "PatientSex": "sex",
    "PatientAge": "age",
    "PatientBirthDate": "age, if there is no PatientAge; not kept",
    "StudyDate": "month of the image",
    "AcquisitionDate": "month of the image, if there is no StudyDate",
    "InstitutionName": "site",
    "ViewPosition": "view",
    "PatientOrientation": "view; whether the image is turned",
    "BurnedInAnnotation": "whether text is burnt in",
}


class Header(NamedTuple):
    """What a header says of an image, as text; empty where it says nothing."""

    patient: str
    sex: str
    age: str
    date: str
    site: str
    view: str


def read_header(content: bytes, path: Path) -> Header | None:
    """Read the header of an image file; None if it is no DICOM file.

    Raises
    ------
    cxrstudy.pixels.decode.UnreadableImage
        The data set can't be read.
    """
    if not is_dicom(content):
        return None
    with coded_errors(path):
        dataset = read_dataset(content, path, header_only=True)
        facts = header_facts(dataset)

        def said(keyword: str) -> str:
            return next(iter(texts(dataset, keyword)), "")

        date = said("StudyDate") or said("AcquisitionDate")
        return Header(
            patient=said("PatientID"),
            sex=said("PatientSex"),
            age=said("PatientAge") or _years(said("PatientBirthDate"), date),
            date=date,
            site=said("InstitutionName"),
            view=view_of(facts),
        )


def view_of(facts: HeaderFacts) -> str:
    """The view, in the words of a manifest; by Patient Orientation if the view is not said."""
    if {one[:1] for one in facts.orientation} & {"A", "P"}:
        return "lateral"
    return view_in(facts.view)


def _years(birth: str, date: str) -> str:
    """Age in whole years; empty if one of the days is unknown."""
    try:
        born, seen = (datetime.strptime(day, "%Y%m%d") for day in (birth, date))
    except ValueError:
        return ""
    return str(seen.year - born.year - ((seen.month, seen.day) < (born.month, born.day)))
