"""Header facts: what a header says beside the pixels, and warnings in its words."""

from pathlib import Path

import numpy as np
import pytest

from cxrstudy import phantom
from cxrstudy.pixels.decode import decode_noted
from cxrstudy.pixels.header_facts import CODES, header_notes, read_header_facts
from tests.support.dicoms import file_of, phantom_file, radiograph, scaled, scene
from tests.support.some import some

pydicom = pytest.importorskip("pydicom")

STORED = scene()


@pytest.fixture
def notes_of(tmp_path):
    """Codes and sentences of a file, which decoding and reading the header alone agree on."""

    def notes(**elements):
        path = tmp_path / "a.dcm"
        path.write_bytes(file_of(radiograph(STORED.astype("u2"), BitsStored=12, **elements)))
        found = header_notes(read_header_facts(path))
        assert found == decode_noted(path.read_bytes(), path).notes
        return {note.code: note.text for note in found}

    return notes


def test_a_frontal_chest_radiograph_has_no_notes(notes_of):
    assert notes_of() == {}
    usual = {"PatientOrientation": ["L", "F"], "Laterality": "U", "BurnedInAnnotation": "NO"}
    assert notes_of(PixelSpacing=["0.143", "0.143"], NumberOfFrames="1", **usual) == {}


@pytest.mark.parametrize(
    ("elements", "code", "words"),
    [
        ({"Modality": "MG"}, "header-modality", "its modality is MG (Digital X-Ray Image"),
        ({"Modality": "CT"}, "header-modality", "CT"),
        ({"BodyPartExamined": "HAND"}, "header-body-part", "its body part is HAND"),
        ({"BodyPartExamined": "ABDOMEN"}, "header-body-part", "ABDOMEN"),
        ({"ViewPosition": "LL"}, "header-view", "its view is LL, not PA or AP"),
        ({"ViewPosition": "LATERAL"}, "header-view", "LATERAL"),
        ({"ViewPosition": "RLO"}, "header-view", "RLO"),
        ({"PatientOrientation": ["A", "F"]}, "header-view", r"Patient Orientation is A\F"),
        ({"PatientOrientation": ["R", "F"]}, "header-orientation", r"is R\F, not L\F"),
        ({"PresentationIntentType": "FOR PROCESSING"}, "header-raw", "FOR PROCESSING"),
        ({"PresentationLUTShape": "INVERSE"}, "header-presentation", "contradicts MONOCHROME2"),
        ({"Laterality": "L"}, "header-laterality", "its laterality is L"),
        ({"ImageLaterality": "R"}, "header-laterality", "R"),
        ({"BurnedInAnnotation": "YES"}, "header-annotation", "Burned In Annotation is YES"),
        ({"ImagerPixelSpacing": ["0.2", "0.1"]}, "header-spacing", "0.2 high and 0.1 wide"),
        ({"PixelAspectRatio": ["2", "1"]}, "header-spacing", "2 high and 1 wide"),
    ],
)  # fmt: skip
def test_what_is_odd_is_said_in_the_words_of_the_header(notes_of, elements, code, words):
    notes = notes_of(**elements)
    assert set(notes) == {code} <= set(CODES)
    assert words in notes[code]


@pytest.mark.parametrize(
    "elements",
    [
        {"BodyPartExamined": "chest "}, {"BodyPartExamined": "PORT CHEST"},
        {"BodyPartExamined": "THORAX"}, {"BodyPartExamined": ""}, {"ViewPosition": "AP SUPINE"},
        {"ViewPosition": "ap"}, {"ViewPosition": ""}, {"Modality": "CR"}, {"Laterality": "B"},
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Invalid value")
def test_other_spellings_of_what_is_wanted_have_no_notes(notes_of, elements):
    assert notes_of(**elements) == {}


def coded(meaning):
    code = pydicom.Dataset()
    code.CodeMeaning = meaning
    return [code]


def test_a_view_and_a_region_in_codes(notes_of):
    frontal = {"ViewPosition": "", "ViewCodeSequence": coded("postero-anterior")}
    assert notes_of(**frontal) == {}
    lateral = notes_of(ViewPosition="", ViewCodeSequence=coded("left lateral"))
    assert "LEFT LATERAL" in lateral["header-view"]
    knee = notes_of(BodyPartExamined="", AnatomicRegionSequence=coded("Knee"))
    assert "KNEE" in knee["header-body-part"]


def test_the_class_of_a_raw_image_says_that_it_is_raw(notes_of):
    notes = notes_of(SOPClassUID="1.2.840.10008.5.1.4.1.1.1.1.1", PresentationIntentType="")
    assert set(notes) == {"header-raw"}


def test_an_image_is_turned_upright_by_patient_orientation(tmp_path):
    for rows, columns, stored in (
        ("R", "F", STORED[:, ::-1]), ("L", "H", STORED[::-1]), ("F", "L", STORED.T)
    ):  # fmt: skip
        made = radiograph(
            np.ascontiguousarray(stored).astype("u2"), PatientOrientation=[rows, columns]
        )
        found = decode_noted(file_of(made), tmp_path)
        assert np.array_equal(found.grey, scaled(STORED))
        assert [note.code for note in found.notes] == ["header-orientation"]


def test_a_file_of_another_format_has_no_facts(tmp_path):
    path = Path(tmp_path / "a.png")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert read_header_facts(path) is None


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_phantom_s_header_contradicts_nothing_and_its_grey_is_the_same(photometric, tmp_path):
    for _, row in some(phantom.population.draw("target", 2, 5).iterrows()):
        window = {"WindowCenter": "2048", "WindowWidth": "4096"}
        path = tmp_path / "phantom.dcm"
        path.write_bytes(phantom_file(row, 48, photometric, **window))
        noted = decode_noted(path.read_bytes(), path)
        assert noted.notes == ()
        assert np.array_equal(noted.grey, phantom.read(row["path"], 48))
        facts = read_header_facts(path)
        assert (facts.modality, facts.body_part, facts.laterality) == ("DX", "CHEST", "U")
        assert (facts.view, facts.orientation) == (row["view"][:2], ("L", "F"))
        assert facts.intent == "FOR PRESENTATION"
        assert facts.spacing[0] == facts.spacing[1] > 0


@pytest.mark.parametrize("view", ["PA LAT", "PA AND LATERAL", "AP LORDOTIC", "PA OBLIQUE", "LLD"])
def test_a_view_that_only_begins_as_a_frontal_one_is_told(notes_of, view):
    assert notes_of(ViewPosition=view) == {"header-view": f"its view is {view}, not PA or AP"}


@pytest.mark.parametrize(
    "view", ["POSTERO_ANTERIOR", "PORTABLE", "AP_SUPINE", "FRONTAL", "PA_ERECT"]
)
def test_a_frontal_view_in_other_words_is_not(notes_of, view):
    assert notes_of(ViewPosition=view) == {}


def test_a_body_part_in_utf_8_is_read_also_if_the_header_does_not_say_so(tmp_path):
    content = file_of(radiograph(STORED.astype("u2"), BitsStored=12, BodyPartExamined="TORAX_"))
    path = tmp_path / "a.dcm"
    path.write_bytes(content.replace(b"TORAX_", "TÓRAX".encode()))
    assert header_notes(read_header_facts(path)) == ()
