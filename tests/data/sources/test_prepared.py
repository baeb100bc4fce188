"""Prepared radiographs: what becomes of a publisher's rows, here and in the real folder."""

import hashlib
import shutil

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import prepared
from cxrstudy.data.split import SplitRule, split_of
from tests.support.project import use
from tests.support.some import some

SETS = ("nih1k", "nih64", "covid_multi", "external", "kermany224", "radiography")
#: Manifests of a part of a set, with labels or sources of their own.
PARTS = ("nih_pneumonia", "cohen")
ORIGIN = ("path", "origin_repository", "origin_commit", "origin_path", "origin_sha256")


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def folder(tmp_path):
    """Write a set: `folder("nih64", {...}, {...})`; rows say what differs from a plain image."""

    def written(name, *rows, **common):
        (tmp_path / name).mkdir(exist_ok=True)
        plain = {
            "patient_id": "p", "source_file": "f.png", "source": "cohen", "label": "normal",
            "group": "g", "keep": 1, "use": 1, "image_license": "CC BY 4.0",
            "url": "https://www.eurorad.org/case/1", "subtype": "normal",
            "width": 64, "height": 48, "origin_repository": "owner/set", "origin_commit": "c0ffee",
        }  # fmt: skip
        full = []
        for number, row in enumerate(rows):
            path = f"images/{number}.png"
            full.append(
                dict.fromkeys(prepared.FINDINGS, 0)
                | plain
                | {"path": path, "origin_path": f"from/{number}.dcm", "set": name}
                | {"sha256": digest(f"copy {name} {number}")}
                | {"origin_sha256": digest(f"original {name} {number}")}
                | common
                | row
            )
        table = pd.DataFrame(full)
        table.drop(columns=[*ORIGIN[1:], "use", "set"]).to_csv(
            tmp_path / name / "labels.csv", index=False
        )
        table[list(ORIGIN)].to_csv(tmp_path / name / "origins.csv", index=False)
        splits = tmp_path / "splits.csv"
        known = pd.read_csv(splits) if splits.exists() else pd.DataFrame()
        known = pd.concat([known, table[["set", "path", "group", "use"]]])
        known.to_csv(splits, index=False)
        return tmp_path

    return written


def test_a_row_says_where_the_image_lies_here_and_where_the_original_does(folder):
    row = prepared.nih64(folder("nih64", {"patient_id": "nih-00007"})).iloc[0]
    assert row["id"] == "nih64/0.png"
    assert row["path"] == "nih64/images/0.png"
    assert row["origin"] == "owner/set@c0ffee:from/0.dcm"
    assert row["sha256"] == digest("original nih64 0")
    assert row["prepared_sha256"] == digest("copy nih64 0")
    assert (row["patient"], row["source"]) == ("nih-00007", "nih")


def test_a_copy_that_is_the_original_has_one_hash(folder):
    made = folder("nih64", {"sha256": digest("same"), "origin_sha256": digest("same")}, {})
    table = prepared.nih64(made)
    assert table["prepared_sha256"].tolist() == ["", digest("copy nih64 1")]
    assert table["sha256"].iloc[0] == digest("same")


def test_sizes_are_those_of_the_original_where_known(folder):
    made = folder("nih1k", {"orig_width": 1024, "orig_height": 900}, {"orig_width": None})
    table = prepared.nih1k(made)
    assert table[["width", "height"]].to_numpy().tolist() == [[1024, 900], [64, 48]]
    without = prepared.nih64(folder("nih64", {}))
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
    table = prepared.covid_multi(made)
    assert table["view"].tolist() == ["PA", "AP", "AP supine", "AP", "unknown", "unknown"]
    assert table["sex"].tolist() == ["F", "M", "unknown", "unknown", "F", "unknown"]
    assert table["age"].dropna().tolist() == [45.0]


def test_findings_of_nih_become_labels(folder):
    made = folder("nih64", {"Mass": 1, "Pleural_Thickening": 1}, {}, {"Pneumonia": 1})
    assert prepared.nih64(made)["labels"].tolist() == ["mass|pleural_thickening", "", "pneumonia"]
    assert len(prepared.FINDINGS) == 14


def test_disputed_and_copied_images_of_nih_are_excluded_with_the_reason(folder):
    disputed = prepared.nih1k(folder("nih1k", {"use": 0, "Pneumonia": 1}, {}))
    assert "RSNA" in disputed["excluded"].iloc[0]
    assert disputed["excluded"].iloc[1] == ""
    copied = prepared.nih64(folder("nih64", {}, {"use": 0}))
    assert copied["excluded"].tolist() == ["", "a copy of another image"]


def test_covid_collections_keep_their_source_licence_and_group(folder):
    made = folder(
        "covid_multi",
        {"label": "covid19", "source": "cohen", "image_license": None, "group": "g1"},
        {"label": "pneumonia_other", "source": "hannover", "group": "g1", "keep": 0},
        {"label": "normal", "source": "cxnet", "image_license": "CC0", "group": "g2"},
    )
    table = prepared.covid_multi(made)
    assert table["labels"].tolist() == ["covid19", "other_pneumonia", "normal"]
    assert table["source"].tolist() == ["cohen", "hannover", "cxnet"]
    assert table["licence"].tolist() == ["not stated", "CC BY 4.0", "CC0"]
    assert table["patient"].tolist() == ["multi-g1", "multi-g1", "multi-g2"]
    assert table["excluded"].tolist() == ["", "a copy of an image of another set", ""]


def test_external_images_without_a_label_and_copies_are_excluded_with_the_reason(folder):
    made = folder(
        "external",
        {"label": "covid19", "source": "actualmed"},
        {"label": "inconclusive", "source": "actualmed", "use": 0},
        {"label": "pneumonia_other", "source": "figure1", "use": 0},
    )
    table = prepared.external(made)
    assert table["labels"].tolist() == ["covid19", "", "other_pneumonia"]
    reasons = ["", "no label: inconclusive", "a copy of an image of another set"]
    assert table["excluded"].tolist() == reasons
    assert table["licence"].tolist() == ["not stated", "not stated", "research use only"]


def test_children_have_a_kind_of_pneumonia_or_nothing_and_are_all_seen_from_the_front(folder):
    made = folder(
        "kermany224",
        {"label": "pneumonia", "subtype": "virus", "patient_id": "train-person1"},
        {"label": "pneumonia", "subtype": "bacteria", "patient_id": "test-person1"},
        {},
    )
    table = prepared.kermany224(made)
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
    table = prepared.cohen(made)
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
    table = prepared.nih_pneumonia(made)
    assert table["id"].tolist() == ["nih_pneumonia/0.png", "nih_pneumonia/2.png"]
    assert table["path"].tolist() == ["nih1k/images/0.png", "nih1k/images/2.png"]
    assert table["labels"].tolist() == ["infiltration", ""]


def test_of_a_file_that_is_listed_twice_the_first_row_counts(folder):
    twice = {"path": "images/twice.png"}
    made = folder("covid_multi", twice | {"label": "covid19"}, twice | {"label": "normal"}, {})
    table = prepared.covid_multi(made)
    assert table["labels"].tolist() == ["covid19", "normal"]
    assert table["id"].tolist() == ["covid_multi/twice.png", "covid_multi/2.png"]


def test_a_radiography_image_is_a_patient_of_its_own_and_its_class_tells_its_source(folder):
    rows = [{"source_file": "COVID-3.png", "label": "covid19"}, {"source_file": "Normal-7.png"}]
    table = prepared.radiography(folder("radiography", *rows))
    assert table["patient"].tolist() == ["radiography-COVID-3", "radiography-Normal-7"]
    assert table["source"].tolist() == ["radiography-bimcv", "radiography-rsna"]
    assert table["labels"].tolist() == ["covid19", "normal"]


@pytest.mark.parametrize("lacking", ["nih64/origins.csv", "splits.csv"])
def test_an_image_without_origin_or_split_is_named(folder, lacking):
    made = folder("nih64", {}, {})
    table = pd.read_csv(made / lacking)
    table[table["path"] != "images/1.png"].to_csv(made / lacking, index=False)
    with pytest.raises(ValueError, match=r"nih64: no origin or split for images/1\.png"):
        prepared.nih64(made)


@pytest.fixture
def all_sets(folder, monkeypatch):
    """60 patients a set, of which nih1k and nih64 share all; strata are loose."""
    monkeypatch.setattr(prepared, "TOLERANCE", 0.1)
    for name in SETS:
        prefix = "nih" if name.startswith("nih") else name
        rows = [
            {
                "patient_id": f"{prefix}-{n}",
                "source_file": f"COVID-{n}.png",
                "group": f"g{n}",
                "Pneumonia": n % 2,
                "label": "pneumonia" if name == "kermany224" else "covid19",
                "source": "actualmed" if name == "external" else "cohen",
                "use": int(n > 0),
            }
            for n in range(60)
        ]
        made = folder(name, *rows)
    return made


def test_all_sets_are_split_by_one_rule_but_the_external_one_only_tests(all_sets):
    tables = prepared.manifests(all_sets)
    assert set(tables) == {*SETS, *PARTS}
    apart = ("external", "nih_pneumonia")
    inner = pd.concat([table for name, table in tables.items() if name not in apart])
    rules = [SplitRule(salt, 0.25, 0.15) for salt in range(200)]
    fits = [
        rule
        for rule in rules
        if all(
            split_of(patient, rule) == split
            for patient, split in zip(inner["patient"], inner["split"], strict=True)
        )
    ]
    assert len(fits) == 1
    assert set(tables["external"]["split"]) == {"test"}
    assert tables["nih1k"]["split"].tolist() == tables["nih64"]["split"].tolist()


def test_included_images_of_the_target_decide_the_salt_and_no_others(all_sets, monkeypatch):
    labels = pd.read_csv(all_sets / "covid_multi" / "labels.csv")
    labels.loc[7, "keep"] = 0
    labels.to_csv(all_sets / "covid_multi" / "labels.csv", index=False)
    asked = []
    monkeypatch.setattr(prepared, "stratifying_salt", lambda *given: asked.append(given) or 5)
    tables = prepared.manifests(all_sets)
    (target, rule, tolerance), (within, *_) = asked
    assert within["patient"].tolist() == [f"nih-{n}" for n in range(1, 60, 2)]
    # Row 0 of nih1k is not to be used, nor is row 7 of covid_multi any more.
    expected = [f"multi-g{n}" for n in range(60) if n != 7] + [f"nih-{n}" for n in range(1, 60)]
    assert target["patient"].tolist() == expected
    assert target["labels"].tolist()[59:61] == ["other_pneumonia", "normal"]
    assert set(target["labels"][:59]) == {"covid19"}
    assert (rule, tolerance) == (prepared.RULE, 0.1)
    drawn = [split_of(patient, SplitRule(5, 0.25, 0.15)) for patient in tables["nih64"]["patient"]]
    assert tables["nih64"]["split"].tolist() == drawn


def test_a_manifest_s_columns_are_legal_and_in_order(all_sets):
    labels = [*(name.lower() for name in prepared.FINDINGS), "covid19", "other_pneumonia", "normal"]
    for name, table in some(prepared.manifests(all_sets).items()):
        assert tuple(check_manifest(table, labels, name).columns) == COLUMNS


def test_classes_keep_to_the_shares_of_the_rule(all_sets):
    tables = prepared.manifests(all_sets)
    nih = tables["nih1k"][tables["nih1k"]["excluded"] == ""]
    for _, rows in some(nih.groupby("labels")):
        assert (rows["split"] == "test").mean() == pytest.approx(0.25, abs=0.1)
        assert (rows["split"] == "validation").mean() == pytest.approx(0.15, abs=0.1)


@pytest.mark.data
def test_the_committed_manifests_are_made_from_the_radiographs_byte_for_byte(
    radiographs, tmp_path, monkeypatch
):
    committed = places.manifests()
    copies = use(monkeypatch, tmp_path, "data_manifests") / "data_manifests"
    for name in (*SETS, *PARTS):
        shutil.copy(committed / f"{name}.yaml", copies)
    shutil.copytree(committed / "copies", copies / "copies")
    prepared.main(radiographs)
    assert sorted(path.stem for path in copies.glob("*.csv")) == sorted((*SETS, *PARTS))
    for name in (*SETS, *PARTS):
        made, kept = ((at / f"{name}.csv").read_bytes() for at in (copies, committed))
        assert made == kept, f"{name}.csv differs"


@pytest.mark.data
@pytest.mark.parametrize("name", [*SETS, *PARTS])
def test_the_radiographs_are_those_of_the_committed_manifest(radiographs, name):
    table = pd.read_csv(places.manifests() / f"{name}.csv", keep_default_na=False)
    absent = [path for path in table["path"] if not (radiographs / path).is_file()]
    assert not absent
    for row in table[:: max(1, len(table) // 40)].itertuples():
        expected = row.prepared_sha256 or row.sha256
        assert file_sha256(radiographs / row.path) == expected, row.id


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
    table = prepared.covid_multi(made)
    assert table["excluded"].str.contains("by the audit").tolist() == [True, *[False] * 4]
    # The only image of c is kept, though Hannover's was left out before.
    assert table["excluded"].iloc[3] == ""
    assert table["patient"].tolist() == ["multi-g9", "multi-g9", "multi-g9", "multi-g5", "multi-g6"]


def test_copies_that_the_audit_found_are_left_out_and_join_patients(folder, monkeypatch, tmp_path):
    pairs = "covid_multi/1.png,covid_multi/0.png\nexternal/0.png,nih64/0.png\n"
    know_copies(monkeypatch, tmp_path, pairs)
    rows = [{"group": "g1", "source_file": "x.png"}, {"group": "g2", "source_file": "y.png"}]
    table = prepared.covid_multi(folder("covid_multi", *rows))
    assert table["patient"].tolist() == ["multi-g1", "multi-g1"]
    assert (table["excluded"] != "").tolist() == [False, True]
    other = prepared.external(folder("external", {"source": "figure1", "patient_id": "f-1"}))
    assert (other["excluded"] != "").tolist() == [True]
