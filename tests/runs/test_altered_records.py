"""Store: a record is as it was written, or it is refused by name."""

import contextlib
import json
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE, EPOCHS, RUN, SCORES
from cxrstudy.runs.scores import read_scores
from cxrstudy.runs.store import StoreError
from tests.support.written_records import FILES, run_of, written

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
