"""Worker: fit for a run, or said at once why not."""

import os
import platform
from dataclasses import replace
from pathlib import Path

import pytest

from cxrstudy.base import arithmetic, device
from cxrstudy.base.coverage import code_of, environment
from cxrstudy.runs import worker
from cxrstudy.runs.worker import WorkerError, complaints, needs_of, perform
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.weight_files import UNKNOWN, sha256_of
from tests.support.builders import STAGE, TINY, make_job, make_role

HERE = {
    "environment": environment(),
    "arithmetic": arithmetic.facts(device.kind()),
}


@pytest.fixture
def job(tmp_path):
    """A job whose plan was made on this machine, with this code."""
    made = make_role(tmp_path, images=10)
    job = make_job(Chain(TINY) >> STAGE, made.role, made.maps, tmp_path / "store")
    return replace(job, identity=job.identity | HERE, code=code_of("run"))


def but(job, **identity):
    return replace(job, identity=job.identity | identity)


def said(*jobs):
    return "; ".join(complaints(needs_of(jobs)))


def test_a_worker_like_the_planner_is_fit(job):
    assert complaints(needs_of([job])) == []
    job.records.mkdir()
    assert complaints(needs_of([job])) == []
    assert list(job.records.iterdir()) == []  # what was tried is gone


def test_what_a_fit_worker_is_given_is_executed(job, monkeypatch):
    monkeypatch.setattr(worker, "execute", lambda given: given.id)
    assert perform(job) == job.id


def test_what_an_unfit_worker_is_given_is_refused_before_anything_is_computed(job, monkeypatch):
    monkeypatch.setattr(worker, "execute", lambda _: pytest.fail("executed"))
    with pytest.raises(WorkerError) as error:
        perform(but(job, environment={"torch": "1.0"}))
    assert str(error.value) == (
        f"worker on {platform.node()} differs from the plan in the version of torch; "
        "install the same there"
    )


def test_each_folder_is_named_once_by_a_file_that_is_not_in_it(job):
    maps = {str(n): Path(f"/nowhere/pixels/{n}.npy") for n in range(3)}
    text = said(replace(job, maps=maps))
    assert text.count("/nowhere/pixels") == 1
    assert "2.npy in the shared folder /nowhere/pixels; mount the study" in text


def test_a_store_that_can_not_be_written_to_is_named(job, tmp_path):
    file = tmp_path / "file"
    file.touch()
    assert said(replace(job, records=file)) == f"can't write to the shared folder {file}"
    unmounted = tmp_path / "not" / "mounted" / "store"
    assert said(replace(job, records=unmounted)) == f"can't write to the shared folder {unmounted}"


def test_weights_are_looked_for_in_the_workers_own_data_folder(job, tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    start = Start("resnet10t", f"file:weights/mine.safetensors#{'0' * 64}")
    user_supplied = replace(job, chain=Chain(start) >> STAGE)
    assert "has no weights/mine.safetensors in its data folder" in said(user_supplied)
    assert str(tmp_path) in said(user_supplied)
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "mine.safetensors").touch()
    assert said(user_supplied) == ""


def test_a_later_stage_needs_no_initial_weights(job):
    start = Start("resnet10t", "file:weights/mine.safetensors#00")
    assert said(but(replace(job, chain=Chain(start) >> STAGE), parent="f" * 64)) == ""


@pytest.mark.parametrize(
    ("identity", "named"),
    [
        (
            {"environment": HERE["environment"] | {"numpy": "0", "timm": "0"}},
            "version of numpy, timm;",
        ),
        ({"environment": HERE["environment"] | {"python": "2.7"}}, "in the version of python;"),
    ],
)
def test_other_versions_are_named(job, identity, named):
    assert named in said(but(job, **identity))


def test_other_code_is_named(job):
    other = replace(job, code={**job.code, "training.loss": "0"})
    assert "differs from the plan in the code of training.loss;" in said(other)


def test_other_bytes_of_the_initial_weights_are_refused(job):
    assert "has weights imagenet with SHA-256" in said(with_weights(job, "0" * 64))
    here = sha256_of("imagenet", "tf_efficientnet_lite0")
    assert said(with_weights(job, here)) == ""


def test_weights_that_nobody_knew_when_planning_are_refused(job):
    assert "weights imagenet" in said(with_weights(job, UNKNOWN))


def with_weights(job, sha256):
    start = Start("tf_efficientnet_lite0", "imagenet")
    return replace(job, chain=Chain(start) >> STAGE, identity=job.identity | {"weights": sha256})


def test_another_kind_of_processor_is_said_with_how_to_plan_for_it(job):
    other = "cuda" if device.kind() == "cpu" else "cpu"
    text = said(but(job, arithmetic=[other, ""]))
    assert f"computes on {device.kind()}, but the plan is for {other}" in text
    assert f"set CXRSTUDY_DEVICE={device.kind()} where" in text


def test_jobs_together_need_what_each_of_them_needs(job, tmp_path):
    other = replace(job, records=Path("/nowhere/store"), maps={"x": Path("/elsewhere/x.npy")})
    text = said(job, other)
    assert "/nowhere/store" in text
    assert "/elsewhere" in text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_store_is_named(job):
    job.records.mkdir(mode=0o500)
    assert "can't write" in said(job)
