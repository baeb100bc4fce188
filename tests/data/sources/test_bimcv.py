"""BIMCV-COVID19: tests, reports and two halves. Its files need an agreement: these are made."""

import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.card import read_card
from cxrstudy.data.manifest import COLUMNS, check_manifest
from cxrstudy.data.sources import bimcv
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.tables.reader import TableError
from tests.support.other_systems import leave_hidden

PARTICIPANTS = "participant\tmodality_dicom\tbody_parts\tage\tgender\n"
LABELS = (
    "\tPatientID\tReportID\tReport\tLabels\tLocalizations\tLabelsLocalizationsBySentence\t"
    "labelCUIS\tLocalizationsCUIS\n"
)
IMAGES = {
    "covid19_posi": (
        "sub-S03044/ses-E06790/mod-rx/sub-S03044_ses-E06790_run-1_bp-chest_vp-pa_dx.png",
        "sub-S03044/ses-E07999/mod-rx/sub-S03044_ses-E07999_run-1_bp-chest_vp-ap_cr.png",
        "sub-S03045/ses-E07001/mod-rx/sub-S03045_ses-E07001_acq-1_run-1_bp-chest_vp-ll_dx.png",
        "sub-S03045/ses-E07001/mod-ct/sub-S03045_ses-E07001_run-1_bp-chest_ct.png",
    ),
    "covid19_neg": (
        "sub-S10001/ses-E20001/mod-rx/sub-S10001_ses-E20001_run-1_bp-chest_vp-pa_dx.png",
        "sub-S10002/ses-E20002/mod-rx/sub-S10002_ses-E20002_run-1_bp-chest_dx.png",
    ),
}
POSITIVE = {
    "participants.tsv": PARTICIPANTS
    + "sub-S03044\t['DX', 'CR']\t[['chest']]\t[65]\tF\n"
    + "sub-S03045\t['DX', 'CT']\t[['chest']]\t[70, 71]\tM\n",
    "derivatives/EHR/sil_reg_covid_posi.tsv": "participant\tdate\ttest\tresult\n"
    "sub-S03044\t20.03.2020\tPCR\tNEGATIVO\nsub-S03044\t25.03.2020\tPCR\tPOSITIVO\n"
    "sub-S03045\t01.04.2020\tIGG\tNEGATIVO\n",
    "derivatives/labels/labels_covid_posi.tsv": LABELS
    + "0\tsub-S03044\tses-E06790\t-\t[' pneumonia', 'COVID 19']\t[]\t[]\t[]\t[]\n"
    + "1\tsub-S03044\tses-E07999\t-\t['normal', 'unchanged']\t[]\t[]\t[]\t[]\n"
    + "2\tsub-S03045\tses-E07001\t-\t['normal', 'pneum\t[]\t[]\t[]\t[]\n",
    "sub-S03044/sub-S03044_sessions.tsv": "session_id\tstudy_date\tmedical_evaluation\n"
    "ses-E06790\t20200320\t-\nses-E07999\t20200620\t-\n",
}
NEGATIVE = {
    "participants.tsv": PARTICIPANTS
    + "sub-S10001\t['DX']\t[['chest']]\tNone\tNone\n"
    + "sub-S10002\t['DX']\t[['chest']]\t[40]\tM\n",
    "derivatives/labels/Labels_covid_NEG_JAN21.tsv": LABELS
    + "0\tsub-S10001\tses-E20001\t-\t['normal']\t[]\t[]\t[]\t[]\n",
}
SHARED = "id\tneg\tpos\n0\tsub-S10002\tsub-S03044\n"


@pytest.fixture
def folder(tmp_path):
    for half, texts in {"covid19_posi": POSITIVE, "covid19_neg": NEGATIVE}.items():
        for image in IMAGES[half]:
            path = tmp_path / half / image
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        for name, text in texts.items():
            path = tmp_path / half / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (tmp_path / "listjoin_ok.tsv").write_text(SHARED)
    return tmp_path


@pytest.fixture
def by_session(folder):
    table = bimcv.read(folder).rows
    return table.set_index(table["path"].str.extract(r"(ses-E\d+)")[0])


def test_radiographs_are_listed_and_ct_is_not(folder):
    table = bimcv.read(folder).rows
    assert tuple(table.columns) == UNSPLIT
    assert len(table) == 5
    assert table["path"][0] == "covid19_posi/" + IMAGES["covid19_posi"][0]
    assert set(table["source"]) == {"bimcv"}


def test_an_image_near_a_positive_test_shows_covid_and_a_later_one_may(by_session):
    assert by_session["labels"]["ses-E06790"] == "covid19|pneumonia"
    assert by_session["labels"]["ses-E07999"] == "?covid19|normal"


def test_how_near_can_be_asked_for(folder):
    assert bimcv.read(folder, days=4).rows["labels"][0] == "?covid19|pneumonia"
    assert bimcv.read(folder, days=90).rows["labels"][1] == "covid19|normal"


def test_without_a_positive_test_or_a_readable_report_all_is_unknown(by_session):
    assert by_session["labels"]["ses-E07001"] == "?covid19|?pneumonia|?normal"


def test_the_negative_half_has_no_covid_unless_the_patient_is_in_both(by_session):
    assert by_session["labels"]["ses-E20001"] == "normal"
    assert by_session["labels"]["ses-E20002"] == "?covid19|?pneumonia|?normal"


def test_a_patient_of_both_halves_has_one_name(by_session):
    assert by_session["patient"].to_dict() == {
        "ses-E06790": "bimcv-S03044", "ses-E07999": "bimcv-S03044", "ses-E07001": "bimcv-S03045",
        "ses-E20001": "bimcv-negative-S10001", "ses-E20002": "bimcv-S03044",
    }  # fmt: skip


def test_without_the_list_of_shared_patients_the_halves_are_not_read_together(folder):
    (folder / "listjoin_ok.tsv").unlink()
    with pytest.raises(FileNotFoundError, match=r"no listjoin_ok\.tsv, so patients"):
        bimcv.read(folder)
    (folder / "covid19_neg").rename(folder / "elsewhere")
    assert len(bimcv.read(folder).rows) == 3


def test_views_ages_and_sexes_are_known_or_unknown(by_session):
    assert by_session["view"].tolist() == ["PA", "AP", "lateral", "PA", "unknown"]
    assert by_session["sex"].tolist() == ["F", "F", "M", "unknown", "M"]
    # Two ages at two studies, and none.
    assert by_session["age"].fillna(-1).tolist() == [65, 65, -1, -1, 40]


@pytest.mark.parametrize(
    ("terms", "labels"),
    [
        ("['scoliosis']", "covid19"),
        ("['scoliosis', 'normal']", "covid19|?normal"),
        ("['pneumonia', 'normal']", "covid19|pneumonia|?normal"),
        ("['infiltrates' 'pneumonia']", "covid19|?pneumonia|?normal"),
        ("'pneumonia'", "covid19|?pneumonia|?normal"),
        ("['Pneumonia']", "covid19|?pneumonia|?normal"),
        ("['pnuemonia']", "covid19|?pneumonia|?normal"),
        ("", "covid19|?pneumonia|?normal"),
    ],
)
def test_terms_of_a_report_are_known_or_its_labels_are_not(folder, terms, labels):
    path = folder / "covid19_posi" / "derivatives" / "labels" / "labels_covid_posi.tsv"
    path.write_text(path.read_text().replace("[' pneumonia', 'COVID 19']", terms))
    assert bimcv.read(folder).rows["labels"][0] == labels


@pytest.mark.parametrize(
    ("terms", "labels"),
    [
        ("['normal']", "normal"),
        ("['COVID 19', 'pneumonia']", "?covid19|pneumonia"),
        ("['COVID 19 uncertain']", "?covid19"),
        ("['covid19']", "?covid19|?pneumonia|?normal"),
    ],
)
def test_a_report_of_the_negative_half_that_speaks_of_covid_leaves_it_in_doubt(
    folder, terms, labels
):
    path = folder / "covid19_neg" / "derivatives" / "labels" / "Labels_covid_NEG_JAN21.tsv"
    path.write_text(path.read_text().replace("['normal']", terms))
    assert bimcv.read(folder).rows["labels"][3] == labels


@pytest.mark.parametrize(
    ("old", "new", "labels"),
    [
        ("25.03.2020", "2020-03-25", "covid19|pneumonia"),
        ("POSITIVO", "Positivo", "covid19|pneumonia"),
        ("PCR\tPOSITIVO", "PCR\tPROBABLE", "?covid19|pneumonia"),
        ("25.03.2020", "March 25", "?covid19|pneumonia"),
    ],
)
def test_tests_are_read_in_other_spellings_or_counted(folder, old, new, labels):
    path = folder / "covid19_posi" / "derivatives" / "EHR" / "sil_reg_covid_posi.tsv"
    path.write_text(path.read_text().replace(old, new))
    reading = bimcv.read(folder)
    assert reading.rows["labels"][0] == labels
    told = any("sil_reg_covid_posi.tsv" in note.where for note in reading.notes)
    assert told == labels.startswith("?")


@pytest.mark.parametrize(
    ("cell", "age"), [("['050Y']", 50), ("['006M']", 0.5), ("50.0", 50), ("50,5", 50.5)]
)
def test_ages_are_read_with_their_units(folder, cell, age):
    path = folder / "covid19_posi" / "participants.tsv"
    path.write_text(path.read_text().replace("[65]", cell))
    assert bimcv.read(folder).rows["age"][0] == age


def test_other_files_and_body_parts_are_told(folder):
    images = folder / "covid19_posi" / "sub-S03044" / "ses-E06790" / "mod-rx"
    (images / "sub-S03044_ses-E06790_run-2_bp-abdomen_vp-ap_dx.png").touch()
    (images / "sub-S03044_ses-E06790_run-3_bp-chest_vp-ap_dx.nii.gz").touch()
    reading = bimcv.read(folder)
    assert reading.rows["excluded"].tolist()[1] == "named after another body part: abdomen"
    assert sum("are no .png" in note.what and note.count == 1 for note in reading.notes) == 1


def test_tables_that_do_not_join_or_contradict_themselves_are_refused(folder):
    reports = folder / "covid19_posi" / "derivatives" / "labels" / "labels_covid_posi.tsv"
    whole = reports.read_text()
    reports.write_text(whole.replace("sub-", "").replace("ses-", ""))
    with pytest.raises(TableError, match=r"0 of 3 sessions; none, .*'S03044/E06790'"):
        bimcv.read(folder)
    reports.write_text(whole + "3\tsub-S03044\tses-E06790\t-\t['normal']\t[]\t[]\t[]\t[]\n")
    with pytest.raises(TableError, match=r"rows 2 and 5: .* differ in Labels"):
        bimcv.read(folder)
    reports.write_text(whole)
    people = folder / "covid19_posi" / "participants.tsv"
    people.write_text(people.read_text() + "sub-S03044\t['DX']\t[['chest']]\t[65]\tF\n")
    reading = bimcv.read(folder)
    assert len(reading.rows) == 5
    assert any("count once" in note.what for note in reading.notes)
    (folder / "listjoin_ok.tsv").write_text(SHARED + "1\tsub-S10002\tsub-S03045\n")
    with pytest.raises(TableError, match="row 3: sub-S10002 is sub-S03045 here, and sub-S03044"):
        bimcv.read(folder)


def test_what_is_missing_is_named(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="neither covid19_posi nor covid19_neg"):
        bimcv.read(tmp_path / "empty")
    for wrong in ("sub-S10002", "S10002\tsub-S03044", "sub-S10002\tS03044"):
        (folder / "listjoin_ok.tsv").write_text(f"id\tneg\tpos\n0\t{wrong}\n")
        with pytest.raises(TableError, match=r"listjoin_ok\.tsv, row 2: expected three columns"):
            bimcv.read(folder)


def test_the_table_makes_a_legal_manifest_with_the_labels_of_the_card(folder):
    card = read_card(places.manifests() / "user_supplied" / "bimcv.yaml")
    assert card.label_map == bimcv.LABELS
    table = bimcv.read(folder).rows.assign(sha256="0" * 64, width=1, height=1, split="train")
    check_manifest(table[list(COLUMNS)], card.labels, "bimcv")
    assert isinstance(table, pd.DataFrame)


def test_hidden_files_of_other_systems_are_not_read(folder):
    before = bimcv.read(folder)
    leave_hidden(folder)
    after = bimcv.read(folder)
    pd.testing.assert_frame_equal(after.rows, before.rows)
    assert after.notes == before.notes
