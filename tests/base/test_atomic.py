"""Atomic: what is written is whole, or is not there."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import atomic
from cxrstudy.base.atomic import (
    UNFINISHED,
    unfinished_name,
    unfinished_of,
    whole_file,
    write_file,
    write_folder,
)


def test_a_file_is_replaced_by_what_is_written(tmp_path):
    write_file(tmp_path / "file", b"one")
    write_file(tmp_path / "file", b"two")
    assert (tmp_path / "file").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_after_an_error_the_file_is_what_it_was_and_nothing_is_left(tmp_path):
    write_file(tmp_path / "file", b"before")
    with pytest.raises(KeyError), whole_file(tmp_path / "file") as unfinished:  # noqa: PT012
        unfinished.write_bytes(b"half")
        raise KeyError
    assert (tmp_path / "file").read_bytes() == b"before"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_it_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    seen = []
    monkeypatch.setattr(atomic.os, "fsync", lambda _: seen.append((tmp_path / "file").exists()))
    write_file(tmp_path / "file", b"content")
    assert seen == [False]


@given(st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_what_is_unfinished_belongs_to_one_name(tmp_path_factory, name):
    if name in (".", "..") or len(name.encode()) > 150 or not name.lstrip("."):
        return
    folder = tmp_path_factory.mktemp("folder")
    unfinished = unfinished_name(folder / name)
    unfinished.touch()
    assert unfinished.name.startswith(".")
    assert unfinished.name.endswith(UNFINISHED)
    assert unfinished_of(folder / name) == [unfinished]
    assert unfinished_of(folder / f"{name}x") == []


def names(folder):
    return [path.name for path in folder.iterdir()]


def filling(text):
    def fill(folder):
        (folder / "one").write_text(text)
        (folder / "other").write_text(text)

    return fill


def whole(folder):
    return (folder / "other").is_file()


def test_a_folder_that_is_whole_stays(tmp_path):
    write_folder(tmp_path / "here" / "folder", filling("first"), whole)
    write_folder(tmp_path / "here" / "folder", filling("second"), whole)
    assert (tmp_path / "here" / "folder" / "one").read_text() == "first"
    assert names(tmp_path / "here") == ["folder"]


def test_a_folder_that_an_interrupted_deletion_left_is_replaced(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one").write_text("rest")
    write_folder(tmp_path / "folder", filling("new"), whole)
    assert (tmp_path / "folder" / "one").read_text() == "new"
    assert names(tmp_path) == ["folder"]


def test_an_error_while_filling_leaves_nothing(tmp_path):
    def fail(folder):
        (folder / "one").touch()
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_folder(tmp_path / "folder", fail, whole)
    assert names(tmp_path) == []


def test_of_two_that_write_the_same_folder_one_stays_and_no_other_is_left(tmp_path):
    together = Barrier(2)

    def fill(folder):
        filling("same")(folder)
        together.wait(10)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write_folder, tmp_path / "folder", fill, whole) for _ in range(2)]
    assert [writer.exception() for writer in writers] == [None, None]
    assert names(tmp_path) == ["folder"]


@pytest.mark.parametrize("days", [-400, -2, 2, 400])
def test_a_clock_that_is_wrong_by_days_makes_nothing_of_another_host_old(
    tmp_path, monkeypatch, days
):
    theirs = tmp_path / f".run.{'b' * 32}{UNFINISHED}"
    theirs.touch()
    now = time.time()
    monkeypatch.setattr(atomic.time, "time", lambda: now + days * 86400)
    assert unfinished_of(tmp_path / "run") == []
    left = now - 2 * atomic.STALE_AFTER
    os.utime(theirs, (left, left))
    assert unfinished_of(tmp_path / "run") == [theirs]
    assert list(tmp_path.iterdir()) == [theirs]  # the look at the clock leaves nothing


def test_a_host_has_another_mark_after_each_start(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "_BOOT", tmp_path / "boot_id")
    marks = [atomic.host_mark.__wrapped__()]
    for boot in ("one", "other"):
        (tmp_path / "boot_id").write_text(f"{boot}\n")
        marks.append(atomic.host_mark.__wrapped__())
    assert len(set(marks)) == 3
    assert {len(mark) for mark in marks} == {12}
