"""MIMIC-CXR-JPG: labels of studies, images of views. Its files need credentials: these are made."""

import gzip

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest, truth
from cxrstudy.data.sources import mimic
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError

NAMES = tuple(mimic.LABELS)
METADATA = """\
dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,Rows,Columns,StudyDate,\
StudyTime,ProcedureCodeSequence_CodeMeaning,ViewCodeSequence_CodeMeaning,\
PatientOrientationCodeSequence_CodeMeaning
02aa804e-bde0afdd,10000032,50414267,CHEST (PA AND LAT),PA,3056,2544,21800506,213014.531,\
CHEST (PA AND LAT),postero-anterior,Erect
174413ec-4ec4c1f7,10000032,50414267,CHEST (PA AND LAT),LATERAL,3056,2544,21800506,213014.531,\
CHEST (PA AND LAT),lateral,Erect
2a2277a9-b0ded155,10000764,57375967,CHEST (PORTABLE AP),AP,2544,3056,21321015,91256.437,\
CHEST (PORTABLE AP),antero-posterior,Recumbent
68b5c4b1-227d0485,10000764,50771383,CHEST (PORTABLE AP),AP,2544,3056,21321015,91256.437,\
CHEST (PORTABLE AP),antero-posterior,
ea030e7a-2e3b1346,10000898,50999999,,,2544,3056,21321015,91256.437,,,
"""
HEADER = (
    "subject_id,study_id,Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,"
    "Fracture,Lung Lesion,Lung Opacity,No Finding,Pleural Effusion,Pleural Other,Pneumonia,"
    "Pneumothorax,Support Devices\n"
)
CHEXPERT = """\
10000032,50414267,,,,,,,,,1.0,,,,,
10000764,57375967,,,1.0,,,,,,,,,-1.0,,
10000764,50771383,,0.0,,,,,,,,,,1.0,,
"""
SPLIT = """\
dicom_id,study_id,subject_id,split
02aa804e-bde0afdd,50414267,10000032,train
174413ec-4ec4c1f7,50414267,10000032,train
2a2277a9-b0ded155,57375967,10000764,validate
68b5c4b1-227d0485,50771383,10000764,validate
ea030e7a-2e3b1346,50999999,10000898,test
"""


@pytest.fixture
def folder(tmp_path):
    for name, text in {
        "metadata": METADATA, "chexpert": HEADER + CHEXPERT, "split": SPLIT,
        "negbio": HEADER + CHEXPERT.replace("-1.0", "1.0"),
    }.items():  # fmt: skip
        pd.read_csv(pd.io.common.StringIO(text), dtype=str).to_csv(
            tmp_path / f"mimic-cxr-2.0.0-{name}.csv.gz", index=False
        )
    return tmp_path


def test_an_image_lies_where_patient_and_study_say(folder):
    table = mimic.read(folder).rows
    assert tuple(table.columns) == UNSPLIT
    row = table.iloc[0]
    assert row["path"] == "files/p10/p10000032/s50414267/02aa804e-bde0afdd.jpg"
    assert (row["id"], row["patient"]) == ("mimic/02aa804e-bde0afdd", "mimic-10000032")
    assert (row["width"], row["height"]) == (2544, 3056)


def test_views_are_upright_lying_lateral_or_unknown(folder):
    views = mimic.read(folder).rows["view"].tolist()
    assert views == ["PA", "lateral", "AP supine", "AP", "unknown"]


def test_all_images_of_a_study_have_its_labels(folder):
    found = truth(mimic.read(folder).rows["labels"], ("pneumonia", "support_devices"), NAMES)
    assert found[:, 0].tolist()[:2] == [0, 0]
    assert pd.isna(found[:2, 1]).all()
    assert found[3, 0] == 1


def test_a_study_without_labels_is_unknown_whatever_the_policy(folder):
    table = mimic.read(folder, blank="absent", uncertain="absent").rows
    assert pd.isna(truth(table["labels"], NAMES, NAMES)[4]).all()
    assert table["labels"][2] == "consolidation"


def test_the_other_program_has_other_labels(folder):
    assert mimic.read(folder).rows["labels"][2].startswith("consolidation|?")
    assert mimic.read(folder, "negbio").rows["labels"][2].startswith("consolidation|pneumonia|?")


def _labels(folder, text):
    path = folder / "mimic-cxr-2.0.0-chexpert.csv.gz"
    path.write_bytes(gzip.compress((HEADER + text).encode()))


def test_a_study_with_two_rows_counts_once_or_is_named(folder):
    first = CHEXPERT.splitlines()[0]
    _labels(folder, CHEXPERT + first + "\n")
    reading = mimic.read(folder)
    assert len(reading.rows) == 5
    assert "1 of 4 rows say the same" in str(reading.notes[0])
    _labels(folder, CHEXPERT + "10000032,50414267,,,,,,,,,,,,1.0,,\n")
    with pytest.raises(TableError, match="rows 2 and 5: two rows of '10000032/50414267' differ in"):
        mimic.read(folder)


def test_a_table_that_writes_its_keys_as_numbers_with_a_point_is_refused(folder):
    _labels(folder, CHEXPERT.replace(",5", ".0,5"))
    with pytest.raises(TableError, match=r"0 of 4 studies; .*'10000032/50414267', .*'10000032\.0/"):
        mimic.read(folder)


def test_a_study_without_labels_is_counted(folder):
    (note,) = mimic.read(folder).notes
    assert str(note).endswith("1 of 4 studies have no row; first: '10000898/50999999'")


def test_the_official_split_is_read(folder):
    split = mimic.official_split(folder, mimic.read(folder).rows)
    assert split.tolist() == ["train", "train", "validation", "validation", "test"]


def test_an_image_that_the_split_lacks_is_named(folder):
    path = folder / "mimic-cxr-2.0.0-split.csv.gz"
    pd.read_csv(path, dtype=str).iloc[:3].to_csv(path, index=False)
    with pytest.raises(TableError, match="no row for 'mimic/68b5c4b1-227d0485'"):
        mimic.official_split(folder, mimic.read(folder).rows)


def test_the_table_makes_a_legal_manifest_with_the_labels_of_the_card(folder):
    card = read_card(places.manifests() / "user_supplied" / "mimic.yaml")
    assert card.label_map == mimic.LABELS
    table = mimic.read(folder).rows
    table = table.assign(sha256="0" * 64, split=mimic.official_split(folder, table))
    check_manifest(table[list(COLUMNS)], card.labels, "mimic")
