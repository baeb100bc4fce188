"""Upkeep: everything that is wrong with a store is named, and nothing that is right."""

import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from cxrstudy.runs import lock, store, store_check
from cxrstudy.runs.maps import FACTS, MAPS, ManyMaps, folder_of, write_maps
from cxrstudy.runs.record import HEAD, RUN
from cxrstudy.runs.store import StoreError
from tests.support.builders import save_pixels
from tests.support.stores import FILES, leave, write_checkpoint, write_record


@pytest.fixture
def made(tmp_path):
    """A store of a chain of two runs."""
    records = tmp_path / "store"
    first = write_record(records, 0)
    return SimpleNamespace(records=records, first=first, last=write_record(records, 1, first))


def found(records):
    return [(finding.kind, finding.path) for finding in store_check.check(records)]


def test_nothing_is_found_where_all_is_right(made):
    assert found(made.records) == []


def test_a_store_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="nowhere: no such store"):
        store_check.check(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [*FILES, RUN])
def test_an_altered_file_is_found_and_only_that(made, name):
    path = made.records / made.first / name
    path.write_bytes(path.read_bytes().replace(b"0", b"1"))
    assert found(made.records) == [("altered", path)]
    (finding,) = store_check.check(made.records)
    assert finding.problem
    assert finding.detail.count("altered") == 1
    assert str(path) not in finding.detail  # it is said once


def test_several_processes_find_what_one_finds_in_the_same_order(made, monkeypatch):
    for seed in range(2, 7):
        write_record(made.records, seed)
    for number, run in enumerate(sorted(store_check.runs_of(made.records))[::2]):
        (made.records / run / FILES[number % len(FILES)]).write_text("altered")
    alone = found(made.records)
    assert len(alone) > 3
    monkeypatch.setattr(store_check, "FEW", 1)
    monkeypatch.setattr(store_check, "BLOCK", 2)
    monkeypatch.setattr(store_check, "usable_cores", lambda: 2)
    assert found(made.records) == alone


def test_altered_pixels_are_found(made, tmp_path):
    (tmp_path / "pixels").mkdir()
    images = np.zeros((2, 4, 4), np.uint8)
    save_pixels(tmp_path / "pixels" / "a.npy", images)
    assert found(made.records) == []
    np.save(tmp_path / "pixels" / "a.npy", images + 1)
    assert found(made.records) == [("altered", tmp_path / "pixels" / "a.npy")]


@pytest.mark.parametrize("name", [FACTS, MAPS])
def test_altered_maps_are_found(made, name):
    folder = folder_of(made.records)
    arrays = ManyMaps(("a",), np.ones((1, 2, 2), np.float16), np.ones(1, np.float32))
    path = folder / write_maps(arrays, {"run": made.first}, folder) / name
    assert found(made.records) == []
    path.write_bytes(path.read_bytes().replace(b"a", b"b"))
    assert found(made.records) == [("altered", path.parent)]


def test_a_missing_file_is_found(made):
    (made.records / made.last / HEAD).unlink()
    assert found(made.records) == [("altered", made.records / made.last / HEAD)]


def test_a_lost_parent_is_found(made):
    shutil.rmtree(made.records / made.first)
    assert found(made.records) == [("no parent", made.records / made.last)]


def test_what_does_not_belong_there_is_found(made):
    (made.records / "notes.txt").touch()
    (made.records / made.last / "more.csv").touch()
    expected = {made.records / "notes.txt", made.records / made.last / "more.csv"}
    assert set(found(made.records)) == {("unknown", path) for path in expected}


def test_what_killed_processes_left_is_found(made):
    left = leave(made)
    lock.path_of(made.records, "d" * 64).touch()
    assert set(store_check.leftovers(made.records)) == left
    assert set(found(made.records)) == {("leftover", path) for path in left}
    assert lock.running(made.records) == []  # a lock file that nobody holds means nothing


def test_what_is_computed_just_now_is_no_leftover(made):
    leave(made)
    with lock.held(made.records, "f" * 64), lock.held(made.records, made.last):
        kinds = found(made.records)
    assert {path.name for kind, path in kinds if kind == "leftover"} == {
        "e" * 64, ".x-32.npy.abc.unfinished"
    }  # fmt: skip
    running = [("running", lock.path_of(made.records, run)) for run in (made.last, "f" * 64)]
    assert sorted(found for found in kinds if found[0] == "running") == sorted(running)


def test_a_run_that_will_go_on_is_no_problem(made):
    path = write_checkpoint(made.records, "f" * 64)
    (finding,) = store_check.check(made.records)
    assert (finding.kind, finding.path, finding.problem) == ("unfinished", path, False)


@pytest.mark.parametrize("content", [b"", b"0" * 64, b"0" * 70])
def test_a_broken_checkpoint_is_found(made, content):
    path = store.checkpoint_path(made.records, "f" * 64)
    path.write_bytes(content)
    assert found(made.records) == [("altered", path)]
