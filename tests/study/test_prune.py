"""Prune: what nobody asks for goes, when it is asked to; what is needed, or in use, stays."""

import numpy as np
import pytest

from cxrstudy.base import arithmetic, device
from cxrstudy.runs import lock, store, store_check
from cxrstudy.runs.maps import ManyMaps, write_maps
from cxrstudy.runs.store import StoreError
from cxrstudy.study import prune
from tests.support import stores
from tests.support.stores import leave, write_checkpoint, write_record

made = stores.made

HERE = arithmetic.facts(device.kind())  # as a plan has it
THERE = ["abacus", "whole numbers"]


def swept(made, *runs):
    return prune.prune(made.records, set(runs))


def test_what_is_not_reachable_goes_and_the_parents_of_the_rest_stay(made):
    sweep = swept(made, made.last)  # its parent is not named
    assert store_check.runs_of(made.records) == sorted([made.first, made.last])
    assert sweep.removed == sweep.removable
    assert store_check.check(made.records) == []
    assert swept(made, made.last).removable == ()


def test_what_can_not_be_read_is_never_removed(made):
    """As when a store is read in a way that makes all of its records look altered."""
    for run in (made.first, made.other):
        (made.records / run / "run.json").write_text("{")
    sweep = swept(made, made.last)
    assert {item.path.name for item in sweep.altered} == {made.first, made.other} - {made.first}
    assert sweep.removed == ()
    assert len(store_check.runs_of(made.records)) == 3


def test_a_store_is_not_emptied_unless_that_is_asked_for(made):
    with pytest.raises(StoreError, match=r"no record would stay, .*is this the store.* add --all"):
        swept(made, "f" * 64)
    assert len(store_check.runs_of(made.records)) == 3
    prune.prune(made.records, set(), may_empty=True)
    assert store_check.runs_of(made.records) == []


def test_what_can_not_be_removed_stays_whole_and_the_rest_goes(made, monkeypatch):
    """As records of another user, in folders that this one may not write to."""
    second = write_record(made.records, 9)
    before = {path.name for path in (made.records / made.other).iterdir()}
    access = prune.os.access
    monkeypatch.setattr(
        prune.os, "access", lambda path, mode: made.other not in str(path) and access(path, mode)
    )
    sweep = swept(made, made.last)
    assert [item.path.name for item in sweep.removed] == [second]
    (said,) = sweep.refused
    assert f"{made.other}: could not be removed (Permission denied; it belongs to" in said
    monkeypatch.undo()
    monkeypatch.setattr(prune.shutil, "rmtree", lambda path: (_ for _ in ()).throw(OSError(1, "x")))
    assert len(swept(made, made.last).refused) == 1
    assert {path.name for path in (made.records / made.other).iterdir()} == before
    assert store_check.check(made.records) == []


def test_a_run_of_another_processor_stays_where_the_same_would_here(tmp_path):
    records = tmp_path / "store"
    first, unplanned = (write_record(records, seed, arithmetic=THERE) for seed in (0, 7))
    last = write_record(records, 1, first, arithmetic=THERE)
    elsewhere = tmp_path / "here"
    here = write_record(elsewhere, 1, write_record(elsewhere, 0, arithmetic=HERE), arithmetic=HERE)
    prune.prune(records, {here})
    assert store_check.runs_of(records) == sorted([first, last])
    assert unplanned not in store_check.runs_of(records)


def test_what_killed_processes_left_goes(made):
    left = leave(made)
    sweep = swept(made, made.last, made.other)
    assert {item.path for item in sweep.removed} == left
    assert store_check.check(made.records) == []


def test_maps_go_with_their_run(made):
    folder = made.records.parent / "heatmaps"
    maps = ManyMaps(("a",), np.zeros((1, 2, 2), np.float16), np.zeros(1, np.float32))
    stays, goes = (write_maps(maps, {"run": run}, folder) for run in (made.last, made.other))
    altered = write_maps(maps, {"run": made.first}, folder)
    (folder / altered / "maps.json").write_text("{")
    written_just_now = folder / f".{altered[:12]}-abc"
    written_just_now.mkdir()
    sweep = swept(made, made.last)
    assert {(i.path.name, i.why) for i in sweep.removed if i.path.parent == folder} == {
        (goes, "maps of a run that is not kept"),
        (altered, "altered maps"),
    }
    assert {path.name for path in folder.iterdir()} == {stays, written_just_now.name}


def test_an_unfinished_run_stays_while_it_is_planned(made):
    path = write_checkpoint(made.records, "f" * 64)
    swept(made, made.last, made.other, "f" * 64)
    assert path.exists()
    assert [i.why for i in swept(made, made.last, made.other).removed] == [
        "unfinished, and not planned"
    ]
    assert not path.exists()


def test_what_is_computed_just_now_stays(made, monkeypatch):
    with lock.held(made.records, made.other):
        with pytest.raises(StoreError, match=rf"{made.other}\.lock: this run is being"):
            swept(made, made.last)
        assert store.has(made.records, made.other)
        # Also where it has begun after everybody was asked.
        monkeypatch.setattr(prune, "_refuse_while_strangers_run", lambda *_: None)
        sweep = swept(made, made.last)
        assert sweep.removed == ()
        assert len(sweep.removable) == 1
        assert store.has(made.records, made.other)
    swept(made, made.last)
    assert not store.has(made.records, made.other)


def test_a_planned_run_that_is_computed_holds_nothing_up(made):
    with lock.held(made.records, "f" * 64):
        write_checkpoint(made.records, "f" * 64)
        swept(made, made.last, "f" * 64)
    assert not store.has(made.records, made.other)
    assert store.checkpoint_path(made.records, "f" * 64).exists()


def test_a_deletion_that_is_killed_leaves_no_part_of_a_record(made, monkeypatch):
    def killed(path):
        (path / "scores.csv").unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr(prune.shutil, "rmtree", killed)
    with pytest.raises(KeyboardInterrupt):
        swept(made, made.last)
    assert store_check.runs_of(made.records) == sorted([made.first, made.last])
    assert [finding.kind for finding in store_check.check(made.records)] == ["leftover"]


def test_a_store_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match="nowhere: no such store"):
        prune.prune(tmp_path / "nowhere", ())
