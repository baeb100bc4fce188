"""RICORD: files below TCIA's folders, joined to the clinical sheet. The excerpt here is made."""

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import covidx, ricord
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError
from tests.support.other_systems import leave_hidden

UID = "1.2.826.0.1.3680043.10.474.419639.1093341823846556"
FILES = (
    f"MIDRC-RICORD-1C-419639-000238/12-13-2003-NA-XR CHEST 1 VIEW AP-{UID[-5:]}/1.0-AP-1/1-1.dcm",
    f"MIDRC-RICORD-1C-419639-000238/12-13-2003-NA-XR CHEST 1 VIEW AP-{UID[-5:]}/1.0-AP-1/1-2.dcm",
    "MIDRC-RICORD-1C-SITE2-000021/01-06-2002-NA-NA-78965/2.0-NA-2/1-1.dcm",
)
SHEET = (
    "Source,Anon MRN,Anon Age,Anon Sex,Anon TCIA Study Date,Anon Exam Description,Anon Study UID\n"
    f"1,419639-000238,58,F,12/13/2003,XR CHEST 1 VIEW AP,{UID}\n"
)
CLINICAL = "MIDRC-RICORD-1c Clinical Data Jan 13 2021"


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        path = tmp_path / "manifest-1610656454899" / "MIDRC-RICORD-1C" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / f"{CLINICAL}.csv").write_text(SHEET)
    return tmp_path


def test_every_file_is_a_positive_image_of_a_patient(folder):
    table = ricord.read(folder).rows
    assert tuple(table.columns) == UNSPLIT
    assert table["path"][0] == f"manifest-1610656454899/MIDRC-RICORD-1C/{FILES[0]}"
    assert table["id"].tolist() == [f"ricord/{name}" for name in FILES]
    assert table["patient"].tolist() == [*["ricord-419639-000238"] * 2, "ricord-SITE2-000021"]
    assert set(table["labels"]) == {"covid19"}


def test_a_study_has_the_sex_and_age_of_the_sheet_and_none_where_it_lacks(folder):
    table = ricord.read(folder).rows
    assert table["sex"].tolist() == ["F", "F", "unknown"]
    assert table["age"].fillna(-1).tolist() == [58, 58, -1]
    assert table["view"].tolist() == ["AP", "AP", "unknown"]


def test_without_the_spreadsheet_sex_and_age_are_unknown(folder):
    (folder / f"{CLINICAL}.csv").unlink()
    table = ricord.read(folder).rows
    assert len(table) == 3
    assert set(table["sex"]) == {"unknown"}


@pytest.mark.parametrize("study", [UID, f"20020101-XR CHEST_{UID[-5:]}", f"1 VIEW AP{UID[-5:]}"])
def test_the_folder_of_a_study_ends_in_digits_of_its_uid(tmp_path, study):
    path = tmp_path / "MIDRC-RICORD-1C-419639-000238" / study / "1-AP" / "1-1.DCM"
    path.parent.mkdir(parents=True)
    path.touch()
    (tmp_path / "loose.dcm").touch()
    (tmp_path / f"{CLINICAL}.csv").write_text(SHEET)
    reading = ricord.read(tmp_path)
    assert (reading.rows["sex"][0], reading.rows["age"][0]) == ("F", 58)
    assert "1 of 2 DICOM files are in no folder" in str(reading.notes[0])


def test_a_sheet_that_names_no_study_of_the_folder_is_refused(folder):
    (folder / f"{CLINICAL}.csv").write_text(SHEET.replace("419639-000238", "238"))
    with pytest.raises(TableError, match=r"0 of 2 studies; .*'419639-0002.*'238/46556'"):
        ricord.read(folder)


def test_patients_are_called_as_in_covidx(folder, tmp_path):
    row = "419639-000238 MIDRC-RICORD-1C-419639-000238-46556-1.png COVID-19 ricord\n"
    for split in ("train", "test"):
        text = row if split == "train" else row.replace("-1.png", "-2.png")
        (tmp_path / f"{split}_COVIDx8A.txt").write_text(text)
    (tmp_path / "crosswalk.csv").write_text("rsna_id,nih_image,mse\n")
    listed = covidx.read(tmp_path, "8A", tmp_path / "crosswalk.csv").rows
    assert set(listed["patient"]) == {ricord.read(folder).rows["patient"][0]}


def test_what_is_missing_is_named(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(TableError, match=r"no MIDRC-RICORD-1C-<MRN>/<study>/\*\*/\*\.dcm"):
        ricord.read(tmp_path / "empty")
    (folder / f"{CLINICAL}.csv").write_text("Anon MRN,Age\na,1\n")
    with pytest.raises(
        TableError, match="no column 'Anon Study UID'; its columns are Anon MRN, Age"
    ):
        ricord.read(folder)


def test_the_table_makes_a_legal_manifest_with_the_labels_of_the_card(folder):
    card = read_card(places.manifests() / "user_supplied" / "ricord.yaml")
    assert card.label_map == ricord.LABELS
    table = ricord.read(folder).rows.assign(sha256="0" * 64, width=1, height=1, split="train")
    check_manifest(table[list(COLUMNS)], card.labels, "ricord")


def test_hidden_files_of_other_systems_are_not_read(folder):
    before = ricord.read(folder)
    leave_hidden(folder)
    after = ricord.read(folder)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert after.notes == before.notes
