"""``cxrstudy show``: the record of a run."""

import json
from pathlib import Path

import pytest

from cxrstudy.runs import store
from cxrstudy.runs.record import RUN, Record, id_of
from tests.support.commands import cxrstudy


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    identity = {"stage": "made"}
    record = Record(
        id=id_of(identity), identity=identity, chain="random → target", cohort="made",
        copies="none", task="binary", labels=["normal"], images={"target test": 4}, patients=4,
        samples_seen=8, seconds={"training": 1.5}, peak_memory_bytes=1, device="made",
        finished="2021-01-01T00:00:00Z", files={},
    )  # fmt: skip

    def fill(folder: Path) -> None:
        (folder / RUN).write_text(record.model_dump_json())

    store.write(tmp_path / "runs" / "store", record.id, fill)
    return record.id


def test_show_prints_the_record_whose_id_begins_so(run: str) -> None:
    shown = cxrstudy("show", run[:6])
    assert shown.status == 0
    assert shown.out.startswith(f"id: {run}\n")
    assert "chain: random → target\n" in shown.out


def test_show_is_json_on_request(run: str) -> None:
    assert json.loads(cxrstudy("show", run, "--json").out)["id"] == run


def test_show_says_that_no_run_begins_so(run: str) -> None:
    shown = cxrstudy("show", "zzz")
    assert (shown.status, shown.out) == (1, "")
    assert "'zzz' is no run; give the first of the 64 characters 0-9a-f" in shown.err
