"""RSNA: boxes become images, image ids become patients."""

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import nih, rsna
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

LABEL_FILE, CLASS_FILE = "stage_2_train_labels.csv", "stage_2_detailed_class_info.csv"
HEADER_FILE = "kaggle_stage_2_train_images_dicom_headers.csv.gz"


@pytest.fixture
def folder(tmp_path):
    """Images a (two boxes), b (normal), c (neither); a and b are of one NIH patient."""
    (tmp_path / LABEL_FILE).write_text(
        "patientId,x,y,width,height,Target\na,1,2,3,4,1\na,5,6,7,8,1\nb,,,,,0\nc,,,,,0\n"
    )
    (tmp_path / CLASS_FILE).write_text(
        "patientId,class\na,Lung Opacity\na,Lung Opacity\nb,Normal\n"
        "c,No Lung Opacity / Not Normal\n"
    )
    (tmp_path / "crosswalk.csv").write_text(
        "rsna_id,nih_image,mse,rsna_class\na,00000061_012.png,1.2,x\nb,00000061_015.png,7.2,x\n"
        "c,00000007_000.png,73.8,x\n"
    )
    (tmp_path / "headers.csv").write_text(
        ",PatientAge,PatientID,PatientSex,ViewPosition\n0,155,a,F,AP\n1,43,b,M,PA\n"
    )
    return tmp_path


@pytest.fixture
def stage_2(official, radiographs, tmp_path):
    """Lay out the official files as Kaggle does; the crosswalk holds the class of each box."""
    packed = official / f"kaggle_{LABEL_FILE}.zip"
    (tmp_path / f"{LABEL_FILE}.zip").write_bytes(packed.read_bytes())
    crosswalk = radiographs / "crosswalk" / "rsna_to_nih.csv.gz"
    classes = pd.read_csv(crosswalk)
    boxes = classes["rsna_class"].str.split(r"(?<! )/(?! )", regex=True)
    boxes = pd.DataFrame({"patientId": classes["rsna_id"], "class": boxes}).explode("class")
    boxes.to_csv(tmp_path / CLASS_FILE, index=False)
    return tmp_path, crosswalk, official / HEADER_FILE, boxes


def test_an_image_is_one_row_however_many_boxes_it_has(folder):
    table = rsna.read(folder, folder / "crosswalk.csv").rows
    assert tuple(table.columns) == UNSPLIT
    assert table["id"].tolist() == ["rsna/a", "rsna/b", "rsna/c"]
    assert table["path"][0] == "stage_2_train_images/a.dcm"
    assert table["labels"].tolist() == ["pneumonia", "normal", ""]


def test_without_the_class_file_an_image_without_pneumonia_may_be_normal_or_not(folder):
    (folder / CLASS_FILE).unlink()
    table = rsna.read(folder, folder / "crosswalk.csv").rows
    assert table["labels"].tolist() == ["pneumonia", "?normal", "?normal"]


def test_images_of_one_nih_patient_have_one_patient_and_a_poor_match_has_its_own(folder):
    table = rsna.read(folder, folder / "crosswalk.csv").rows
    assert table["patient"].tolist() == ["nih-00061", "nih-00061", "rsna-c"]


def test_an_image_that_the_crosswalk_lacks_is_a_patient_of_its_own_and_counted(folder):
    (folder / "crosswalk.csv").write_text(
        "rsna_id,nih_image,mse\na,00000061_012.png,1.2\nb,00000061_015.png,1.2\n"
    )
    reading = rsna.read(folder, folder / "crosswalk.csv")
    assert reading.rows["patient"].tolist() == ["nih-00061", "nih-00061", "rsna-c"]
    (note,) = reading.notes
    assert str(note).endswith("1 of 3 RSNA images have no row; first: 'c'")


def test_a_crosswalk_whose_keys_are_written_in_another_way_is_refused(folder):
    text = (folder / "crosswalk.csv").read_text()
    (folder / "crosswalk.csv").write_text(text.replace(",0", ".dcm,0"))
    with pytest.raises(TableError, match=r"0 of 3 RSNA images; none, for example, for 'a', and it"):
        rsna.read(folder, folder / "crosswalk.csv")


@pytest.mark.parametrize("cell", ['"1,5"', "", "nan", "inf", "small"])
def test_an_error_of_a_match_that_is_no_number_is_named(folder, cell):
    text = (folder / "crosswalk.csv").read_text()
    (folder / "crosswalk.csv").write_text(text.replace("7.2", cell))
    with pytest.raises(TableError, match=r"crosswalk\.csv, row 3, column mse: '.*'; expected"):
        rsna.read(folder, folder / "crosswalk.csv")


def test_an_image_without_a_class_may_be_normal(folder):
    (folder / CLASS_FILE).write_text("patientId,class\na,Lung Opacity\nb,Normal\n")
    table = rsna.read(folder, folder / "crosswalk.csv").rows
    assert table["labels"].tolist() == ["pneumonia", "normal", "?normal"]


def test_headers_tell_view_sex_and_age_but_not_an_age_of_155(folder):
    table = rsna.read(folder, folder / "crosswalk.csv", folder / "headers.csv").rows
    assert table["view"].tolist() == ["AP", "PA", "unknown"]
    assert table["sex"].tolist() == ["F", "M", "unknown"]
    assert table["age"].fillna(-1).tolist() == [-1, 43, -1]


def test_without_headers_view_sex_and_age_are_unknown(folder):
    table = rsna.read(folder, folder / "crosswalk.csv").rows
    assert set(table["view"]) == set(table["sex"]) == {"unknown"}
    assert table["age"].isna().all()


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            LABEL_FILE,
            "7,8,1",
            "7,8,0",
            "rows 2 and 3: two rows of 'a' differ in Target: '1'",
        ),
        (LABEL_FILE, "7,8,1", "7,8,2", "row 3, column Target: '2'; known values are '0', '1'"),
        (CLASS_FILE, "b,Normal", "b,normal", "row 4, column class: 'normal'; known values"),
        (
            CLASS_FILE,
            "b,Normal",
            "b,Normal\nb,Lung Opacity",
            "rows 4 and 5: two rows of 'b'",
        ),
        (CLASS_FILE, "b,Normal", "b,Lung Opacity", "'b' has class 'Lung Opacity', and Target 0"),
        (
            "crosswalk.csv",
            "mse",
            "error",
            "no column 'mse'; its columns are rsna_id, nih_image, error",
        ),
    ],
)
def test_files_that_contradict_each_other_or_the_schema_are_named(folder, file, old, new, message):
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    with pytest.raises(TableError) as raised:
        rsna.read(folder, folder / "crosswalk.csv")
    assert message in str(raised.value)
    assert file in str(raised.value)


def test_the_card_names_the_labels_of_the_adapter():
    assert read_card(places.manifests() / "user_supplied" / "rsna.yaml").label_map == rsna.LABELS


@pytest.mark.data
def test_the_official_files_have_the_published_numbers(stage_2):
    folder, crosswalk, headers, boxes = stage_2
    assert len(boxes) == 30_227
    assert boxes["patientId"].value_counts().value_counts().to_dict() == {
        1: 23_286, 2: 3_266, 3: 119, 4: 13,
    }  # fmt: skip
    table = rsna.read(folder, crosswalk, headers).rows
    assert len(table) == 26_684
    counts = table["labels"].value_counts().to_dict()
    assert counts == {"pneumonia": 6_012, "normal": 8_851, "": 11_821}
    assert counts["normal"] + counts[""] == 20_672
    assert table["view"].value_counts().to_dict() == {"PA": 14_511, "AP": 12_173}
    positive = table[table["labels"] == "pneumonia"]
    assert (positive["view"] == "AP").mean() == pytest.approx(0.78, abs=0.005)
    assert (table["age"].isna().sum(), (table["age"] < 18).sum()) == (5, 1_276)
    card = read_card(places.manifests() / "user_supplied" / "rsna.yaml").counts
    assert card == {
        "images": len(table), "excluded": 0, "patients": table["patient"].nunique(),
        "no_label": counts[""], "pneumonia": counts["pneumonia"], "normal": counts["normal"],
    }  # fmt: skip
    legal = table.assign(sha256="0" * 64, width=1024, height=1024, split="train")
    check_manifest(legal[list(COLUMNS)], tuple(rsna.LABELS), "rsna")


@pytest.mark.data
def test_the_images_are_of_11439_nih_patients(radiographs, monkeypatch):
    crosswalk = radiographs / "crosswalk" / "rsna_to_nih.csv.gz"
    matches = pd.read_csv(crosswalk)
    confident = matches[matches["mse"] <= rsna.CONFIDENT]
    assert len(confident) == 26_586
    assert confident["nih_image"].nunique() == 26_585
    assert not matches["mse"].between(8, 73).any()
    named = rsna.patients(matches["rsna_id"], crosswalk, Notes())
    assert named.str.startswith("rsna-").sum() == 98
    assert named[named.str.startswith("nih-")].nunique() == 11_410
    monkeypatch.setattr(rsna, "CONFIDENT", float("inf"))
    everyone = rsna.patients(matches["rsna_id"], crosswalk, Notes())
    assert everyone.nunique() == 11_439
    images = everyone.value_counts()
    assert ((images > 1).sum(), images.max()) == (4_355, 65)
    kinds = matches["rsna_class"].str.split("/").str[0].groupby(everyone).agg(set)
    assert kinds.map({"Normal", "Lung Opacity"}.issubset).sum() == 671


@pytest.mark.data
def test_nih_s_own_labels_agree_poorly_with_the_radiologists(stage_2, official):
    folder, crosswalk, _, _ = stage_2
    seen = rsna.read(folder, crosswalk).rows.set_index("id")["labels"]
    own = nih.read(official).rows.set_index("id")["labels"]
    matches = pd.read_csv(crosswalk)
    seen = seen["rsna/" + matches["rsna_id"]].to_numpy()
    own = own["nih/" + matches["nih_image"]].reset_index(drop=True)
    named = own.str.contains("pneumonia")
    assert (named & (seen == "pneumonia")).sum() == 365
    assert ((own == "") & (seen == "pneumonia")).sum() == 563
    assert (named & (seen == "normal")).sum() == 129
