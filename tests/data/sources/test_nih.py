"""NIH ChestX-ray14: the official label file, its header and its ages."""

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import nih
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError

COLUMN_NAMES = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View P"
HEADER_2017 = f"{COLUMN_NAMES}osition,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],\n"
QUOTED = f'{COLUMN_NAMES}osition,"OriginalImage[Width,Height]","OriginalImagePixelSpacing[x,y]"\n'
ROWS = (
    "00000001_000.png,Cardiomegaly,0,1,57,M,PA,2682,2749,0.143,0.143,\n"
    "00000061_012.png,Pneumonia|Edema,12,61,414,F,AP,2500,2048,0.168,0.168,\n"
    "00030805_000.png,No Finding,0,30805,027Y,X,PA,2048,2500,0.171,0.171,\n"
)


@pytest.fixture(scope="module")
def whole(official):
    return nih.read(official).rows


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Data_Entry_2017.csv").write_text(HEADER_2017 + ROWS)
    (tmp_path / "train_val_list.txt").write_text("00000001_000.png\n00000061_012.png\n")
    (tmp_path / "test_list.txt").write_text("00030805_000.png\n")
    return tmp_path


def test_a_row_becomes_an_image_of_a_patient(folder):
    table = nih.read(folder).rows
    assert tuple(table.columns) == UNSPLIT
    row = table.iloc[1]
    assert row["path"] == "images/00000061_012.png"
    assert row["id"] == "nih/00000061_012.png"
    assert (row["patient"], row["source"]) == ("nih-00061", "nih")
    assert (row["view"], row["sex"]) == ("AP", "F")
    assert row["labels"] == "edema|pneumonia"
    assert (row["sha256"], row["prepared_sha256"], row["origin"], row["excluded"]) == ("",) * 4
    assert (row["width"], row["height"]) == (0, 0)


def test_no_finding_is_an_empty_cell(folder):
    assert nih.read(folder).rows["labels"].tolist() == ["cardiomegaly", "edema|pneumonia", ""]


def test_ages_with_a_unit_are_read_and_ages_over_120_are_unknown(folder):
    ages = nih.read(folder).rows["age"]
    assert ages[[0, 2]].tolist() == [57, 27]
    assert ages.isna().tolist() == [False, True, False]


def test_a_sex_that_is_neither_is_unknown(folder):
    assert nih.read(folder).rows["sex"].tolist() == ["M", "F", "unknown"]


@pytest.mark.parametrize("header", [HEADER_2017, QUOTED, HEADER_2017.replace("y],", "y]")])
def test_the_brackets_of_the_header_move_no_cell(folder, header):
    expected = nih.read(folder).rows
    (folder / "Data_Entry_2017.csv").write_text(header + ROWS)
    pd.testing.assert_frame_equal(nih.read(folder).rows, expected)


def test_the_corrected_file_of_2020_is_preferred(folder):
    (folder / "Data_Entry_2017_v2020.csv").write_text(HEADER_2017 + ROWS.splitlines()[0])
    assert len(nih.read(folder).rows) == 1


def test_a_finding_that_nih_does_not_have_is_named(folder):
    (folder / "Data_Entry_2017.csv").write_text(HEADER_2017 + ROWS.replace("Edema", "Oedema"))
    with pytest.raises(TableError, match=r"row 3, column Finding Labels: 'Pneumonia\|Oedema'"):
        nih.read(folder)


def test_another_file_is_told_by_its_header(folder):
    (folder / "Data_Entry_2017.csv").write_text("a,b,c,d,e,f,g\n1,2,3,4,5,6,7\n")
    with pytest.raises(TableError, match="row 1: 'a,b,c,d,e,f'"):
        nih.read(folder)


def test_a_folder_without_the_label_file_says_what_to_put_there(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"Data_Entry_2017_v2020\.csv or Data_Entry_2017"):
        nih.read(tmp_path)


def test_an_image_that_is_listed_twice_counts_once_or_is_named(folder):
    (folder / "Data_Entry_2017.csv").write_text(HEADER_2017 + ROWS + ROWS)
    reading = nih.read(folder)
    assert len(reading.rows) == 3
    assert "3 of 6 rows say the same as an earlier row" in str(reading.notes[0])
    other = ROWS.splitlines()[0].replace("Cardiomegaly", "Mass")
    (folder / "Data_Entry_2017.csv").write_text(HEADER_2017 + ROWS + other)
    with pytest.raises(TableError, match=r"rows 2 and 5: .* differ in findings: 'Cardiomegaly'"):
        nih.read(folder)


def test_no_finding_beside_a_finding_leaves_it_unknown(folder):
    text = HEADER_2017 + ROWS.replace("Pneumonia|Edema", "No Finding|Edema")
    (folder / "Data_Entry_2017.csv").write_text(text)
    reading = nih.read(folder)
    assert reading.rows["labels"].tolist() == ["cardiomegaly", "?edema", ""]
    assert "1 of 3 say No Finding and a finding" in str(reading.notes[-1])


@pytest.mark.parametrize("cell", ["1.0", "", "2", "one"])
def test_a_patient_s_number_is_digits_and_that_of_the_image(folder, cell):
    text = HEADER_2017 + ROWS.replace(",0,1,57", f",0,{cell},57")
    (folder / "Data_Entry_2017.csv").write_text(text)
    with pytest.raises(TableError, match=rf"row 2, column Patient ID: '{cell}'"):
        nih.read(folder)


def test_semicolons_and_rows_of_another_length_are_named(folder):
    path = folder / "Data_Entry_2017.csv"
    path.write_text((HEADER_2017 + ROWS).replace(",", ";"))
    with pytest.raises(TableError, match="with a comma between cells"):
        nih.read(folder)
    path.write_text(HEADER_2017 + ROWS.replace("2500,2048,", "2500,"))
    with pytest.raises(TableError, match="row 3: 11 cells, row 2 has 12"):
        nih.read(folder)
    path.write_text("")
    with pytest.raises(TableError, match="row 1: ''; expected"):
        nih.read(folder)


def test_the_official_lists_split_the_table(folder):
    assert nih.official_split(folder, nih.read(folder).rows).tolist() == ["train", "train", "test"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("", "'00030805_000.png' is in neither list"),
        ("00030805_000.png\n00000001_000.png", "'00000001_000.png' is in both lists"),
    ],
)
def test_an_image_outside_the_official_lists_or_in_both_is_named(folder, listed, message):
    (folder / "test_list.txt").write_text(listed)
    with pytest.raises(TableError, match=message):
        nih.official_split(folder, nih.read(folder).rows)


def test_the_card_names_the_labels_of_the_adapter():
    assert read_card(places.manifests() / "user_supplied" / "nih.yaml").label_map == nih.LABELS


def test_the_official_file_has_the_published_numbers(whole):
    assert len(whole) == 112_120
    assert whole["patient"].nunique() == 30_805
    assert whole["view"].value_counts().to_dict() == {"PA": 67_310, "AP": 44_810}
    assert whole["sex"].value_counts().to_dict() == {"M": 63_340, "F": 48_780}
    assert (whole["age"] < 18).sum() == 5_402
    assert whole["age"].notna().all()


def test_the_official_file_has_the_published_labels(whole):
    counts = {"no_label": int((whole["labels"] == "").sum())}
    counts |= whole["labels"].str.get_dummies("|").sum().astype(int).to_dict()
    assert counts == {
        "no_label": 60_361, "infiltration": 19_894, "effusion": 13_317, "atelectasis": 11_559,
        "nodule": 6_331, "mass": 5_782, "pneumothorax": 5_302, "consolidation": 4_667,
        "pleural_thickening": 3_385, "cardiomegaly": 2_776, "emphysema": 2_516, "edema": 2_303,
        "fibrosis": 1_686, "pneumonia": 1_431, "hernia": 227,
    }  # fmt: skip
    pneumonia = whole[whole["labels"].str.contains("pneumonia")]
    assert pneumonia["patient"].nunique() == 1_008
    assert (pneumonia["labels"] == "pneumonia").sum() == 322


def test_the_card_counts_what_the_official_file_holds(whole):
    counts = read_card(places.manifests() / "user_supplied" / "nih.yaml").counts
    assert counts.pop("images") == len(whole)
    assert counts.pop("excluded") == 0
    assert counts.pop("patients") == whole["patient"].nunique()
    assert counts.pop("no_label") == (whole["labels"] == "").sum()
    assert counts == whole["labels"].str.get_dummies("|").sum().to_dict()


def test_patient_numbers_are_those_of_the_file_names(whole):
    named = whole["path"].str.extract(r"images/000?(\d{5,6})_")[0].astype(int)
    assert (named.map("nih-{:05d}".format) == whole["patient"]).all()


def test_the_official_file_makes_a_legal_manifest(whole):
    table = whole.assign(sha256="0" * 64, width=1024, height=1024, split="train")
    assert len(check_manifest(table[list(COLUMNS)], tuple(nih.LABELS), "nih")) == 112_120
