"""Scoring records: another role is scored without training, and harm is seen."""

import pytest

from cxrstudy.runs import scoring_record
from cxrstudy.runs.record import SCORES
from cxrstudy.runs.run import execute
from cxrstudy.runs.store import StoreError
from tests.support import small_jobs
from tests.support.builders import STAGE
from tests.support.small_jobs import TARGET, jobs_of

world, settings = small_jobs.world, small_jobs.settings


def test_another_hospital_is_scored_without_training_anything_again(world, tmp_path, monkeypatch):
    (alone,) = jobs_of(world, tmp_path / "store", STAGE)
    execute(alone)
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "store" / alone.id).iterdir()}
    (job,) = jobs_of(world, tmp_path / "store", TARGET)
    assert job.id == alone.id
    monkeypatch.setattr("cxrstudy.runs.computation.train", lambda *_: pytest.fail("trained"))
    execute(job)
    assert {path: path.stat().st_mtime_ns for path in files} == files
    (scoring,) = scoring_record.by_run(tmp_path / "store")[job.id]
    assert scoring_record.read(tmp_path / "store", scoring).role == "external"
    written = {path.name for path in (tmp_path / "scores" / scoring).iterdir()}
    assert written == {"scoring.json", "scores.csv"}


@pytest.mark.parametrize("harm", ["altered", "truncated", "deleted"])
def test_a_harmed_scoring_is_refused_by_its_name(world, tmp_path, harm):
    (job,) = jobs_of(world, tmp_path / "store", TARGET)
    execute(job)
    (scoring,) = scoring_record.by_run(tmp_path / "store")[job.id]
    path = tmp_path / "scores" / scoring / SCORES
    content = path.read_bytes()
    path.unlink()
    if harm != "deleted":
        harmed = content[:-9] if harm == "truncated" else content.replace(b"external", b"internal")
        path.write_bytes(harmed)
    with pytest.raises(StoreError, match=r"scores\.csv: missing or altered"):
        scoring_record.read_scores(tmp_path / "store", scoring)
