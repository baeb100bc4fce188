"""VinDr-CXR: three readers, one row."""

import shutil

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import vindr
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError

HEADER = "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max\n"
BOXES = """\
a,Cardiomegaly,3,R8,1,2,3,4
a,Cardiomegaly,3,R9,1,2,3,4
a,Nodule/Mass,8,R9,1,2,3,4
a,Nodule/Mass,8,R9,5,6,7,8
a,Nodule/Mass,8,R9,5,6,7,9
a,ILD,5,R8,1,2,3,4
a,ILD,5,R9,1,2,3,4
a,ILD,5,R10,1,2,3,4
b,No finding,14,R1,,,,
b,No finding,14,R2,,,,
b,No finding,14,R3,,,,
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.csv").write_text(HEADER + BOXES)
    return tmp_path


@pytest.fixture(scope="module")
def laid_out(official, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vindr")
    shutil.copy(official / "vinbigdata-train.csv.gz", folder / "train.csv.gz")
    return folder


def test_a_majority_makes_a_label_and_one_reader_leaves_it_unknown(folder):
    table = vindr.read(folder).rows
    assert tuple(table.columns) == UNSPLIT
    assert table["labels"].tolist() == ["cardiomegaly|ild|?nodule_mass", ""]
    assert table["path"].tolist() == ["train/a.dicom", "train/b.dicom"]
    assert table["patient"].tolist() == ["vindr-a", "vindr-b"]


@pytest.mark.parametrize(
    ("votes", "cell"),
    [(1, "cardiomegaly|ild|nodule_mass"), (3, "ild|?cardiomegaly|?nodule_mass")],
)
def test_another_number_of_votes_can_be_asked_for(folder, votes, cell):
    assert vindr.read(folder, votes).rows["labels"][0] == cell


@pytest.mark.parametrize("votes", [0, 4])
def test_more_votes_than_readers_are_refused(folder, votes):
    with pytest.raises(ValueError, match=f"votes must be 1 to 3, not {votes}"):
        vindr.read(folder, votes)


def test_a_finding_beside_no_finding_by_all_is_unknown_and_counted(folder):
    (folder / "train.csv").write_text(HEADER + BOXES + "b,ILD,5,R1,1,2,3,4\nb,ILD,5,R2,1,2,3,4\n")
    reading = vindr.read(folder)
    assert reading.rows.set_index("id")["labels"]["vindr/b"] == "?ild"
    (note,) = reading.notes
    assert (note.count, note.example) == (1, "b")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "c,ILD,5,R1,1,2,3,4\n",
            "row 13, column rad_id: 'R1'; the image of this row does",
        ),
        ("b,Fracture,5,R1,1,2,3,4\n", "row 13, column class_name: 'Fracture'; known values"),
    ],
)
def test_rows_that_can_not_be_are_named(folder, more, message):
    (folder / "train.csv").write_text(HEADER + BOXES + more)
    with pytest.raises(TableError) as raised:
        vindr.read(folder)
    assert message in str(raised.value)


def test_the_official_file_has_the_published_numbers(laid_out):
    rows = pd.read_csv(laid_out / "train.csv.gz")
    assert len(rows) == 67_914
    seen = rows.groupby("class_name")["image_id"].nunique()
    counted = seen[["No finding", "Lung Opacity", "Infiltration", "Consolidation"]].tolist()
    assert counted == [10_606, 1_322, 613, 353]
    share = rows["rad_id"].isin(["R8", "R9", "R10"]).mean()
    assert share == pytest.approx(0.61, abs=0.005)
    # What somebody saw, whoever it was, is the published count.
    anyone = vindr.read(laid_out, votes=1).rows["labels"].str.get_dummies("|").sum()
    assert {vindr.LABELS[name]: count for name, count in anyone.items()} == seen.drop(
        "No finding"
    ).to_dict()


def test_the_card_fits_the_adapter_and_the_official_file(laid_out):
    table = vindr.read(laid_out).rows
    assert len(table) == 15_000
    assert (table["labels"] == "").sum() == 10_606
    card = read_card(places.manifests() / "user_supplied" / "vindr.yaml")
    assert card.label_map == vindr.LABELS
    present = table["labels"].str.get_dummies("|").sum()
    counted = {name: int(present[name]) for name in vindr.LABELS}
    counted |= {"images": 15_000, "excluded": 0, "patients": 15_000, "no_label": 10_606}
    assert card.counts == counted
    legal = table.assign(sha256="0" * 64, width=1, height=1, split="train")
    check_manifest(legal[list(COLUMNS)], tuple(vindr.LABELS), "vindr")
