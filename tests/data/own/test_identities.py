"""Names of patients: replaced by a keyed hash that only the owner of the key can make."""

import stat
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.own.identities import patients_of, pseudonym, read_key
from cxrstudy.data.spelling import folded_patient
from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.notes import Notes

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(str.strip)


@given(names, names)
def test_two_patients_have_two_names_and_one_has_one(one, other):
    key = bytes(range(32))
    same = folded_patient(one) == folded_patient(other)
    assert (pseudonym(one, key) == pseudonym(other, key)) == same
    assert pseudonym(f" {one} ", key) == pseudonym(one, key)
    assert pseudonym(one, key) != pseudonym(one, bytes(32))


def test_the_key_is_drawn_once_and_is_its_owner_s_alone(tmp_path):
    key = read_key(tmp_path / "own")
    assert len(key) == 32
    assert read_key(tmp_path / "own") == key
    assert read_key(tmp_path / "other") != key
    assert stat.S_IMODE((tmp_path / "own" / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("other", ["p007", " P007", "P7", "P007.0", "Ｐ００７"])
def test_a_patient_whose_name_is_written_in_two_ways_is_one_and_counted(other):
    notes = Notes()
    said = Column(Path("t.csv"), "patient", pd.Series(["P007", other, "P8", "***"]))
    found = patients_of(said, bytes(32), notes).tolist()
    assert found[0] == found[1] != found[2]
    assert found[3] == ""
    assert [note.count for note in notes.found] == [1]
    assert patients_of(said, None, Notes()).tolist() == ["P007", other, "P8", ""]


@pytest.mark.parametrize("content", ["", "07" * 5, "no key", "07" * 33])
def test_a_part_of_a_key_is_refused(tmp_path, content):
    (tmp_path / "key").write_text(content)
    with pytest.raises(ValueError, match="key: it is cut off or damaged"):
        read_key(tmp_path)


def test_a_key_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr("secrets.token_hex", lambda count: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        read_key(tmp_path / "own")
    assert list((tmp_path / "own").iterdir()) == []
    monkeypatch.undo()
    key = read_key(tmp_path / "own")
    assert (len(key), read_key(tmp_path / "own")) == (32, key)
    assert (tmp_path / "own" / "key").stat().st_mode & 0o777 == 0o600
