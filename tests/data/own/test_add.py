"""A user's radiographs: a table or a folder becomes a cohort, and no name is written anywhere."""

import pandas as pd
import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.manifest import read_manifest
from cxrstudy.data.own.add import add
from cxrstudy.data.own.columns import UnclearColumns
from cxrstudy.data.own.listing import image_files
from cxrstudy.data.own.wish import AddError, Wish
from cxrstudy.data.tables.reader import TableError
from tests.support import own_radiographs
from tests.support.dicoms import file_of, index_of_a_cd, radiograph, scene
from tests.support.own_radiographs import added, pictures, put, written
from tests.support.some import some

place = own_radiographs.place

#: Patients of phantoms' roles, none of which is looked at here.
DRAWN = dict.fromkeys(
    ("target", "external", "general", "pneumonia", "natural_small", "natural_large"), 20
)


def test_a_table_becomes_a_cohort_that_can_be_loaded(place):
    pictures(place, 80, sex=["F", "M"], age=["58", "unknown"], date=["2020-03-25", "20200401"])
    done = added(place)
    cohort = load_cohort("hill", DRAWN, 0)
    target = cohort.role("target")
    assert cohort.label == "tb"
    assert len(target.table) == 80
    assert target.table["patient"].nunique() == 40
    for split in ("train", "validation", "test"):
        assert 0 < target.truth[target.rows(split), -1].mean() < 1
    assert all((place / path).is_file() for path in some(target.table["path"]))
    assert set(target.table["date"]) == {"2020-03", "2020-04"}
    assert set(target.table["age"].dropna()) == {58}
    assert {"general", "pneumonia", "natural_small", "natural_large"} <= set(cohort.roles)
    assert "80 images of 40 patients can be used" in done.said
    assert all(file.is_file() for file in some(done.files))


def test_a_folder_of_dicom_needs_no_table_and_names_stay_in_the_files(place):
    folder = place / "images"
    for n in range(48):
        made = radiograph(
            scene().astype("uint16") + n,
            PatientID=f"4711{n // 2}", PatientSex="F", PatientBirthDate="19620326",
            StudyDate="20200325", ViewPosition="LL" if n == 5 else "PA",
            BurnedInAnnotation="YES" if n == 7 else "NO",
        )  # fmt: skip
        made.PatientName = "Mueller^Hans"
        file = folder / ("normal", "COVID")[n // 2 % 2] / f"4711{n // 2}" / f"{n}.dcm"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(file_of(made))
    done = add(folder, folder, Wish("hill"))
    table = done.table
    assert table["patient"].nunique() == 24
    assert set(table["age"]) == {57}
    assert table["excluded"].tolist().count("a lateral radiograph") == 1
    text = written(place)
    for private in ("4711", "ueller", "1962", "20200325"):
        assert private not in text
    said = "\n".join(done.said)
    assert "header-annotation: 1 image;" in said
    assert "PatientBirthDate" in said
    assert "patient: 48 of 48 from DICOM headers" in said


def test_a_semicolon_or_a_tab_may_stand_between_cells(place):
    table = pictures(place, 40)
    for separator in (";", "\t"):
        table.to_csv(place / "hill.csv", index=False, sep=separator)
        assert len(added(place).table) == 40


def test_an_external_hospital_takes_the_labels_of_the_target(place):
    table = pictures(place, 40)
    put(place, table.assign(**{"class": table["class"].map({"Normal": "0", "TB": "1"})}))
    wish = {"role": "external", "beside": "phantom"}
    with pytest.raises(AddError, match="--rename YOURS=THEIRS"):
        added(place, **wish)
    with pytest.raises(AddError, match="--rename no=normal"):
        added(place, renames={"class": "covid19"}, **wish)
    added(place, renames={"1": "covid19", "0": "normal"}, **wish)
    cohort, other = load_cohort("hill", DRAWN, 0), load_cohort("phantom", DRAWN, 0)
    assert cohort.like == "phantom"
    external = cohort.role("external")
    assert external.labels == other.role("target").labels
    assert set(external.table["split"]) == {"test"}
    # The target is the same, so that its recorded runs are the same.
    assert cohort.role("target").fingerprint == other.role("target").fingerprint


def test_a_set_can_be_trained_on_before_the_target(place):
    pictures(place, 40)
    added(place, role="pneumonia", beside="phantom")
    role = load_cohort("hill", DRAWN, 0).role("pneumonia")
    assert role.table["manifest"].unique().tolist() == ["hill"]


def test_a_table_without_files_says_which_folder_to_name(place):
    put(place, pictures(place, 4).assign(file="x.png"))
    with pytest.raises(AddError, match="--images"):
        added(place)


def test_an_unclear_column_is_named(place):
    put(place, pictures(place, 4).rename(columns={"class": "x"}))
    with pytest.raises(UnclearColumns, match="--label-column"):
        added(place)
    put(place, pictures(place, 4))


def test_what_is_written_is_read_again(place):
    pictures(place, 40)
    done = added(place)
    manifest = read_manifest(done.files[0])
    assert manifest.card.folder == str(place / "project" / "own" / "images" / "hill")
    assert set(manifest.included["labels"]) == {"normal", "tb"}


def test_files_named_by_a_uid_are_listed_and_no_part_of_a_name_is_written(place):
    folder = place / "images"
    for n in range(40):
        file = folder / ("normal", "COVID")[n // 2 % 2] / f"1.2.840.{n}.4711{n}"
        file.parent.mkdir(exist_ok=True)
        made = radiograph(scene().astype("uint16") + n, PatientID=f"4711{n // 2}")
        file.write_bytes(file_of(made))
    (folder / "normal" / "viewer.7").write_text("a viewer's settings")
    assert add(folder, folder, Wish("hill")).table["path"].str.fullmatch("[0-9a-f]{12}").all()
    assert "4711" not in written(place)


def test_what_lies_beside_the_images_of_a_cd_is_no_image(place):
    folder = place / "images"
    made = [radiograph(scene().astype("uint16") + n, PatientID=f"p{n // 2}") for n in range(8)]
    for n, dataset in enumerate(made):
        file = folder / ("normal", "COVID")[n // 2 % 2] / f"IM{n:04d}"
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(file_of(dataset))
    images = image_files(folder)
    assert len(images) == 8
    (folder / "DICOMDIR").write_bytes(index_of_a_cd())
    (folder / "LIESMICH").write_text("Kowalski")
    (folder / "viewer").write_bytes(b"MZ\x90\0" + bytes(60))
    assert image_files(folder) == images
    assert set(add(folder, folder, Wish("hill")).table["labels"]) == {"normal", "covid19"}
    (folder / "damaged").write_bytes(bytes(99))  # may have been an image
    assert "damaged" in image_files(folder)


def test_one_file_with_two_labels_or_patients_is_used_for_none(place):
    table = pictures(place, 40)
    for one, other in ((0, 2), (4, 8), (12, 13)):  # of another label, patient, of the same
        (place / "images" / table["file"][other]).write_bytes(
            (place / "images" / table["file"][one]).read_bytes()
        )
    excluded = added(place).table["excluded"]
    assert excluded[excluded != ""].to_dict() == {
        **dict.fromkeys((2, 4), "the same file as an image with another label"),
        **dict.fromkeys((6, 10), "the same file as an image of another patient"),
        15: "the same file as another image",
    }


def test_an_image_in_two_rows_counts_once_or_is_an_error_with_both(place):
    table = pictures(place, 40)
    put(place, pd.concat([table, table.iloc[[3]]]))
    assert len(added(place).table) == 40
    put(place, pd.concat([table, table.iloc[[3]].assign(**{"class": "Normal"})]))
    with pytest.raises(TableError, match=r"rows 5 and 42: two rows of 'Mueller1_3.png' differ in"):
        added(place)


def test_an_image_whose_other_copy_has_no_label_is_used(place):
    table = pictures(place, 40)
    files = [place / "images" / table["file"][n] for n in (0, 1)]
    files[1].write_bytes(files[0].read_bytes())
    table.loc[0, "class"] = ""
    put(place, table)
    excluded = added(place).table["excluded"]
    assert excluded[excluded != ""].to_dict() == {2: "no label"}


def test_what_a_header_contradicts_is_counted(place):
    table = pictures(place, 40, sex=["F"], view=["PA"])
    for n, name in enumerate(table["file"]):
        made = radiograph(
            scene().astype("uint16") + n, PatientSex="FM"[n == 5], ViewPosition=("PA", "LL")[n == 7]
        )
        (place / "images" / name).write_bytes(file_of(made))
    said = "\n".join(added(place).said)
    assert "column sex: 1 of 40 differ from the headers of their files; first: row 7: 'F'" in said
    assert "column view: 1 of 40 differ from the headers of their files; first: row 9: 'PA'" in said


def test_a_name_that_differs_from_its_file_s_in_case_is_told_beside_it(place):
    table = pictures(place, 40)
    put(place, table.assign(file=table["file"].str.upper()))
    with pytest.raises(AddError, match=r"for example 'MUELLER0_0.PNG'; Mueller0_0.png lies there"):
        added(place)
