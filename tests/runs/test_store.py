"""Store: a record is there whole, as it was written, or it is not there."""

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxrstudy.base import atomic
from cxrstudy.base.atomic import unfinished_name
from cxrstudy.base.identity import file_sha256
from cxrstudy.runs import store, store_check
from cxrstudy.runs.record import BACKBONE, EPOCHS, RUN, SCORES, Record, id_of
from cxrstudy.runs.scores import read_scores
from cxrstudy.runs.store import StoreError
from tests.support.draws import draws

FILES = (SCORES, EPOCHS, BACKBONE)


def scores(patients=("p1", "p2")):
    return pd.DataFrame(
        {
            "role": "target",
            "split": "test",
            "id": [f"image {number}" for number in range(len(patients))],
            "patient": list(patients),
            "source": "made",
            "truth_covid19": [0.0, np.nan, 1.0][: len(patients)],
            "score_covid19": np.float32([0.1, 1 / 3, 1e-9])[: len(patients)],
        }
    )


def record_of(number, folder):
    identity = {"stage": {"seed": number}, "parent": None}
    return Record(
        id=id_of(identity), identity=identity, chain="random → target", cohort="made", copies="",
        task="binary", labels=["covid19"], images={}, patients=1, samples_seen=1, seconds={},
        peak_memory_bytes=1, device="", finished="",
        files={name: file_sha256(folder / name) for name in FILES},
    )  # fmt: skip


def filling(number, table=None):
    """What writes the record of a number into a folder."""

    def fill(folder):
        (scores() if table is None else table).to_csv(folder / SCORES, index=False)
        pd.DataFrame({"step": [4, 8], "train_loss": [0.5, 0.25]}).to_csv(
            folder / EPOCHS, index=False
        )
        (folder / BACKBONE).write_bytes(bytes(range(100)))
        (folder / RUN).write_text(record_of(number, folder).model_dump_json())

    return fill


def run_of(number):
    return id_of({"stage": {"seed": number}, "parent": None})


def written(folder, number=0):
    store.write(folder, run_of(number), filling(number))
    return run_of(number)


def everything(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}


# --- Written and read ---------------------------------------------------------------------------


def test_a_record_is_read_as_it_was_written(tmp_path):
    folder = tmp_path / "not yet" / "there"
    run = written(folder)
    assert store.has(folder, run)
    assert store.read(folder, run).id == run
    pd.testing.assert_frame_equal(
        read_scores(folder, run), scores().astype({"score_covid19": np.float64}),
        check_dtype=False,
    )  # fmt: skip
    assert store.read_epochs(folder, run)["train_loss"].tolist() == [0.5, 0.25]
    assert store.checked(folder, run, BACKBONE).read_bytes() == bytes(range(100))


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1)


@draws(15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(names, min_size=3, max_size=3))
def test_patients_keep_their_names_whatever_they_look_like(tmp_path, patients):
    for shown in (patients, ["NA", "null", "007"], ["1e5", "nan", "None"]):
        folder = tmp_path / "store"
        table = scores(shown).assign(id=shown, source=shown)
        store.write(folder, run_of(0), filling(0, table))
        read = read_scores(folder, run_of(0))
        shutil.rmtree(folder)
        for column in ("id", "patient", "source"):
            assert read[column].tolist() == shown
        assert read["truth_covid19"].isna().tolist() == [False, True, False]
        assert (read["score_covid19"].astype(np.float32) == table["score_covid19"]).all()


def test_what_is_not_recorded_is_said_by_file_and_with_a_way_out(tmp_path):
    assert not store.has(tmp_path, run_of(0))
    for ask in (
        store.read,
        read_scores,
        store.read_epochs,
        partial(store.checked, name=BACKBONE),
    ):
        with pytest.raises(StoreError, match=rf"{run_of(0)}.run\.json: no such record; run the"):
            ask(tmp_path, run_of(0))


# --- Whole or not at all ------------------------------------------------------------------------


def test_an_error_while_filling_leaves_nothing(tmp_path):
    def fill(folder):
        filling(0)(folder)
        raise OSError(errno.ENOSPC, "the disk is full")

    said = rf"{run_of(0)}: could not be written \(the disk is full\).*Free some space"
    with pytest.raises(StoreError, match=said):
        store.write(tmp_path, run_of(0), fill)
    assert everything(tmp_path) == set()


def test_an_error_that_is_not_of_the_disk_is_left_as_it_is(tmp_path):
    with pytest.raises(ZeroDivisionError):
        store.write(tmp_path, run_of(0), lambda folder: 1 / 0)
    assert everything(tmp_path) == set()


def test_what_can_not_be_written_is_named_by_the_error_where_it_knows(tmp_path):
    with pytest.raises(StoreError, match=r"the one: could not be written \(no\)"):  # noqa: SIM117
        with store.writing(tmp_path):
            raise OSError(errno.EROFS, "no", "the one")


def test_what_killed_processes_left_of_a_run_is_removed_and_only_that(tmp_path):
    run = written(tmp_path)
    checkpoints, others = (store.checkpoint_path(tmp_path, run_of(number)) for number in (0, 1))
    stay = {checkpoints.name, f".{run}.lock"}
    stay |= {unfinished_name(path).name for path in (tmp_path / run_of(1), others)}
    for name in (*stay, unfinished_name(checkpoints).name):
        (tmp_path / name).touch()
    unfinished_name(tmp_path / run).mkdir()
    store.remove_partial(tmp_path, run)
    assert {path.name for path in tmp_path.iterdir()} == {run, *stay}


def test_a_process_that_is_killed_while_writing_leaves_no_record(tmp_path):
    program = """
import sys, time
from pathlib import Path
from cxrstudy.runs import store, store_check

def fill(folder):
    for name, content in (("run.json", "{}"), ("scores.csv", "id\\n")):
        (folder / name).write_text(content)
    print("half way", flush=True)
    time.sleep(600)

store.write(Path(sys.argv[1]), sys.argv[2], fill)
"""
    folder, run = tmp_path / "store", run_of(0)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), run], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "half way\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert everything(folder)  # it was in the middle
    assert not store.has(folder, run)
    with pytest.raises(StoreError, match="no such record"):
        store.read(folder, run)
    with pytest.raises(StoreError, match="0 runs begin"):
        store.find(folder, run[:6])
    assert written(folder) == store.find(folder, run[:6])
    assert read_scores(folder, run)["patient"].tolist() == ["p1", "p2"]


def test_two_that_write_the_same_run_end_with_one_record(tmp_path):
    together = Barrier(2)

    def fill(folder):
        filling(0)(folder)
        together.wait(10)

    with ThreadPoolExecutor(2) as executor:
        writers = [executor.submit(store.write, tmp_path, run_of(0), fill) for _ in range(2)]
    assert [writer.exception() for writer in writers] == [None, None]
    assert [path.name for path in tmp_path.iterdir()] == [run_of(0)]
    assert store.read_epochs(tmp_path, run_of(0)).shape == (2, 2)


def test_one_that_comes_second_to_the_last_move_leaves_the_first_record(tmp_path, monkeypatch):
    # The other process finishes after this one has looked, and before it has moved.
    rename = os.rename

    def late(source, target):
        monkeypatch.setattr(os, "rename", rename)
        written(tmp_path)
        (tmp_path / run_of(0) / "first").touch()
        rename(source, target)

    monkeypatch.setattr(os, "rename", late)
    store.write(tmp_path, run_of(0), filling(0))
    assert (tmp_path / run_of(0) / "first").exists()
    assert [path.name for path in tmp_path.iterdir()] == [run_of(0)]


def test_what_is_left_of_a_record_that_was_half_deleted_is_replaced(tmp_path):
    run = written(tmp_path)
    (tmp_path / run / RUN).unlink()
    assert not store.has(tmp_path, run)
    written(tmp_path)
    assert store.checked(tmp_path, run, BACKBONE).exists()


def test_a_record_that_is_there_is_not_written_again(tmp_path):
    run = written(tmp_path)
    before = (tmp_path / run / RUN).stat().st_mtime_ns
    written(tmp_path)
    assert (tmp_path / run / RUN).stat().st_mtime_ns == before


# --- Altered ------------------------------------------------------------------------------------

READERS = {
    SCORES: read_scores,
    EPOCHS: store.read_epochs,
    BACKBONE: partial(store.checked, name=BACKBONE),
}


@pytest.mark.parametrize("name", FILES)
def test_an_altered_file_is_refused_by_its_name(tmp_path, name):
    run = written(tmp_path)
    path = tmp_path / run / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match=rf"{run}.{name}: missing or altered"):
        READERS[name](tmp_path, run)
    for other in set(FILES) - {name}:
        READERS[other](tmp_path, run)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_its_name(tmp_path, name):
    run = written(tmp_path)
    (tmp_path / run / name).unlink()
    with pytest.raises(StoreError, match=rf"{run}.{name}: missing or altered"):
        READERS[name](tmp_path, run)


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_record_whose_identity_was_altered_is_refused(tmp_path):
    run = written(tmp_path)
    change(tmp_path / run / RUN, identity={"stage": {"seed": 1}, "parent": None})
    with pytest.raises(StoreError, match=rf"{run}.run\.json: altered"):
        store.read(tmp_path, run)


def test_a_record_in_the_place_of_another_is_refused(tmp_path):
    run = written(tmp_path)
    (tmp_path / run).rename(tmp_path / run_of(1))
    with pytest.raises(StoreError, match=rf"{run_of(1)}.run\.json: altered"):
        store.read(tmp_path, run_of(1))


def test_a_record_that_does_not_vouch_for_a_file_is_refused(tmp_path):
    run = written(tmp_path)
    change(tmp_path / run / RUN, files={})
    with pytest.raises(StoreError, match=rf"{run}.scores\.csv: missing or altered"):
        read_scores(tmp_path, run)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b"\xff\xfe", b'{"id": NaN}'],
    ids=["empty", "cut off", "list", "null", "no facts", "no text", "not a number"],
)
def test_a_broken_record_is_refused_with_a_way_out(tmp_path, content):
    run = written(tmp_path)
    (tmp_path / run / RUN).write_bytes(content)
    with pytest.raises(StoreError, match=rf"{run}.run\.json: broken.*run the study again") as error:
        store.read(tmp_path, run)
    assert "pydantic" not in str(error.value)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_a_record_is_altered_it_is_refused_or_says_the_same(tmp_path, data):
    run = run_of(0)
    if not store.has(tmp_path, run):
        written(tmp_path)
    path = tmp_path / run / RUN
    whole, expected = path.read_bytes(), store.read(tmp_path, run)
    altered = bytearray(whole)
    altered[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(altered)
    try:
        with contextlib.suppress(StoreError):
            assert store.read(tmp_path, run) == expected
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize("fact", ["chain", "cohort", "device", "finished"])
def test_no_fact_of_a_record_can_change_unseen(tmp_path, fact):
    run = written(tmp_path)
    change(tmp_path / run / RUN, **{fact: "another"})
    with pytest.raises(StoreError, match=rf"{run}.run\.json: altered since it was written"):
        store.read(tmp_path, run)


def test_a_record_that_was_written_before_records_were_sealed_is_read(tmp_path):
    run = written(tmp_path)
    path = tmp_path / run / RUN
    files = json.loads(path.read_text())["files"]
    assert files.pop(RUN)
    change(path, files=files)
    assert store.read(tmp_path, run).files == files
    change(path, files=files | {"run.jsom": ""})
    with pytest.raises(StoreError, match="altered since it was written"):
        store.read(tmp_path, run)


# --- Found by the beginning of an id ------------------------------------------------------------


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: (folder / RUN).write_text(""),
        lambda folder: (folder / RUN).write_text((folder / RUN).read_text().replace("1", "2")),
        lambda folder: (folder / SCORES).unlink(),
    ],
)
def test_a_broken_record_is_not_recorded_and_is_set_aside_whole(tmp_path, harm, capfd):
    records = tmp_path / "store"  # what lies beside a store is looked at too
    run, other = written(records, 0), written(records, 1)
    harm(records / run)
    files = {path.name: path.read_bytes() for path in (records / run).iterdir()}
    assert store.is_there(records, run)
    assert not store.has(records, run)
    assert store.why_broken(records, run).startswith(str(records / run))
    for each in (run, other):
        store.set_aside(records, each)
    assert "broken; moved to" in capfd.readouterr().err
    assert not store.is_there(records, run)
    assert store.has(records, other)
    (aside,) = records.glob(f".{run}.*.broken")
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == files
    assert written(records, 0) == run
    assert store.has(records, run)
    ((kind, detail),) = [(f.kind, f.detail) for f in store_check.check(records)]
    assert (kind, "set aside" in detail) == ("unknown", True)


@pytest.mark.parametrize("mode", [0o755, 0o2775, 0o700, 0o2770])
def test_a_record_has_the_permissions_of_its_store(tmp_path, mode):
    folder = tmp_path / "runs"
    folder.mkdir()
    folder.chmod(mode)
    before = os.umask(0o022)
    try:
        run = written(folder / "store")
    finally:
        os.umask(before)
    assert (folder / "store").stat().st_mode & 0o7777 == mode
    assert (folder / "store" / run).stat().st_mode & 0o7777 == mode
    shown = (folder / "store" / run / RUN).stat().st_mode & 0o077
    assert shown == mode & 0o066


def test_what_another_host_writes_is_not_removed(tmp_path, monkeypatch):
    """Also where this host has the lock: it may not reach the other one."""
    run = run_of(0)
    monkeypatch.setattr(atomic, "host_mark", lambda: "b" * 12)
    theirs = unfinished_name(tmp_path / run)
    theirs.mkdir()
    monkeypatch.setattr(atomic, "host_mark", lambda: "a" * 12)
    ours = unfinished_name(tmp_path / run)
    ours.mkdir()
    store.remove_partial(tmp_path, run)
    assert (theirs.exists(), ours.exists()) == (True, False)
    assert store_check.leftovers(tmp_path) == []
    day_ago = time.time() - 2 * 24 * 3600
    (theirs / SCORES).touch()
    os.utime(theirs, (day_ago, day_ago))
    store.remove_partial(tmp_path, run)  # a file in it was written just now
    assert theirs.exists()
    os.utime(theirs / SCORES, (day_ago, day_ago))
    assert store_check.leftovers(tmp_path) == [theirs]
    store.remove_partial(tmp_path, run)
    assert not theirs.exists()


def test_an_unfinished_record_is_never_found(tmp_path):
    run = written(tmp_path)
    shutil.copytree(tmp_path / run, tmp_path / f".{run[:12]}-left")
    assert store.find(tmp_path, "") == run


def test_nothing_is_found_where_there_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="0 runs begin"):
        store.find(tmp_path / "nowhere", "a")
