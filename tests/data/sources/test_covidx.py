"""COVIDx: lists read from the right, counted against what was published."""

import importlib.util
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, ManifestError, check_manifest
from cxrstudy.data.sources import covidx
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError

COMMIT = "mirror/lindawangg/COVID-Net/65999806546b55ab8adfc32b0cf8f70880c337dc"
RSNA = "47c78742-4998-4878-aec4-37b11b1354ac"
STONYBROOK = "A223587-12-31-1900-NA-CHEST_AP_VIEWONLY-26790-1.000000-PA-81991-1-1.jpg"
BIMCV = "sub-S03044_ses-E06790_run-1_bp-chest_vp-ap_dx-corrected.png"
TRAIN = f"""\
3 SARS-Fig8a-day0.jpeg pneumonia cohen
COVID 1 COVID(1).png COVID-19 sirm
COVID_2 COVID(2).png COVID-19 sirm
fe267737-99e1-42b0-ac7f-ffb6f235037a fe267737-99e1-42b0-ac7f-ffb6f235037a.png normal rnsa
A223587 {STONYBROOK} COVID-19 stonybrook
S03044 {BIMCV} COVID-19 bimcv
"""
TEST = f"""\
{RSNA} {RSNA}.png normal
8 SARS-Fig5-day9.jpeg pneumonia
COVID-00025 COVID-00025.jpg COVID-19 fig1
"""

#: Images of version, list and label; then the distinct listed ids of the same (papers.md 3.1, 3.2).
IMAGES = {
    ("5", "train"): {"normal": 7_966, "other_pneumonia": 5_475, "covid19": 517},
    ("7A", "train"): {"normal": 7_966, "other_pneumonia": 5_475, "covid19": 1_670},
    ("8A", "train"): {"normal": 7_966, "other_pneumonia": 5_475, "covid19": 2_158},
    ("9A", "train"): {"normal": 8_085, "other_pneumonia": 5_555, "covid19": 16_490},
    ("8B", "train"): {"": 13_794, "covid19": 2_158},
    ("9B", "train"): {"": 13_992, "covid19": 16_490},
    ("5", "test"): {"normal": 100, "other_pneumonia": 100, "covid19": 100},
    ("7A", "test"): {"normal": 100, "other_pneumonia": 100, "covid19": 100},
    ("8A", "test"): {"normal": 100, "other_pneumonia": 100, "covid19": 200},
    ("9A", "test"): {"normal": 100, "other_pneumonia": 100, "covid19": 200},
    ("8B", "test"): {"": 200, "covid19": 200},
    ("9B", "test"): {"": 200, "covid19": 200},
}
IDS = {
    ("5", "train"): {"normal": 7_966, "other_pneumonia": 5_451, "covid19": 353},
    ("7A", "train"): {"normal": 7_966, "other_pneumonia": 5_451, "covid19": 1_506},
    ("8A", "train"): {"normal": 7_966, "other_pneumonia": 5_451, "covid19": 1_327},
    ("9A", "train"): {"normal": 8_085, "other_pneumonia": 5_531, "covid19": 2_808},
    ("8B", "train"): {"": 13_651, "covid19": 1_327},
    ("9B", "train"): {"": 13_850, "covid19": 2_808},
    ("5", "test"): {"normal": 100, "other_pneumonia": 98, "covid19": 74},
    ("7A", "test"): {"normal": 100, "other_pneumonia": 98, "covid19": 74},
    ("8A", "test"): {"normal": 100, "other_pneumonia": 100, "covid19": 178},
    ("9A", "test"): {"normal": 100, "other_pneumonia": 100, "covid19": 178},
    ("8B", "test"): {"": 200, "covid19": 178},
    ("9B", "test"): {"": 200, "covid19": 178},
}
_OLD = {"cohen": 439, "figure1": 24, "actualmed": 25}
_NEW = {"ricord": 896, "cohen": 270, "figure1": 24, "actualmed": 25, "radiography": 943}
_NEWEST = _NEW | {"stonybrook": 14_132, "bimcv": 200}
COVID_SOURCES = {
    ("5", "train"): _OLD | {"radiography": 29},
    ("7A", "train"): _OLD | {"radiography": 1_182},
    ("8A", "train"): _NEW, ("8B", "train"): _NEW, ("9A", "train"): _NEWEST,
    ("9B", "train"): _NEWEST,
    ("5", "test"): {"cohen": 39, "actualmed": 33, "radiography": 17, "figure1": 11},
    ("7A", "test"): {"cohen": 39, "actualmed": 33, "radiography": 17, "figure1": 11},
    ("8A", "test"): {"ricord": 200}, ("8B", "test"): {"ricord": 200},
    ("9A", "test"): {"ricord": 200}, ("9B", "test"): {"ricord": 200},
}  # fmt: skip
OTHER_SOURCES = {
    ("5", "train"): {"rsna": 13_389, "cohen": 52},
    ("7A", "train"): {"rsna": 13_389, "cohen": 52},
    ("8A", "train"): {"rsna": 13_389, "cohen": 52},
    ("9A", "train"): {"rsna": 13_588, "cohen": 52},
    ("8B", "train"): {"rsna": 13_389, "cohen": 298, "actualmed": 107},
    ("9B", "train"): {"rsna": 13_588, "cohen": 297, "actualmed": 107},
    ("5", "test"): {"rsna": 196, "cohen": 4}, ("7A", "test"): {"rsna": 196, "cohen": 4},
    ("8A", "test"): {"rsna": 200}, ("8B", "test"): {"rsna": 200},
    ("9A", "test"): {"rsna": 200}, ("9B", "test"): {"rsna": 200},
}  # fmt: skip
#: RSNA images in a test list whose NIH patient also has images in the training list.
LEAKED = {"5": 125, "7A": 125, "8A": 129, "8B": 129, "9A": 129, "9B": 129}
EVERY_LIST = pytest.mark.parametrize(("version", "split"), IMAGES)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "train_COVIDx9A.txt").write_text(TRAIN)
    (tmp_path / "labels" / "test_COVIDx9A.txt").write_text(TEST)
    (tmp_path / "crosswalk.csv").write_text(f"rsna_id,nih_image,mse\n{RSNA},00000061_012.png,1.2\n")
    (tmp_path / "headers.csv").write_text(
        f"PatientID,PatientAge,PatientSex,ViewPosition\n{RSNA},43,M,PA\n"
    )
    return tmp_path


@pytest.fixture
def lists(radiographs):
    return radiographs / COMMIT


@pytest.fixture
def crosswalk(radiographs):
    return radiographs / "crosswalk" / "rsna_to_nih.csv.gz"


@cache
def listed(lists, version, split):
    """An official list; no test changes it."""
    return covidx.read_list(lists / "labels" / f"{split}_COVIDx{version}.txt")


@cache
def official(lists, version, crosswalk):
    """Rows of an official version; no test changes them."""
    return covidx.read(lists, version, crosswalk).rows


def made(folder, **given):
    return covidx.read(folder, "9A", folder / "crosswalk.csv", **given).rows


def test_ids_with_spaces_do_not_shift_the_cells(folder):
    rows = covidx.read_list(folder / "labels" / "train_COVIDx9A.txt")
    assert rows.iloc[1].tolist() == ["COVID 1", "COVID(1).png", "covid19", "radiography"]
    assert rows.iloc[0].tolist() == ["3", "SARS-Fig8a-day0.jpeg", "other_pneumonia", "cohen"]


def test_a_row_without_a_source_has_the_one_that_its_file_name_tells(folder):
    rows = covidx.read_list(folder / "labels" / "test_COVIDx9A.txt")
    assert rows["source"].tolist() == ["rsna", "cohen", "figure1"]


def test_the_misspelt_source_is_rsna(folder):
    assert made(folder)["source"].tolist().count("rsna") == 2


def test_a_row_says_where_the_image_lies_and_whose_it_is(folder):
    table = made(folder)
    assert tuple(table.columns) == UNSPLIT
    assert table["path"][1] == "train/COVID(1).png"
    assert table["id"][1] == "covidx9a/COVID(1).png"
    assert table["patient"].tolist() == [
        "cohen-3", "radiography-COVID(1)", "radiography-COVID(2)",
        "rsna-fe267737-99e1-42b0-ac7f-ffb6f235037a", "stonybrook-A223587", "bimcv-S03044",
        "nih-00061", "cohen-8", "figure1-COVID-00025",
    ]  # fmt: skip
    assert covidx.official_split(table).tolist() == ["train"] * 6 + ["test"] * 3


def test_file_names_and_headers_tell_the_view(folder):
    views = ["unknown"] * 4 + ["PA", "AP"] + ["unknown"] * 3
    assert made(folder)["view"].tolist() == views
    views[6] = "PA"
    table = made(folder, headers=folder / "headers.csv")
    assert table["view"].tolist() == views
    assert (table["sex"][6], table["age"][6]) == ("M", 43)
    assert set(table["sex"].drop(6)) == {"unknown"}


def test_a_binary_version_carries_one_label(folder):
    for split, text in {"train": TRAIN, "test": TEST}.items():
        text = text.replace("COVID-19", "positive")
        text = text.replace("pneumonia", "negative").replace("normal", "negative")
        (folder / f"{split}_COVIDx8B.txt").write_text(text)
    table = covidx.read(folder, "8B", folder / "crosswalk.csv").rows
    assert table["labels"].value_counts().to_dict() == {"covid19": 5, "": 4}


@pytest.mark.parametrize("row", ["1 a.png covid cohen", "1 a.png normal nowhere", "a.png normal"])
def test_a_row_that_can_not_be_read_is_named(folder, row):
    path = folder / "labels" / "train_COVIDx9A.txt"
    path.write_text(f"{TRAIN}{row}\n")
    with pytest.raises(TableError, match=rf"train_COVIDx9A\.txt, row 7: '{row}'; expected"):
        made(folder)


def test_a_version_that_does_not_exist_is_named(folder):
    with pytest.raises(
        TableError, match="'1' is not known; the versions are 2, 3, 4, 5, 6, 7A, 7B, 8A, 8B, 9A, 9B"
    ):
        covidx.read(folder, "1", folder / "crosswalk.csv")


def card_of(version):
    return read_card(places.manifests() / "user_supplied" / f"covidx{version.lower()}.yaml")


@pytest.mark.parametrize("version", LEAKED)
def test_the_card_says_what_the_lists_call_each_label(tmp_path, version):
    label_map = card_of(version).label_map
    path = tmp_path / "list.txt"
    path.write_text("".join(f"1 a.png {word} cohen\n" for word in label_map.values()))
    assert covidx.read_list(path)["label"].tolist() == list(label_map)
    assert len(label_map) == (1 if version.endswith("B") else 3)


@pytest.mark.data
@EVERY_LIST
def test_every_official_list_has_the_published_numbers(lists, version, split):
    rows = listed(lists, version, split)
    assert rows["label"].value_counts().to_dict() == IMAGES[version, split]
    ids = rows.groupby("label")["listed_id"].nunique()
    assert ids.to_dict() == IDS[version, split]


@pytest.mark.data
@EVERY_LIST
def test_every_official_list_has_the_published_sources(lists, version, split):
    rows = listed(lists, version, split)
    covid = rows["label"] == "covid19"
    assert rows[covid]["source"].value_counts().to_dict() == COVID_SOURCES[version, split]
    assert rows[~covid]["source"].value_counts().to_dict() == OTHER_SOURCES[version, split]


@pytest.mark.data
@pytest.mark.parametrize("version", LEAKED)
def test_every_version_makes_a_table_that_its_card_counts(lists, crosswalk, version):
    table = official(lists, version, crosswalk)
    counts = card_of(version).counts
    assert counts.pop("images") == len(table)
    assert counts.pop("excluded") == 0
    assert counts.pop("patients") == table["patient"].nunique()
    labels = table["labels"].replace("", "no_label").value_counts().to_dict()
    assert counts == labels
    legal = table.assign(sha256="0" * 64, width=1, height=1, split="train")[list(COLUMNS)]
    check_manifest(legal, tuple(card_of(version).label_map), version)


@pytest.mark.data
@pytest.mark.parametrize("version", LEAKED)
def test_the_official_split_leaks_patients_and_is_refused(lists, crosswalk, version):
    table = official(lists, version, crosswalk)
    split = covidx.official_split(table)
    trained = set(table["patient"][split == "train"])
    tested = table[(split == "test") & (table["source"] == "rsna")]
    assert tested["patient"].isin(trained).sum() == LEAKED[version]
    legal = table.assign(sha256="0" * 64, width=1, height=1, split=split)[list(COLUMNS)]
    with pytest.raises(ManifestError, match="is in more than one split"):
        check_manifest(legal, tuple(card_of(version).label_map), version)


@pytest.mark.data
@pytest.mark.parametrize(
    ("version", "pneumonia", "normal"), [("5", 82, 43), ("7A", 82, 43), ("8A", 86, 43)]
)
def test_leaked_test_images_are_mostly_pneumonia(lists, crosswalk, version, pneumonia, normal):
    table = official(lists, version, crosswalk)
    split = covidx.official_split(table)
    trained = table[(split == "train") & (table["source"] == "rsna")]
    tested = table[(split == "test") & (table["source"] == "rsna")]
    leaked = tested[tested["patient"].isin(trained["patient"])]
    counts = leaked["labels"].value_counts().to_dict()
    assert counts == {"other_pneumonia": pneumonia, "normal": normal}
    both = set(zip(trained["patient"], trained["labels"], strict=True))
    same = sum(pair in both for pair in zip(leaked["patient"], leaked["labels"], strict=True))
    if version == "8A":
        assert same == 114


@pytest.mark.data
@pytest.mark.parametrize("version", LEAKED)
def test_the_two_patients_of_the_fused_ids_are_in_training(lists, version):
    rows = listed(lists, version, "train")
    assert {"191", "COVID-00024"} <= set(rows["listed_id"])


@pytest.mark.data
def test_views_inside_rsna_are_as_published(lists, crosswalk):
    found = importlib.util.find_spec("torchxrayvision")
    if found is None:
        pytest.skip("this test was not run: it reads headers that torchxrayvision ships")
    data = Path(found.submodule_search_locations[0]) / "data"
    headers = data / "kaggle_stage_2_train_images_dicom_headers.csv.gz"
    table = covidx.read(lists, "8A", crosswalk, headers).rows
    seen = table[table["source"] == "rsna"]
    split = covidx.official_split(seen)
    counted = pd.crosstab([split, seen["labels"]], seen["view"])
    assert counted[["PA", "AP"]].T.to_dict("list") == {
        ("test", "normal"): [83, 17], ("test", "other_pneumonia"): [20, 80],
        ("train", "normal"): [6_500, 1_466], ("train", "other_pneumonia"): [1_222, 4_201],
    }  # fmt: skip
    children = seen[(seen["age"] < 18) & (split == "train")]
    assert children["labels"].value_counts().to_dict() == {"normal": 415, "other_pneumonia": 349}


@pytest.mark.data
def test_version_9_holds_laterals_and_films_named_abdomen_and_236_images_of_one_patient(
    lists, crosswalk
):
    table = official(lists, "9A", crosswalk)
    covid = table[table["labels"] == "covid19"]
    assert covid["patient"].value_counts().iloc[0] == 236
    abdomen = covid[covid["path"].str.contains("-ABD|ABDOMEN")]
    assert (len(abdomen), set(abdomen["source"])) == (487, {"stonybrook"})
    views = covid.groupby("source")["view"].value_counts().unstack(fill_value=0)
    assert views.loc["stonybrook"].to_dict() == {"AP": 14_079, "PA": 44, "lateral": 9, "unknown": 0}
    assert views.loc["bimcv"].to_dict() == {"AP": 25, "PA": 175, "lateral": 0, "unknown": 0}
