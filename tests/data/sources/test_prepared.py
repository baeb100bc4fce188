"""Prepared radiographs: the manifests of all sets, here and of the real folder."""

import shutil

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import prepared
from cxrstudy.data.sources.prepared_sets import FINDINGS
from cxrstudy.data.split import SplitRule, split_of
from tests.support import prepared_folder
from tests.support.project import use
from tests.support.some import some

folder = prepared_folder.folder

SETS = ("nih1k", "nih64", "covid_multi", "external", "kermany224", "radiography")
#: Manifests of a part of a set, with labels or sources of their own.
PARTS = ("nih_pneumonia", "cohen")


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
    labels = [*(name.lower() for name in FINDINGS), "covid19", "other_pneumonia", "normal"]
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
    for row in some(table[:: max(1, len(table) // 40)].itertuples()):
        expected = row.prepared_sha256 or row.sha256
        assert file_sha256(radiographs / row.path) == expected, row.id
