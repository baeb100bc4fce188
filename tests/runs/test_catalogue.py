"""The catalogue: what the records say, and what was written since."""

import os

import pytest

from cxrstudy.runs import store
from cxrstudy.runs.catalogue import catalogue
from cxrstudy.runs.record import RUN
from tests.support import stores
from tests.support.some import some
from tests.support.stores import write_record

made = stores.made


def check_catalogue(records, runs):
    """Compare the catalogue, made and remembered, with the records themselves."""
    for _ in range(2):
        known = catalogue(records)
        assert known.keys() == set(runs)
        for run, facts in some(known.items()):
            record = store.read(records, run)
            for name in some(vars(facts)):
                assert getattr(facts, name) == getattr(record, name), name


def test_it_says_what_the_records_say(made):
    check_catalogue(made.records, [made.first, made.last, made.other])


def test_a_new_a_removed_and_a_broken_record_are_noticed(made):
    check_catalogue(made.records, [made.first, made.last, made.other])
    new = write_record(made.records, 7)
    check_catalogue(made.records, [made.first, made.last, made.other, new])
    for path in (made.records / made.last).iterdir():
        path.unlink()
    (made.records / made.last).rmdir()
    check_catalogue(made.records, [made.first, made.other, new])
    path = made.records / made.other / RUN
    path.write_text(path.read_text().replace("made", "fade"))
    check_catalogue(made.records, [made.first, new])


def test_only_what_was_written_since_is_read(made):
    before = catalogue(made.records)[made.first]
    path = made.records / made.first / RUN
    facts = path.stat()
    path.write_bytes(b"?" * facts.st_size)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert catalogue(made.records)[made.first] == before
    os.utime(path)
    assert made.first not in catalogue(made.records)


def test_runs_share_what_is_equal(made):
    catalogue(made.records)
    known = catalogue(made.records)
    assert known[made.first].code is known[made.last].code
    assert known[made.last].identity["parent"] == made.first


@pytest.mark.parametrize("content", ["", "{", '{"code": 1}'])
def test_a_damaged_catalogue_is_made_anew(made, content):
    catalogue(made.records)
    (path,) = (made.records.parent / "remembered").glob("store.json")
    path.write_text(content)
    check_catalogue(made.records, [made.first, made.last, made.other])


def test_where_nothing_can_be_kept_the_records_are_read_each_time(made):
    (made.records.parent / "remembered").write_text("a file")
    check_catalogue(made.records, [made.first, made.last, made.other])


def test_a_store_that_is_not_there_has_no_runs(tmp_path):
    assert catalogue(tmp_path / "nowhere") == {}
