"""Prepared sets: what becomes of a publisher's rows."""

import pandas as pd
import pytest

from cxrstudy.data.sources import prepared_sets
from tests.support import prepared_folder
from tests.support.prepared_folder import digest
from tests.support.project import use

folder = prepared_folder.folder


def test_a_row_says_where_the_image_lies_here_and_where_the_original_does(folder):
    row = prepared_sets.nih64(folder("nih64", {"patient_id": "nih-00007"})).iloc[0]
    assert row["id"] == "nih64/0.png"
    assert row["path"] == "nih64/images/0.png"
    assert row["origin"] == "owner/set@c0ffee:from/0.dcm"
    assert row["sha256"] == digest("original nih64 0")
    assert row["prepared_sha256"] == digest("copy nih64 0")
    assert (row["patient"], row["source"]) == ("nih-00007", "nih")


def test_a_copy_that_is_the_original_has_one_hash(folder):
    made = folder("nih64", {"sha256": digest("same"), "origin_sha256": digest("same")}, {})
    table = prepared_sets.nih64(made)
    assert table["prepared_sha256"].tolist() == ["", digest("copy nih64 1")]
    assert table["sha256"].iloc[0] == digest("same")


def test_sizes_are_those_of_the_original_where_known(folder):
    made = folder("nih1k", {"orig_width": 1024, "orig_height": 900}, {"orig_width": None})
    table = prepared_sets.nih1k(made)
    assert table[["width", "height"]].to_numpy().tolist() == [[1024, 900], [64, 48]]
    without = prepared_sets.nih64(folder("nih64", {}))
    assert without[["width", "height"]].to_numpy().tolist() == [[64, 48]]


def test_views_sexes_and_ages_that_are_not_known_are_unknown(folder):
    made = folder(
        "covid_multi",
        {"view": "PA", "sex": "F", "age": "45"},
        {"view": "AP", "sex": "M", "age": "50+"},
        {"view": "AP Supine", "sex": "X", "age": "early 40s"},
        {"view": "AP erect", "sex": None, "age": None},
        {"view": "Axial", "sex": "f"},
        {},
    )
    table = prepared_sets.covid_multi(made)
    assert table["view"].tolist() == ["PA", "AP", "AP supine", "AP", "unknown", "unknown"]
    assert table["sex"].tolist() == ["F", "M", "unknown", "unknown", "F", "unknown"]
    assert table["age"].dropna().tolist() == [45.0]


def test_findings_of_nih_become_labels(folder):
    made = folder("nih64", {"Mass": 1, "Pleural_Thickening": 1}, {}, {"Pneumonia": 1})
    assert prepared_sets.nih64(made)["labels"].tolist() == [
        "mass|pleural_thickening",
        "",
        "pneumonia",
    ]
    assert len(prepared_sets.FINDINGS) == 14


def test_disputed_and_copied_images_of_nih_are_excluded_with_the_reason(folder):
    disputed = prepared_sets.nih1k(folder("nih1k", {"use": 0, "Pneumonia": 1}, {}))
    assert "RSNA" in disputed["excluded"].iloc[0]
    assert disputed["excluded"].iloc[1] == ""
    copied = prepared_sets.nih64(folder("nih64", {}, {"use": 0}))
    assert copied["excluded"].tolist() == ["", "a copy of another image"]


def test_covid_collections_keep_their_source_licence_and_group(folder):
    made = folder(
        "covid_multi",
        {"label": "covid19", "source": "cohen", "image_license": None, "group": "g1"},
        {"label": "pneumonia_other", "source": "hannover", "group": "g1", "keep": 0},
        {"label": "normal", "source": "cxnet", "image_license": "CC0", "group": "g2"},
    )
    table = prepared_sets.covid_multi(made)
    assert table["labels"].tolist() == ["covid19", "other_pneumonia", "normal"]
    assert table["source"].tolist() == ["cohen", "hannover", "cxnet"]
    assert table["licence"].tolist() == ["not stated", "CC BY 4.0", "CC0"]
    assert table["patient"].tolist() == ["multi-g1", "multi-g1", "multi-g2"]
    known = "a copy of an image of another set, known before the audit"
    assert table["excluded"].tolist() == ["", known, ""]


def test_external_images_without_a_label_and_copies_are_excluded_with_the_reason(folder):
    made = folder(
        "external",
        {"label": "covid19", "source": "actualmed"},
        {"label": "inconclusive", "source": "actualmed", "use": 0},
        {"label": "pneumonia_other", "source": "figure1", "use": 0},
    )
    table = prepared_sets.external(made)
    assert table["labels"].tolist() == ["covid19", "", "other_pneumonia"]
    known = "a copy of an image of another set, known before the audit"
    reasons = ["", "no label: inconclusive", known]
    assert table["excluded"].tolist() == reasons
    assert table["licence"].tolist() == ["not stated", "not stated", "research use only"]


def test_children_have_a_kind_of_pneumonia_or_nothing_and_are_all_seen_from_the_front(folder):
    made = folder(
        "kermany224",
        {"label": "pneumonia", "subtype": "virus", "patient_id": "train-person1"},
        {"label": "pneumonia", "subtype": "bacteria", "patient_id": "test-person1"},
        {},
    )
    table = prepared_sets.kermany224(made)
    assert table["labels"].tolist() == ["pneumonia|viral", "pneumonia|bacterial", ""]
    # The publisher's splits may number people anew; one number is one patient all the same.
    assert table["patient"].tolist() == ["kermany-person1", "kermany-person1", "kermany-p"]
    assert table["view"].tolist() == ["AP", "AP", "AP"]


def test_of_cohen_only_sites_that_show_both_are_taken_and_the_site_is_the_source(folder):
    urls = ("https://radiopaedia.org/cases/1", "http://www.eurorad.org/2", "https://sirm.org/3", "")
    made = folder(
        "covid_multi",
        *({"url": url, "label": "covid19", "group": "g1"} for url in urls),
        {"url": urls[0], "source": "hannover", "label": "covid19", "source_file": "other"},
        {"url": urls[0], "label": "normal"},
    )
    table = prepared_sets.cohen(made)
    assert table["id"].tolist() == ["cohen/0.png", "cohen/1.png", "cohen/5.png"]
    assert table["source"].tolist() == ["radiopaedia.org", "eurorad.org", "radiopaedia.org"]
    assert table["patient"].iloc[:2].tolist() == ["multi-g1", "multi-g1"]
    assert table["labels"].tolist() == ["covid19", "covid19", ""]
    assert table["excluded"].tolist() == ["", "", "no pneumonia; too few to be a class"]


def test_within_pneumonia_only_its_images_are_taken_and_it_is_no_label(folder):
    made = folder(
        "nih1k",
        {"Pneumonia": 1, "Infiltration": 1}, {"Infiltration": 1}, {"Pneumonia": 1},
        {"Pneumonia": 1, "Effusion": 1, "use": 0},
    )  # fmt: skip
    table = prepared_sets.nih_pneumonia(made)
    assert table["id"].tolist() == ["nih_pneumonia/0.png", "nih_pneumonia/2.png"]
    assert table["path"].tolist() == ["nih1k/images/0.png", "nih1k/images/2.png"]
    assert table["labels"].tolist() == ["infiltration", ""]


def test_of_a_file_that_is_listed_twice_the_first_row_counts(folder):
    twice = {"path": "images/twice.png"}
    made = folder("covid_multi", twice | {"label": "covid19"}, twice | {"label": "normal"}, {})
    table = prepared_sets.covid_multi(made)
    assert table["labels"].tolist() == ["covid19", "normal"]
    assert table["id"].tolist() == ["covid_multi/twice.png", "covid_multi/2.png"]


def test_a_radiography_image_is_a_patient_of_its_own_and_its_class_tells_its_source(folder):
    rows = [{"source_file": "COVID-3.png", "label": "covid19"}, {"source_file": "Normal-7.png"}]
    table = prepared_sets.radiography(folder("radiography", *rows))
    assert table["patient"].tolist() == ["radiography-COVID-3", "radiography-Normal-7"]
    assert table["source"].tolist() == ["radiography-bimcv", "radiography-rsna"]
    assert table["labels"].tolist() == ["covid19", "normal"]


@pytest.mark.parametrize("lacking", ["nih64/origins.csv", "splits.csv"])
def test_an_image_without_origin_or_split_is_named(folder, lacking):
    made = folder("nih64", {}, {})
    table = pd.read_csv(made / lacking)
    table[table["path"] != "images/1.png"].to_csv(made / lacking, index=False)
    with pytest.raises(ValueError, match=r"nih64: no origin or split for images/1\.png"):
        prepared_sets.nih64(made)


def know_copies(monkeypatch, tmp_path, pairs):
    (tmp_path / "project").mkdir()
    manifests = use(monkeypatch, tmp_path / "project", "data_manifests") / "data_manifests"
    (manifests / "copies").mkdir()
    (manifests / "copies" / "open.csv").write_text(f"id,copy_of\n{pairs}")


def test_a_cut_of_a_hannover_image_is_left_out_and_its_patients_are_one(
    folder, monkeypatch, tmp_path
):
    know_copies(monkeypatch, tmp_path, "")
    made = folder(
        "covid_multi",
        {"source": "cohen", "source_file": "a1.jpg", "group": "g9"},
        {"source": "hannover", "source_file": "a1.png", "group": "g2"},
        {"source": "cohen", "source_file": "b.jpg", "group": "g9"},
        {"source": "cohen", "source_file": "c.jpg", "group": "g5"},
        {"source": "hannover", "source_file": "c.png", "group": "g6", "keep": 0},
    )
    table = prepared_sets.covid_multi(made)
    assert table["excluded"].str.contains("by the audit").tolist() == [True, *[False] * 4]
    # The only image of c is kept, though Hannover's was left out before.
    assert table["excluded"].iloc[3] == ""
    assert table["patient"].tolist() == ["multi-g9", "multi-g9", "multi-g9", "multi-g5", "multi-g6"]


def test_copies_that_the_audit_found_are_left_out_and_join_patients(folder, monkeypatch, tmp_path):
    pairs = "covid_multi/1.png,covid_multi/0.png\nexternal/0.png,nih64/0.png\n"
    know_copies(monkeypatch, tmp_path, pairs)
    rows = [{"group": "g1", "source_file": "x.png"}, {"group": "g2", "source_file": "y.png"}]
    table = prepared_sets.covid_multi(folder("covid_multi", *rows))
    assert table["patient"].tolist() == ["multi-g1", "multi-g1"]
    assert (table["excluded"] != "").tolist() == [False, True]
    other = prepared_sets.external(folder("external", {"source": "figure1", "patient_id": "f-1"}))
    assert (other["excluded"] != "").tolist() == [True]
