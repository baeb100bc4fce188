"""Manifest of a user's own radiographs: reasons, patients without their names."""

import pytest

from cxrstudy.data.own.add import add
from cxrstudy.data.own.wish import AddError, Wish
from tests.support import own_radiographs
from tests.support.own_radiographs import added, pictures, put, written

place = own_radiographs.place


def test_no_name_or_number_of_a_patient_is_written(place):
    pictures(place, 40)
    added(place)
    assert "ueller" not in written(place)
    added(place, keeps_names=True)
    assert "Mueller0" in written(place)


def test_the_same_patient_has_the_same_name_in_another_set(place):
    pictures(place, 40)
    one = added(place).table["patient"]
    other = add(place / "hill.csv", place / "images", Wish("dale")).table["patient"]
    assert one.tolist() == other.tolist()


def test_what_can_t_be_used_is_excluded_with_a_reason_or_counted(place):
    table = pictures(place, 44, view=["PA"])
    table.loc[0, "class"] = ""
    table.loc[2, "patient"] = "unknown"
    table.loc[4, "view"] = "Lateral"
    table.loc[6, "file"] = "nowhere.png"
    (place / "images" / table["file"][8]).write_bytes(
        (place / "images" / table["file"][9]).read_bytes()
    )
    (place / "images" / table["file"][10]).write_text("<html>")
    put(place, table)
    done = added(place)
    excluded = done.table.set_index(done.table.index - 2)["excluded"]
    assert excluded[excluded != ""].to_dict() == {
        0: "no label",
        2: "no patient, so that no split is right",
        4: "a lateral radiograph",
        9: "the same file as another image",
    }
    assert {6, 10}.isdisjoint(excluded.index)
    said = "\n".join(done.said)
    assert "1 of 44 have no file of that name, or several, and are left out; first: row 8" in said
    assert "1 of 43 can't be read and are left out; first: row 12: PIX" in said
    assert "1 of 44 files are in no row" in said


def test_pictures_without_patients_are_refused_unless_each_is_one(place):
    pictures(place, 40)
    folder = place / "images"
    for label in ("normal", "tb"):
        (folder / label).mkdir()
    for n, file in enumerate(sorted(folder.glob("*.png"))):
        file.rename(folder / ("normal", "tb")[n % 2] / file.name)
    with pytest.raises(AddError, match="--each-image-a-patient"):
        add(folder, folder, Wish("hill"))
    assert not (place / "project" / "own" / "hill.csv").exists()
    done = add(folder, folder, Wish("hill", each_is_a_patient=True))
    assert done.table["patient"].nunique() == 40
