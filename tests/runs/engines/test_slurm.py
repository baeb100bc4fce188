"""Slurm: the job script as it is recorded here, submitit's local executor, and a made Slurm."""

import os
import re
import signal
import stat
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("submitit")

from cxrstudy.runs import engine, lock, store
from cxrstudy.runs.engine import RunError
from cxrstudy.runs.engines import EngineError, slurm_job
from cxrstudy.runs.engines.slurm import Requeued, Submitted, queue
from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_job, make_role

#: What stands in a job's script; the paths of the machine are shown as names.
SCRIPT = """\
#!/bin/bash

# Parameters
#SBATCH --cpus-per-task=1
#SBATCH --error=FOLDER/%j_0_log.err
#SBATCH --gpus-per-node=1
#SBATCH --job-name=cxrstudy
#SBATCH --mem=8GB
#SBATCH --nodes=1
#SBATCH --open-mode=append
#SBATCH --output=FOLDER/%j_0_log.out
#SBATCH --partition=gpu
#SBATCH --signal=USR2@90
#SBATCH --time=240
#SBATCH --wckey=submitit

# command
export SUBMITIT_EXECUTOR=slurm
srun --unbuffered --output FOLDER/%j_%t_log.out --error FOLDER/%j_%t_log.err \
PYTHON -u -m submitit.core._submit FOLDER
"""

#: A made Slurm: sbatch starts the script at once, squeue lists what runs. There is no accounting.
SBATCH = """#!/bin/bash
number=$(( $(ls {state} | wc -l) + 1 ))
cp "$1" {state}/$number.sh
SLURM_JOB_ID=$number SLURM_NTASKS=1 SLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0 \\
SLURM_JOB_NUM_NODES=1 SLURM_JOB_NODELIST=here setsid bash "$1" > /dev/null 2>&1 &
echo $! > {state}-$number.pid
echo "Submitted batch job $number"
"""
SRUN = """#!/bin/bash
while [ "$1" != {python} ]; do shift; done
exec "$@"
"""
SQUEUE = """#!/bin/bash
for number in $(seq $(ls {state} | wc -l)); do
    if kill -0 $(cat {state}-$number.pid) 2> /dev/null; then echo "$number RUNNING"; fi
done
"""


@pytest.fixture
def slurm(tmp_path, monkeypatch):
    """A folder of commands that act as Slurm does, on this machine."""
    commands, state = tmp_path / "bin", tmp_path / "state"
    commands.mkdir()
    state.mkdir()
    for name, text in {"sbatch": SBATCH, "srun": SRUN, "squeue": SQUEUE, "scancel": ""}.items():
        file = commands / name
        text = text or "#!/bin/bash\n"
        file.write_text(text.replace("{state}", str(state)).replace("{python}", sys.executable))
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{commands}:{os.environ['PATH']}")
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    return state


def test_the_script_of_a_job_is_the_recorded_one(slurm, tmp_path):
    options = "slurm_partition=gpu,gpus_per_node=1,timeout_min=240"
    with queue(options, tmp_path / "jobs") as executor:
        assert executor.submit(os.getpid).result(300) != os.getpid()
    (script,) = slurm.glob("*.sh")
    said = script.read_text().replace(str(tmp_path / "jobs"), "FOLDER")
    assert said.replace(sys.executable, "PYTHON") == SCRIPT


def made_job(folder):
    made = make_role(folder, images=20)
    return make_job(Chain(TINY) >> STAGE, made.role, made.maps, folder / "runs" / "store")


def test_submitits_local_executor_computes_without_a_slurm(tmp_path):
    with queue("cluster=local,timeout_min=5", tmp_path) as executor:
        assert executor.submit(os.path.join, "a", "b").result(300) == "a/b"


def group_of(process: int) -> int:
    """The group of a job's processes, which it has only when its shell was started."""
    until = time.monotonic() + 60
    while os.getpgid(process) != process:
        assert time.monotonic() < until, "the job has no group of its own"
        time.sleep(0.01)
    return process


def test_a_job_that_is_gone_is_not_waited_for(slurm, tmp_path, monkeypatch):
    monkeypatch.setattr(slurm_job, "EVERY", 0.1)
    with queue("", tmp_path / "jobs") as executor:
        waited = executor.submit(time.sleep, 600)
        os.killpg(group_of(int((tmp_path / "state-1.pid").read_text())), signal.SIGKILL)
        with pytest.raises(EngineError, match=r"^job 1 left the queue without a result: .*1_0_log"):
            waited.result(300)


def test_after_an_interrupt_only_jobs_that_have_not_begun_leave_the_queue(
    slurm, tmp_path, monkeypatch
):
    monkeypatch.setattr(slurm_job, "EVERY", 0.1)
    waited = []

    def interrupted():
        with queue("", tmp_path / "jobs") as executor:
            waited.extend(executor.submit(os.getpid) for _ in range(3))
            executor.shutdown()  # of a plan that is done: nothing is cancelled
            raise KeyboardInterrupt

    count = f"$(ls {slurm} | wc -l)"
    for name, text in {
        "sbatch": f"touch {slurm}/{count}; echo Submitted batch job {count}",
        "squeue": "echo 1 RUNNING; echo 2 PENDING; echo 3 PENDING",
        "scancel": f'echo "$@" >> {tmp_path}/cancelled',
    }.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/bash\n{text}\n")
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert sorted((tmp_path / "cancelled").read_text().split()) == ["2", "3"]
    (tmp_path / "bin" / "squeue").write_text("#!/bin/bash\n")
    assert [type(each.exception(60)) for each in waited] == [EngineError] * 3


def test_a_queue_that_can_not_be_asked_tells_nothing(slurm, monkeypatch):
    (slurm.parent / "bin" / "squeue").write_text("#!/bin/bash\nexit 1\n")
    assert not slurm_job.Queue().lacks("1")


def test_of_what_submitit_says_the_error_stays_without_its_traceback():
    line = "-" * 22
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    raise error\n'
    error = "cxrstudy.runs.engines.EngineError: no space,\nand no more\n"
    said = f"Job (task=0) failed with trace:\n{line}\n{trace}{error}{line}\nSee the log.\n"
    assert slurm_job._last(said) == "no space, and no more"
    assert slurm_job._last("\nIt was killed.\nSee the log.\n") == "It was killed."


@pytest.mark.slow
def test_a_run_is_computed_in_a_job(slurm, tmp_path, monkeypatch):
    job = made_job(tmp_path)
    monkeypatch.setenv(engine.VARIABLE, "slurm:")
    engine.compute({job.id: job})
    assert [path.name for path in job.records.iterdir()] == [job.id]
    assert store.read(job.records, job.id).id == job.id
    assert lock.running(job.records) == []
    assert len(list(slurm.glob("*.sh"))) == 1


@pytest.mark.slow
def test_a_job_that_fails_is_named_by_its_chain_and_reason(slurm, tmp_path, monkeypatch):
    job = made_job(tmp_path)
    for path in job.maps.values():
        path.unlink()
    monkeypatch.setenv(engine.VARIABLE, "slurm:cluster=local")
    with pytest.raises(RunError) as error:
        engine.compute({job.id: job})
    said = (
        r"\(random → target\) failed: EngineError: job \d+: worker .*shared folder.*; its log is "
    )
    assert re.search(said, str(error.value))  # one line, and no traceback


def test_a_preempted_job_is_put_back_as_it_was():
    requeued = Requeued(os.path.join).checkpoint("a", "b")
    assert requeued.function("a", "b") == "a/b"
    assert requeued.args == ("a", "b")
    assert isinstance(requeued.function, Requeued)  # and can be put back again


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("partition", "'partition' has no value"),
        ("mem_gb=4,mem_gb=8", "'mem_gb' is given twice"),
        ("no_such_option=1", "no_such_option"),
        ("cluster=moon", "moon"),
    ],
)
def test_an_illegal_option_is_named(slurm, tmp_path, options, said):
    with pytest.raises(EngineError, match=said), queue(options, tmp_path):
        pass


def test_without_slurm_the_error_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    with pytest.raises(EngineError, match="Could not detect"), queue("", tmp_path) as executor:
        executor.submit(os.getpid)


def test_only_jobs_that_have_not_begun_are_cancelled_and_only_if_asked(tmp_path, monkeypatch):
    monkeypatch.setattr("cxrstudy.runs.engines.slurm._pass_on", lambda *_: None)
    monkeypatch.setattr(slurm_job, "_states", lambda: {"1": "RUNNING", "2": "PENDING"})
    cancelled = []
    jobs = [SimpleNamespace(job_id=n, cancel=partial(cancelled.append, n)) for n in "12"]
    left = iter(jobs)
    submitted = Submitted(SimpleNamespace(submit=lambda *_: next(left)), tmp_path)
    for _ in jobs:
        submitted.submit(os.getpid)
    submitted.shutdown()
    assert cancelled == []
    submitted.shutdown(cancel_futures=True)
    assert cancelled == ["2"]


TOLD = """\
Job (task=0) failed during processing with trace:
----------------------
Traceback (most recent call last):
  File "run.py", line 1, in execute
    raise RunError("no room")
cxrstudy.runs.run.RunError: no room
----------------------
You can check full logs with 'job.stderr(0)'
"""


@pytest.mark.parametrize(("told", "said"), [(TOLD, "no room"), ("\nlost\nsee the log", "lost")])
def test_a_job_is_looked_for_every_second_and_its_error_is_told_without_its_trace(
    told, said, monkeypatch
):
    slept, ended = [], iter([False, True])
    monkeypatch.setattr(slurm_job, "_has_ended", lambda job: next(ended))
    monkeypatch.setattr(
        slurm_job, "time", SimpleNamespace(sleep=slept.append, monotonic=time.monotonic)
    )
    paths = SimpleNamespace(stderr="7.err")
    job = SimpleNamespace(job_id="7", paths=paths, exception=lambda: RuntimeError(told))
    with pytest.raises(EngineError, match=rf"^job 7: {said}; its log is 7\.err$"):
        slurm_job.result_of(job, slurm_job.Queue())
    assert slept == [1.0]
