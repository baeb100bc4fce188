"""Names of patients: replaced by a keyed hash that only the owner of the key can make."""

import stat

from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.own.identities import pseudonym, read_key

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1).map(str.strip)


@given(names, names)
def test_two_patients_have_two_names_and_one_has_one(one, other):
    key = bytes(range(32))
    assert (pseudonym(one, key) == pseudonym(other, key)) == (one == other)
    assert pseudonym(f" {one} ", key) == pseudonym(one, key)
    assert pseudonym(one, key) != pseudonym(one, bytes(32))


def test_the_key_is_drawn_once_and_is_its_owner_s_alone(tmp_path):
    key = read_key(tmp_path / "own")
    assert len(key) == 32
    assert read_key(tmp_path / "own") == key
    assert read_key(tmp_path / "other") != key
    assert stat.S_IMODE((tmp_path / "own" / "key").stat().st_mode) == 0o600
