"""Store: what was written is read, and what is broken is set aside."""

import os
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from cxrstudy.runs import store, store_check
from cxrstudy.runs.record import BACKBONE, RUN, SCORES
from cxrstudy.runs.scores import read_scores
from cxrstudy.runs.store import StoreError
from tests.support.draws import draws
from tests.support.stores import write_record
from tests.support.written_records import filling, run_of, scores, written

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


def test_the_facts_of_a_record_are_text_that_people_can_read(tmp_path):
    run = write_record(tmp_path / "store", 0)
    facts = (tmp_path / "store" / run / RUN).read_text(encoding="utf-8")
    assert '\n "chain": "random → target",\n' in facts


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


# --- Broken, or not there -----------------------------------------------------------------------


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


def test_nothing_is_found_where_there_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="0 runs begin"):
        store.find(tmp_path / "nowhere", "a")
