"""What COVIDx gives away, by its own lists."""

import gzip

import pandas as pd
import pytest

from cxrstudy.pages import covidx_leaks

UUID = "00000000-0000-0000-0000-00000000000{}"
TRAIN = [
    f"{UUID.format(1)} {UUID.format(1)}.png normal rsna",
    f"{UUID.format(2)} {UUID.format(2)}.png pneumonia rsna",
    "COVID 1 COVID(1).png COVID-19 sirm",
    "7 seven.jpg COVID-19 cohen",
    "7 eight.jpg COVID-19 cohen",
    "8 nine.jpg pneumonia cohen",
]
TEST = [
    f"{UUID.format(3)} {UUID.format(3)}.png normal rsna",
    f"{UUID.format(4)} {UUID.format(4)}.png pneumonia rsna",
    "9 ten.jpg COVID-19 cohen",
    "10 eleven.jpg normal cohen",
]


@pytest.fixture
def folder(tmp_path):
    """Lists of version 8A with three leaks, and a crosswalk: images 1 and 3 are of one patient."""
    (tmp_path / "train_COVIDx8A.txt").write_text("\n".join(TRAIN) + "\n")
    (tmp_path / "test_COVIDx8A.txt").write_text("\n".join(TEST) + "\n")
    rows = ["rsna_id,nih_image,mse,rsna_class"]
    rows += [
        f"{UUID.format(n)},0000000{p}_000.png,1.0,Normal"
        for n, p in ((1, 1), (2, 2), (3, 1), (4, 4))
    ]
    with gzip.open(tmp_path / "crosswalk.csv.gz", "wt") as stream:
        stream.write("\n".join(rows) + "\n")
    return tmp_path


def test_every_leak_of_a_made_list_is_counted(folder):
    found = covidx_leaks.leaks_of(folder, "8A", folder / "crosswalk.csv.gz", None)
    assert (found["test_images"], found["test_covid"]) == (4, 1)
    assert found["source_rule_test"] == 3 / 4
    assert found["source_rule_train"] == 5 / 6
    assert (found["rsna_test"], found["rsna_test_known"], found["test_known"]) == (2, 1, 1)
    assert (found["train_rows"], found["train_rows_misread"]) == (6, 1)
    assert found["most_of_one_patient"] == 2
    assert pd.isna(found["view_rule_test"])


def test_the_view_rule_learns_from_training_and_is_tested_on_the_test(folder):
    headers = folder / "headers.csv"
    views = {1: "PA", 2: "AP", 3: "PA", 4: "PA"}
    lines = [f"{UUID.format(n)},{view},F,50" for n, view in views.items()]
    headers.write_text("\n".join(["PatientID,ViewPosition,PatientSex,PatientAge", *lines]) + "\n")
    found = covidx_leaks.leaks_of(folder, "8A", folder / "crosswalk.csv.gz", headers)
    assert found["view_rule_test"] == 1 / 2


@pytest.mark.data
def test_the_recorded_result_is_what_the_lists_say(radiographs, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_DATA", str(radiographs))
    measured = covidx_leaks.leaks(
        covidx_leaks.lists(), covidx_leaks.crosswalk(), covidx_leaks.headers()
    )
    recorded = pd.read_csv(covidx_leaks.recorded())
    pd.testing.assert_frame_equal(measured, recorded, check_dtype=False)


@pytest.mark.data
def test_published_counts_are_met(radiographs, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_DATA", str(radiographs))
    found = pd.read_csv(covidx_leaks.recorded()).set_index("version")
    assert found["train_rows"].to_dict() == {
        "5": 13958, "7A": 15111, "8A": 15599, "8B": 15952, "9A": 30130, "9B": 30482,
    }  # fmt: skip
    assert found.loc["8A", "rsna_test_known"] == 129
    assert found.loc["7A", "train_rows_misread"] == 1182


def test_without_lists_the_data_folder_has_none(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    assert covidx_leaks.lists() is None
    assert covidx_leaks.crosswalk() is None
