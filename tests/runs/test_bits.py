"""Bits: the tiny computation runs, is the same twice, and gives what is committed."""

import json

import pytest

from cxrstudy.runs import bits


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return bits.measured(tmp_path_factory.mktemp("made"))


def test_every_part_has_a_digest_of_its_own(here):
    assert len(here) == len(set(here.values())) == 5


def test_the_committed_ones_are_those_of_this_code_where_arithmetic_and_versions_are_the_same(here):
    entry = bits.recorded().get(bits.key())
    if entry is None or entry["versions"] != bits.versions():
        pytest.skip(f"not compared: no bits are committed for {bits.key()} and these versions")
    assert entry["parts"] == here


def test_both_kinds_of_arithmetic_are_committed():
    kinds = {name.split(", ")[3] for name in bits.recorded()}
    assert kinds == {"native", "held"}


def test_each_part_is_said_to_be_equal_or_to_differ_or_not_to_be_recorded(
    here, tmp_path, monkeypatch
):
    first, second, *_ = here
    kept = tmp_path / "bits.json"
    monkeypatch.setattr(bits, "file", lambda: kept)
    monkeypatch.setattr(bits, "measured", lambda folder: here)
    assert list(bits.compared(tmp_path).columns) == ["part", "here"]
    bits.record(tmp_path)
    content = json.loads(kept.read_text())
    content["other"] = {"parts": {first: "0", second: here[second]}}
    kept.write_text(json.dumps(content))
    table = bits.compared(tmp_path).set_index("part")
    assert set(table[bits.key()]) == {"equal"}
    others = ["differs", "equal", *["not recorded"] * (len(here) - 2)]
    assert table["other"].tolist() == others
