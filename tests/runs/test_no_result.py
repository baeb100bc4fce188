"""No result: nothing is trained after a failed training, and what is not trained says why."""

import errno
from concurrent.futures import Executor, Future
from dataclasses import replace
from types import SimpleNamespace

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from timm import create_model

from cxrstudy.base.identity import file_sha256
from cxrstudy.runs import no_result, store
from cxrstudy.runs.engine import execute_all
from cxrstudy.runs.outcome import FailedParentError, Outcome
from cxrstudy.runs.run import execute
from cxrstudy.runs.store import StoreError
from cxrstudy.runs.worker import perform
from cxrstudy.training.chain import Chain
from cxrstudy.training.divergence import DivergedError
from cxrstudy.training.expected_input import GREY_IMAGENET
from cxrstudy.training.weight_files import WeightsError
from tests.support.builders import STAGE, TINY, make_job, make_role
from tests.support.some import some
from tests.support.stores import write_identified

WORSE = Outcome(better_than_constant=False, p=0.4)
FAILING = (
    WORSE,
    Outcome(one_score=True, better_than_constant=False, p=1.0),
    Outcome(never_seen=["covid19"]),
    Outcome(never_known=["covid19"]),
)
#: Of each run of a forest: the place of its parent, and whether it has a result.
forests = st.integers(1, 9).flatmap(
    lambda count: st.tuples(
        *(
            st.tuples(
                st.none() | st.integers(0, place - 1) if place else st.none(),
                st.none() | st.sampled_from(FAILING),
            )
            for place in range(count)
        )
    )
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")


def jobs_of(made, folder, parents):
    """Jobs of a forest; the parent of each is given by its place."""
    jobs = []
    for number, place in enumerate(parents):
        parent = None if place is None else jobs[place]
        chain = (parent.chain if parent else Chain(TINY)) >> STAGE.but(seed=number)
        job = make_job(chain, made.role, made.maps, folder, parent=parent and parent.id)
        jobs.append(job)
    return jobs


def below_a_failure(forest):
    """Places of the runs with a failed one somewhere before them."""
    found = set()
    for place, (parent, _) in enumerate(forest):
        if parent is not None and (parent in found or forest[parent][1] is not None):
            found.add(place)
    return found


class InTurn(Executor):
    """Does at once what it is given."""

    def submit(self, work, *arguments):
        future = Future()
        future.set_result(work(*arguments))
        return future


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forests)
def test_an_engine_goes_on_with_all_runs_but_those_below_a_failure(made, tmp_path_factory, forest):
    folder = tmp_path_factory.mktemp("records")
    jobs = jobs_of(made, folder, [parent for parent, _ in forest])
    outcomes = {job.id: outcome for job, (_, outcome) in zip(jobs, forest, strict=True)}
    begun = []

    def work(job):
        begun.append(job.id)
        return write_identified(folder, job.identity, outcome=outcomes[job.id] or Outcome())

    execute_all({job.id: job for job in jobs}, InTurn(), work)
    never = {jobs[place].id for place in below_a_failure(forest)}
    assert sorted(begun) == sorted(set(outcomes) - never)
    planned = [SimpleNamespace(id=job.id, parent=job.identity["parent"]) for job in jobs]
    found = no_result.not_run(planned, folder)
    assert set(found) == never
    refused = 0
    for job in some(jobs):
        if job.id in never:
            with pytest.raises((FailedParentError, store.StoreError)):
                execute(job)
            refused += 1
    assert refused == len(never)


def test_what_is_left_out_is_told_with_the_run_that_is_the_reason(made, tmp_path, capsys):
    first, second, third, other = jobs_of(made, tmp_path, [None, 0, 1, None])

    def work(job):
        failing = job.id == first.id
        return write_identified(tmp_path, job.identity, outcome=WORSE if failing else Outcome())

    jobs = {job.id: job for job in (first, second, third, other)}
    execute_all(jobs, InTurn(), work)
    why = f"run {first.id[:12]} (random → target), has no result: not better than a constant"
    told = capsys.readouterr().err
    assert f"run {second.id[:12]} (random → target → target): not run: its parent, {why}" in told
    assert f"(random → target → target → target): not run: an earlier parent, {why}" in told
    assert told.count("not run") == 2
    assert f"training 4 runs: {2 * STAGE.samples_seen} in " in told
    with pytest.raises(FailedParentError, match=r"not run: its parent.*more steps, another learn"):
        execute(second)


@pytest.mark.parametrize("schedule", ["one-cycle", "bit"])
def test_a_diverged_training_leaves_a_note_and_is_not_tried_again(made, tmp_path, schedule, capsys):
    stage = STAGE.but(schedule=schedule, learning_rate=1e30)
    job = make_job(Chain(TINY) >> stage, made.role, made.maps, tmp_path)
    child = make_job(job.chain >> STAGE, made.role, made.maps, tmp_path, parent=job.id)
    with pytest.raises(DivergedError, match="the loss is not finite"):
        execute(job)
    note = no_result.note_path(tmp_path, job.id)
    assert [path.name for path in tmp_path.iterdir()] == [note.name]
    said = no_result.why_diverged(tmp_path, job.id)
    assert said.startswith("training diverged: the loss is not finite ")
    assert said.endswith(f"It is not tried again; delete {note} to do so")
    planned = [SimpleNamespace(id=each.id, parent=each.identity["parent"]) for each in (job, child)]
    (why,) = no_result.not_run(planned, tmp_path).values()
    assert why.startswith(f"not run: its parent, run {job.id[:12]} (random → target), has no resul")
    note.unlink()
    assert no_result.not_run(planned, tmp_path) == {}


def test_for_an_engine_a_diverged_training_is_no_error_and_others_go_on(made, tmp_path, capsys):
    bad = make_job(Chain(TINY) >> STAGE.but(learning_rate=1e30), made.role, made.maps, tmp_path)
    child = make_job(bad.chain >> STAGE, made.role, made.maps, tmp_path, parent=bad.id)
    good = make_job(Chain(TINY) >> STAGE, made.role, made.maps, tmp_path)
    jobs = {job.id: job for job in (bad, child, good)}
    execute_all(jobs, InTurn(), perform)
    assert store.has(tmp_path, good.id)
    assert not store.is_there(tmp_path, bad.id)
    assert not store.is_there(tmp_path, child.id)
    told = capsys.readouterr().err
    assert f"run {bad.id[:12]} (random → target): training diverged: the loss is not fin" in told
    assert f"not run: its parent, run {bad.id[:12]} (random → target), has no result: " in told


def test_a_run_that_succeeds_after_all_loses_its_note(made, tmp_path):
    job = make_job(Chain(TINY) >> STAGE, made.role, made.maps, tmp_path)
    no_result.leave_note(tmp_path, job.id, str(job.chain), "training diverged")
    execute(job)
    assert not no_result.note_path(tmp_path, job.id).exists()
    assert no_result.why_diverged(tmp_path, job.id) == ""


@pytest.mark.parametrize("place", ["conv1.0.weight", "layer1.0.bn1.running_var"])
def test_weights_that_are_not_finite_are_named_instead_of_the_rate(made, tmp_path, place):
    model = create_model("resnet10t", in_chans=1, num_classes=2, **dict(TINY.options))
    state = model.state_dict()
    state[place].view(-1)[0] = torch.nan
    file = tmp_path / "broken.safetensors"
    safetensors.torch.save_file(state, file)
    start = replace(TINY, weights=f"file:{file}#{file_sha256(file)}", expects=GREY_IMAGENET)
    job = make_job(Chain(start) >> STAGE, made.role, made.maps, tmp_path / "records")
    with pytest.raises(WeightsError, match=r"broken\.safetensors.*are NaN or infinite"):
        execute(job)
    assert list((tmp_path / "records").iterdir()) == []


def test_an_error_of_the_disk_that_names_no_file_names_the_checkpoint(made, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr("cxrstudy.runs.computation.compute", full)
    job = make_job(Chain(TINY) >> STAGE, made.role, made.maps, tmp_path)
    said = rf"{store.checkpoint_path(tmp_path, job.id)}: could not be written \(the disk is full"
    with pytest.raises(StoreError, match=said):
        execute(job)
