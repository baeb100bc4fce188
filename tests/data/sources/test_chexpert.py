"""CheXpert: what doubt, silence and "No Finding" become."""

import importlib.util
import shutil
from pathlib import Path

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest, truth
from cxrstudy.data.sources import chexpert
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError

NAMES = tuple(chexpert.LABELS)


def row(path="train/patient00001/study1/view1_frontal.jpg", **cells):
    plain = {"Path": f"CheXpert-v1.0-small/{path}", "Sex": "Female", "Age": "68"}
    plain |= {"Frontal/Lateral": "Frontal", "AP/PA": "AP", "No Finding": ""}
    return plain | dict.fromkeys(chexpert.LABELS.values(), "") | cells


@pytest.fixture
def written(tmp_path):
    def write(*rows, name="train.csv"):
        pd.DataFrame(rows).to_csv(tmp_path / name, index=False)
        return tmp_path

    return write


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    found = importlib.util.find_spec("torchxrayvision")
    if found is None:
        pytest.skip("this test was not run: it reads label files that torchxrayvision ships")
    folder = tmp_path_factory.mktemp("chexpert")
    data = Path(found.submodule_search_locations[0]) / "data"
    shutil.copy(data / "chexpert_train.csv.gz", folder / "train.csv.gz")
    return chexpert.read(folder).rows


def test_a_row_becomes_an_image_of_a_patient(written):
    table = chexpert.read(written(row())).rows
    assert tuple(table.columns) == UNSPLIT
    first = table.iloc[0]
    assert first["path"] == "train/patient00001/study1/view1_frontal.jpg"
    assert first["id"] == "chexpert/train/patient00001/study1/view1_frontal.jpg"
    assert (first["patient"], first["source"]) == ("chexpert-00001", "chexpert")
    assert (first["view"], first["sex"], first["age"]) == ("AP", "F", 68)


@pytest.mark.parametrize("release", ["CheXpert-v1.0/", "CheXpert-v1.0-small/", ""])
def test_the_name_of_the_release_is_no_part_of_the_path(written, release):
    path = "valid/patient64541/study1/view1_frontal.jpg"
    folder = written(row(Path=release + path), name="train.csv")
    assert chexpert.read(folder).rows["path"].tolist() == [path]


def labels_of(written, **given):
    policy = {name: given.pop(name) for name in ("uncertain", "blank") if name in given}
    table = chexpert.read(written(row(**given)), **policy).rows
    return dict(zip(NAMES, truth(table["labels"], NAMES, NAMES)[0], strict=True))


def test_a_mentioned_label_is_present_or_absent(written):
    found = labels_of(written, Pneumonia="1.0", Edema="0.0")
    assert (found["pneumonia"], found["edema"]) == (1, 0)


def test_doubt_is_unknown_unless_a_policy_says_otherwise(written):
    assert pd.isna(labels_of(written, Pneumonia="-1.0")["pneumonia"])
    assert labels_of(written, Pneumonia="-1.0", uncertain="present")["pneumonia"] == 1
    assert labels_of(written, Pneumonia="-1.0", uncertain="absent")["pneumonia"] == 0


def test_silence_is_unknown_unless_a_policy_says_otherwise(written):
    assert pd.isna(labels_of(written, Edema="1.0")["pneumonia"])
    assert labels_of(written, Edema="1.0", blank="absent")["pneumonia"] == 0


def test_where_nothing_was_found_silence_means_absent_but_not_of_devices(written):
    found = labels_of(written, **{"No Finding": "1.0"})
    assert pd.isna(found.pop("support_devices"))
    assert set(found.values()) == {0}


def test_laterals_are_kept_and_a_frontal_view_named_lateral_is_unknown(written):
    lateral = row("train/patient00001/study1/view2_lateral.jpg")
    lateral |= {"Frontal/Lateral": "Lateral", "AP/PA": ""}
    odd = row("train/patient00001/study2/view1_frontal.jpg", **{"AP/PA": "LL"})
    table = chexpert.read(written(row(), lateral, odd)).rows
    assert table["view"].tolist() == ["AP", "lateral", "unknown"]


def test_age_0_and_an_unknown_sex_are_unknown(written):
    table = chexpert.read(written(row(Age="0", Sex="Unknown"))).rows
    assert table["age"].isna().all()
    assert table["sex"].tolist() == ["unknown"]


def test_the_validation_file_is_read_too_where_it_lies(written):
    written(row())
    folder = written(row("valid/patient64541/study1/view1_frontal.jpg"), name="valid.csv")
    table = chexpert.read(folder).rows
    assert chexpert.official_split(table).tolist() == ["train", "validation"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"Pneumonia": "2.0"}, "row 2, column Pneumonia: '2.0'; write 1, 0 or -1"),
        ({"Path": "a/b.jpg"}, "row 2, column Path: 'a/b.jpg'; expected"),
        ({"Frontal/Lateral": "Oblique"}, "column Frontal/Lateral: 'Oblique'; known values"),
    ],
)
def test_a_cell_that_can_not_be_is_named(written, cells, message):
    with pytest.raises(TableError) as raised:
        chexpert.read(written(row(**cells)))
    assert message in str(raised.value)


@pytest.mark.slow  # hundreds of thousands of rows
def test_the_official_file_has_the_published_numbers(whole):
    assert len(whole) == 223_414
    assert whole["patient"].nunique() == 64_540
    assert whole["path"].str.rsplit("/", n=1).str[0].nunique() == 187_641
    views = {"AP": 161_590, "PA": 29_420, "lateral": 32_387, "unknown": 17}
    assert whole["view"].value_counts().to_dict() == views
    assert sum(views.values()) - views["lateral"] == 191_027
    assert whole["sex"].value_counts().to_dict() == {"M": 132_636, "F": 90_777, "unknown": 1}
    assert whole["age"].isna().sum() == 3
    assert chexpert.official_split(whole).unique().tolist() == ["train"]


@pytest.mark.slow  # hundreds of thousands of rows
def test_pneumonia_of_the_official_file_is_as_published(whole):
    cells = whole["labels"].str.split("|")
    present = cells.map(lambda names: "pneumonia" in names).sum()
    unknown = cells.map(lambda names: "?pneumonia" in names).sum()
    assert present == 6_039
    # Of 195,806 blank cells 21,223 are of images without any finding: these are absent.
    assert unknown == 18_770 + 195_806 - 21_223
    assert len(whole) - present - unknown == 2_799 + 21_223


@pytest.mark.slow  # hundreds of thousands of rows
def test_the_card_fits_the_adapter_and_the_official_file(whole):
    card = read_card(places.manifests() / "user_supplied" / "chexpert.yaml")
    assert card.label_map == chexpert.LABELS
    present = whole["labels"].str.get_dummies("|").sum()
    counted = {name: int(present[name]) for name in NAMES}
    counted |= {"images": len(whole), "excluded": 0, "patients": whole["patient"].nunique()}
    assert card.counts == counted | {"no_label": int((whole["labels"] == "").sum())}


@pytest.mark.slow  # hundreds of thousands of rows
def test_the_official_file_makes_a_legal_manifest(whole):
    table = whole.iloc[::10].assign(sha256="0" * 64, width=1, height=1, split="train")
    check_manifest(table[list(COLUMNS)].reset_index(drop=True), NAMES, "chexpert")
