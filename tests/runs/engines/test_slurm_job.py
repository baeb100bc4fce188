"""Slurm job: a Slurm of this machine alone computes, where its packages are installed."""

import subprocess
import time

import pytest

pytest.importorskip("submitit")

from cxrstudy.runs import engine, store
from cxrstudy.runs.engines import EngineError, slurm_job
from cxrstudy.runs.engines.slurm import queue
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.training.chain import Chain
from tests.support import slurm
from tests.support.builders import STAGE, TINY, make_job, make_role

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(slurm.missing()), reason=f"{slurm.missing()} is not installed"),
]

RECIPE = """\
from fastai.losses import FocalLossFlat
from own_helper import GAMMA


def change(parts):
    return parts.but(loss=FocalLossFlat(gamma=GAMMA))
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with slurm.slurm(tmp_path_factory.mktemp("slurm")) as variables:
        yield variables


@pytest.fixture
def with_slurm(cluster, tmp_path, monkeypatch):
    for name, value in cluster.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "there"))
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    monkeypatch.setenv(engine.VARIABLE, "slurm:mem_gb=2,timeout_min=10")


def bits(job):
    files = store.read(job.records, job.id).files
    return [files[name] for name in (SCORES, EPOCHS, BACKBONE, HEAD)]


def jobs_of(chain, made, folder):
    """A run and one that follows it."""
    first = make_job(chain, made.role, made.maps, folder / "store")
    then = make_job(chain >> STAGE, made.role, made.maps, folder / "store", first.id)
    return {job.id: job for job in (first, then)}


def test_a_chain_with_a_recipe_gives_the_bits_of_this_process(with_slurm, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_recipe.py").write_text(RECIPE)
    (tmp_path / "own_helper.py").write_text("GAMMA = 3.0\n")
    chain = Chain(TINY) >> STAGE.but(recipe="own_recipe:change")
    for name in ("own_recipe.py", "own_helper.py"):
        (tmp_path / name).unlink()  # a job gets the function itself
    made = make_role(tmp_path, images=40)
    here, there = (jobs_of(chain, made, tmp_path / name) for name in ("here", "there"))
    for job in here.values():
        execute(job)
    engine.compute(there)
    assert list(here) == list(there)
    assert [bits(job) for job in here.values()] == [bits(job) for job in there.values()]
    scripts = (tmp_path / "there" / "slurm").glob("*_submission.sh")
    assert len(list(scripts)) == len(there)  # one job each, by sbatch


def test_a_job_that_is_cancelled_is_not_waited_for(with_slurm, tmp_path, monkeypatch):
    """This Slurm has no accounting, so only its queue tells that a job is gone."""
    monkeypatch.setattr(slurm_job, "EVERY", 1.0)
    with queue("mem_gb=2,timeout_min=10", tmp_path / "jobs") as executor:
        waited = executor.submit(time.sleep, 600)
        (job,) = executor._jobs
        while slurm.state_of(job.job_id) != "RUNNING":
            time.sleep(0.1)
        subprocess.run(["scancel", job.job_id], check=True)
        with pytest.raises(EngineError, match=rf"job {job.job_id} left the queue without a result"):
            waited.result(slurm.PATIENCE)


def test_an_interrupted_job_is_queued_again(with_slurm, tmp_path):
    """As a preemption and the end of its time do it: by a signal that submitit answers."""
    began = tmp_path / "began"
    with queue("mem_gb=2,timeout_min=10", tmp_path / "jobs") as executor:
        waited = executor.submit(second_time_only, began)
        (job,) = executor._jobs
        while not began.exists():
            time.sleep(0.1)
        job._interrupt()
        while slurm.state_of(job.job_id) != "PENDING":
            time.sleep(0.1)
        # Slurm lets what it queues again wait for two minutes.
        subprocess.run(["scontrol", "update", f"job={job.job_id}", "StartTime=now"], check=True)
        assert waited.result(slurm.PATIENCE) == "again"


def test_after_an_error_jobs_that_have_not_begun_leave_the_queue(with_slurm, tmp_path, monkeypatch):
    monkeypatch.setattr(slurm_job, "EVERY", 0.0)
    begun = []
    with pytest.raises(KeyError, match="made"):
        begin_two_and_fail(tmp_path / "jobs", begun)
    first, second = begun
    assert slurm.state_of(second.job_id) == ""
    subprocess.run(["scancel", first.job_id], check=True)


def begin_two_and_fail(folder, begun):
    """The one core of this Slurm computes the first job; the second one waits."""
    with queue("mem_gb=2", folder) as executor:
        for _ in range(2):
            executor.submit(time.sleep, 600)
        begun += executor._jobs
        while slurm.state_of(begun[0].job_id) != "RUNNING":
            time.sleep(0.1)
        raise KeyError("made")


def second_time_only(began):
    if began.exists():
        return "again"
    began.touch()
    time.sleep(600)
    return "once"
