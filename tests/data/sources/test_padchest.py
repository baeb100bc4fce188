"""PadChest: lists in cells, projections, and rows that say nothing."""

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import padchest
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError

FILE = "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv"


@pytest.fixture
def read(tmp_path):
    """Read rows that say what differs from a plain image."""

    def written(*rows):
        plain = {
            "ImageDir": "54", "StudyDate_DICOM": "20140915", "PatientID": "7",
            "PatientBirth": "1930.0", "PatientSex_DICOM": "F", "Projection": "PA",
            "Rows_DICOM": "1728", "Columns_DICOM": "1872", "Labels": "['normal']",
        }  # fmt: skip
        full = [plain | {"ImageID": f"{number}.png"} | row for number, row in enumerate(rows)]
        pd.DataFrame(full).to_csv(tmp_path / FILE)
        return padchest.read(tmp_path).rows

    return written


@pytest.fixture(scope="module")
def whole(official):
    return padchest.read(official).rows


def test_a_row_becomes_an_image_of_a_patient(read):
    table = read({})
    assert tuple(table.columns) == UNSPLIT
    row = table.iloc[0]
    assert (row["id"], row["path"]) == ("padchest/0.png", "54/0.png")
    assert (row["patient"], row["source"]) == ("padchest-7", "padchest")
    assert (row["age"], row["sex"], row["view"]) == (84, "F", "PA")
    assert (row["width"], row["height"]) == (1872, 1728)
    assert (row["labels"], row["excluded"]) == ("normal", "")


def test_terms_are_found_with_a_space_before_them_too(read):
    table = read({"Labels": "[' pneumonia', 'scoliosis']"}, {"Labels": "['pneumonia']"})
    assert table["labels"].tolist() == ["pneumonia", "pneumonia"]


def test_a_term_does_not_match_inside_another(read):
    table = read({"Labels": "['atypical pneumonia']"}, {"Labels": "['mass', 'mastectomy']"})
    assert table["labels"].tolist() == ["pneumonia", "mass"]


def test_a_finding_beside_normal_leaves_normal_unknown(read):
    table = read({"Labels": "['normal', 'nodule']"}, {"Labels": "['normal', '', 'unchanged']"})
    assert table["labels"].tolist() == ["nodule|?normal", "normal"]


def test_projections_become_views_and_what_is_no_chest_is_excluded(read):
    names = ["PA", "AP", "AP_horizontal", "L", "UNK", "COSTAL", "EXCLUDE"]
    table = read(*({"Projection": name} for name in names))
    assert table["view"].tolist() == ["PA", "AP", "AP supine", "lateral", *["unknown"] * 3]
    assert (table["excluded"] == "").tolist() == [True] * 5 + [False] * 2
    assert "ribs" in table["excluded"][5]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "no labels"),
        ("nan", "no labels"),
        ("['']", "labels do not say what is seen: empty"),
        ("['unchanged', '']", "labels do not say what is seen: unchanged"),
        ("['cardiomegaly', ' exclude']", "labelled 'exclude' by the publisher"),
    ],
)
def test_a_row_whose_labels_say_nothing_is_excluded_with_the_reason(read, cell, reason):
    assert read({"Labels": cell})["excluded"].tolist() == [reason]


def test_a_file_that_is_broken_in_the_archive_is_excluded(read):
    table = read({"ImageID": sorted(padchest.BROKEN)[0]}, {})
    assert (table["excluded"] != "").tolist() == [True, False]


def test_a_year_of_birth_that_is_missing_leaves_the_age_unknown(read):
    table = read({"PatientBirth": ""}, {"PatientBirth": "2014.0"}, {"PatientSex_DICOM": "O"})
    assert table["age"].isna().tolist() == [True, False, False]
    assert table["sex"].tolist() == ["F", "F", "unknown"]


def test_a_cell_that_is_no_list_and_a_new_projection_are_named(read):
    with pytest.raises(TableError, match=r"column Labels: \"\['normal'\"; expected a list"):
        read({"Labels": "['normal'"})
    with pytest.raises(TableError, match="row 3, column Projection: 'AX'; known values"):
        read({}, {"Projection": "AX"})


@pytest.mark.slow  # hundreds of thousands of rows
def test_the_official_file_has_the_published_numbers(official, whole):
    assert len(whole) == 160_861
    assert whole["patient"].nunique() == 67_625
    assert whole["view"].value_counts().to_dict() == {
        "PA": 91_728, "lateral": 49_579, "AP supine": 14_346, "AP": 4_559, "unknown": 649,
    }  # fmt: skip
    assert (whole["excluded"] == "a projection of the ribs").sum() == 630
    assert (whole["excluded"] == "no labels").sum() == 103
    assert (whole["age"] < 18).sum() == 7_186
    named = whole["path"].str.split("/").str[1]
    assert named.isin(padchest.BROKEN).sum() == len(padchest.BROKEN) == 21
    rows = pd.read_csv(
        official / f"{FILE}.gz",
        usecols=["StudyID", "MethodLabel", "Labels", "Pediatric"],
        dtype=str,
    )
    assert rows["StudyID"].nunique() == 109_931
    methods = rows["MethodLabel"].value_counts().to_dict()
    assert methods == {"RNN_model": 121_808, "Physician": 39_053}
    assert (rows["Pediatric"] == "PED").sum() == 274
    assert (rows["Labels"] == "['normal']").sum() == 50_340


@pytest.mark.slow  # hundreds of thousands of rows
def test_the_published_3474_rows_with_pneumonia_miss_those_with_a_space(official):
    cells = pd.read_csv(official / f"{FILE}.gz", usecols=["Labels"])["Labels"].fillna("")
    assert cells.str.contains("'pneumonia'", regex=False).sum() == 3_474
    assert cells.str.contains("' *pneumonia'").sum() == 7_953


@pytest.mark.slow  # hundreds of thousands of rows
def test_the_card_fits_the_adapter_and_the_official_file(whole):
    card = read_card(places.manifests() / "user_supplied" / "padchest.yaml")
    assert card.label_map == padchest.LABELS
    used = whole[whole["excluded"] == ""]
    present = used["labels"].str.get_dummies("|").sum()
    counted = {name: int(present[name]) for name in padchest.LABELS}
    counted |= {"images": len(whole), "excluded": len(whole) - len(used)}
    counted |= {"patients": whole["patient"].nunique()}
    assert card.counts == counted | {"no_label": int((used["labels"] == "").sum())}
    legal = whole.iloc[::10].assign(sha256="0" * 64, split="train").reset_index(drop=True)
    check_manifest(legal[list(COLUMNS)], tuple(padchest.LABELS), "padchest")
