"""COVID-19 Radiography Database: class folders, and where each image really comes from."""

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import radiography
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError
from tests.support.other_systems import leave_hidden

RSNA = "https://www.kaggle.com/c/rsna-pneumonia-detection-challenge/data"
KERMANY = "https://www.kaggle.com/paultimothymooney/chest-xray-pneumonia"
SHEETS = {
    "COVID": {
        "COVID-1": "https://sirm.org/category/senza-categoria/covid-19/",
        "COVID-2": "https://bimcv.cipf.es/bimcv-projects/bimcv-covid19/#1590858128006-9e640421-6711",
        "COVID-3": "https://github.com/ml-workgroup/covid-19-image-repository/tree/master/png",
        "COVID-4": "https://github.com/armiro/COVID-CXNet",
        "COVID-5": "https://github.com/ieee8023/covid-chestxray-dataset",
        "COVID-6": "https://eurorad.org",
        "COVID-7": "https://example.org/elsewhere",
    },
    "Normal": {"NORMAL-1": RSNA, "NORMAL-2": KERMANY},
    "Lung_Opacity": {"Lung_Opacity-1": RSNA},
    "Viral Pneumonia": {"Viral Pneumonia-1": KERMANY},
}


@pytest.fixture
def folder(tmp_path):
    """Lay out the classes as the release of 2021 does, with exported spreadsheets."""
    for name, urls in SHEETS.items():
        for kind in ("images", "masks"):
            (tmp_path / name / kind).mkdir(parents=True)
            for image in urls:
                file = image.replace("NORMAL", "Normal")
                (tmp_path / name / kind / f"{file}.png").touch()
        rows = [{"FILE NAME": image, "FORMAT": "PNG", "SIZE": "256*256", "URL": url}
                for image, url in urls.items()]  # fmt: skip
        pd.DataFrame(rows).to_csv(tmp_path / f"{name}.metadata.csv", index=False)
    return tmp_path


def test_images_are_listed_with_the_label_of_their_folder_and_masks_are_not(folder):
    table = radiography.read(folder).rows
    assert tuple(table.columns) == UNSPLIT
    assert len(table) == 11
    assert table["labels"].value_counts().to_dict() == {
        "covid19": 7, "other_pneumonia": 2, "normal": 2,
    }  # fmt: skip
    assert table["path"][0] == "COVID/images/COVID-1.png"
    assert table["id"].tolist()[-1] == "radiography/Viral Pneumonia-1"


def test_addresses_tell_the_collection(folder):
    table = radiography.read(folder).rows.set_index("id")["source"]
    expected = ["sirm", "bimcv", "hannover", "cxnet", "cohen", "eurorad", "radiography"]
    assert table[[f"radiography/COVID-{number}" for number in range(1, 8)]].tolist() == expected


def test_names_that_differ_in_case_are_the_same_image(folder):
    table = radiography.read(folder).rows.set_index("id")["source"]
    assert table["radiography/Normal-1"] == "rsna"
    assert table["radiography/Normal-2"] == "kermany"


def test_without_spreadsheets_only_the_unmixed_classes_have_a_collection(folder):
    for name in SHEETS:
        (folder / f"{name}.metadata.csv").unlink()
    table = radiography.read(folder).rows
    sources = table.groupby("labels")["source"].agg(set).to_dict()
    assert sources["covid19"] == sources["normal"] == {"radiography"}
    assert sources["other_pneumonia"] == {"rsna", "kermany"}


def test_an_older_release_without_image_folders_is_read_too(tmp_path):
    for name in ("COVID-19", "NORMAL", "Viral Pneumonia"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name} (1).png").touch()
    table = radiography.read(tmp_path).rows
    assert table["path"].tolist()[0] == "COVID-19/COVID-19 (1).png"
    assert table["labels"].tolist() == ["covid19", "normal", "other_pneumonia"]


def test_spellings_of_class_folders_are_read_and_other_folders_with_images_refused(tmp_path):
    for name in ("Covid_19", "Viral_Pneumonia", "lung opacity", "NORMAL"):
        (tmp_path / name / "images").mkdir(parents=True)
        (tmp_path / name / "images" / f"{name}-1.PNG").touch()
    table = radiography.read(tmp_path).rows
    assert table["labels"].value_counts().to_dict() == {
        "other_pneumonia": 2, "covid19": 1, "normal": 1,
    }  # fmt: skip
    (tmp_path / "Tuberculosis").mkdir()
    (tmp_path / "Tuberculosis" / "1.png").touch()
    with pytest.raises(TableError, match="'Tuberculosis' with images is no class folder; known"):
        radiography.read(tmp_path)


def test_images_elsewhere_and_rows_without_an_image_are_counted(folder):
    (folder / "COVID" / "COVID-9.png").touch()
    (folder / "COVID" / "images" / "COVID-7.png").unlink()
    notes = [str(note) for note in radiography.read(folder).notes]
    assert notes == [
        f"{folder}/COVID.metadata.csv, column name: 1 of 7 has no image in COVID; first: row 8: "
        "'covid-7'",
        f"{folder}: 1 of 11 images lie outside the class folders, and are not read; first: "
        "COVID/COVID-9.png",
    ]


def test_a_folder_without_classes_and_a_class_without_images_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no class folder; expected COVID, Lung_Opacity"):
        radiography.read(tmp_path)
    (tmp_path / "COVID" / "images").mkdir(parents=True)
    with pytest.raises(TableError, match=r"COVID/images: no image"):
        radiography.read(tmp_path)


def test_a_spreadsheet_without_the_address_column_is_named(folder):
    (folder / "COVID.metadata.csv").write_text("FILE NAME,FORMAT\nCOVID-1,PNG\n")
    with pytest.raises(TableError, match=r"COVID\.metadata\.csv, row 1: no column 'URL'"):
        radiography.read(folder)


def test_the_table_makes_a_legal_manifest_with_the_labels_of_the_card(folder):
    card = read_card(places.manifests() / "user_supplied" / "radiography_database.yaml")
    assert card.label_map == radiography.LABELS
    assert sum(card.counts[name] for name in radiography.LABELS) == card.counts["images"]
    table = radiography.read(folder).rows.assign(
        sha256="0" * 64, width=299, height=299, split="train"
    )
    check_manifest(table[list(COLUMNS)], card.labels, "radiography")


@pytest.mark.data
def test_the_files_of_a_real_copy_are_listed(radiographs, tmp_path):
    known = pd.read_csv(radiographs / "radiography" / "labels.csv")
    for label, name in {"covid19": "COVID", "normal": "Normal"}.items():
        (tmp_path / name / "images").mkdir(parents=True)
        for file in known.loc[known["label"] == label, "source_file"]:
            (tmp_path / name / "images" / file).touch()
    table = radiography.read(tmp_path).rows
    assert table["labels"].value_counts().to_dict() == {"covid19": 1_600, "normal": 1_600}


def test_hidden_files_of_other_systems_are_not_read(folder):
    before = radiography.read(folder)
    leave_hidden(folder)
    after = radiography.read(folder)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert after.notes == before.notes
