"""Trackers: off by default, they see the curves, and change no bit."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch

from cxrstudy.runs import store
from cxrstudy.runs.record import BACKBONE, EPOCHS, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.training.chain import Chain
from cxrstudy.training.trackers import VARIABLE, TrackerError, tracking, wanted
from tests.support.builders import STAGE, TINY, make_job, make_role

ROOT = Path(__file__).parents[2]
#: What decides whether two records say the same.
FILES = (SCORES, EPOCHS, BACKBONE)


@pytest.fixture(scope="module", autouse=True)
def settings():
    """Leave torch as it was found."""
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"), images=40)


def job_in(folder, made):
    return make_job(Chain(TINY) >> STAGE, made.role, made.maps, folder / "store")


def files_of(job):
    files = store.read(job.records, execute(job)).files
    return [files[name] for name in FILES]


def test_there_is_none_unless_asked_for(monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    with tracking("a" * 64, "random → target", tmp_path) as callbacks:
        assert callbacks == []
    assert list(tmp_path.iterdir()) == []


def test_names_are_read_once_each_and_spaces_are_no_names(monkeypatch):
    monkeypatch.setenv(VARIABLE, " wandb, tensorboard,wandb, ")
    assert wanted() == ("wandb", "tensorboard")


def test_an_unknown_tracker_is_an_error_that_says_what_is_legal(monkeypatch):
    monkeypatch.setenv(VARIABLE, "tensorboard,mlflow")
    with pytest.raises(
        TrackerError, match="no tracker 'mlflow'; the trackers are tensorboard, wandb"
    ):
        wanted()


def test_tensorboard_gets_the_curves_of_a_run_and_changes_no_bit(monkeypatch, tmp_path, made):
    pytest.importorskip("tensorboard")
    untracked = files_of(job_in(tmp_path / "without", made))
    monkeypatch.setenv(VARIABLE, "tensorboard")
    job = job_in(tmp_path / "with", made)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tensorboard's own
        tracked = files_of(job)
        curves = curves_in(tmp_path / "with" / "tensorboard" / job.id[:12])
    assert tracked == untracked
    assert [event.step for event in curves["train_loss"]]
    assert len(curves["valid_loss"]) == STAGE.validations
    told = store.read_epochs(job.records, job.id)["validation_loss"]
    assert [event.value for event in curves["valid_loss"]] == pytest.approx(told.tolist())


def curves_in(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {name: events.Scalars(name) for name in events.Tags()["scalars"]}


WITH_WANDB = """
import sys, warnings
from pathlib import Path
sys.path.insert(0, {root!r})
warnings.simplefilter("ignore")
from cxrstudy.runs import store
from cxrstudy.runs.run import execute
from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_job, make_role
folder = Path(sys.argv[1])
made = make_role(folder, images=40)
job = make_job(Chain(TINY) >> STAGE, made.role, made.maps, folder / "store")
files = store.read(job.records, execute(job)).files
print("files", *(files[name] for name in sys.argv[2:]))
"""


@pytest.mark.slow
def test_wandb_writes_its_files_offline_and_changes_no_bit(tmp_path, made, monkeypatch):
    """In a process of its own: wandb starts a service, and fastai's callback imports much."""
    pytest.importorskip("wandb")
    monkeypatch.delenv(VARIABLE, raising=False)
    untracked = files_of(job_in(tmp_path / "without", made))
    done = subprocess.run(
        [sys.executable, "-c", WITH_WANDB.format(root=str(ROOT)), str(tmp_path), *FILES],
        env=os.environ | {VARIABLE: "wandb", "WANDB_MODE": "offline", "WANDB_SILENT": "true"},
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"files {' '.join(untracked)}" in done.stdout.splitlines()
    assert list((tmp_path / "wandb").glob("offline-run-*/run-*.wandb"))
    assert not (tmp_path / "without" / "wandb").exists()
