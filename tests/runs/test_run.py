"""Run: the same job is the same record, bit by bit, and a chain goes on from where it was."""

from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from cxrstudy.base import device
from cxrstudy.runs import engine, scoring_record, store
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.runs.scores import all_scores, read_scores
from cxrstudy.runs.store import StoreError
from cxrstudy.training.plateau import plateau
from tests.support import small_jobs
from tests.support.builders import STAGE, TINY, make_job, make_pool
from tests.support.small_jobs import GENERAL, START, TARGET, jobs_of
from tests.support.some import some

world, settings = small_jobs.world, small_jobs.settings


def body(records, run):
    return safetensors.torch.load_file(store.checked(records, run, BACKBONE))


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return tmp_path_factory.mktemp("records")


@pytest.fixture(scope="module")
def recorded(world, records):
    """Ids of the runs of one chain, general → target."""
    return [execute(job) for job in jobs_of(world, records, GENERAL, TARGET)]


@pytest.fixture(scope="module")
def alone(world, records):
    """Id of the target's run from random weights."""
    (job,) = jobs_of(world, records, TARGET)
    return execute(job)


# --- Bits ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_fresh_process_and_this_one_side_by_side_leave_the_same_bits_as_before(
    world, records, recorded, tmp_path
):
    folders = fresh, here = [tmp_path / "fresh", tmp_path / "here"]
    with engine.local(1) as executor:
        for place in range(2):
            working = executor.submit(execute, jobs_of(world, fresh, GENERAL, TARGET)[place])
            assert execute(jobs_of(world, here, GENERAL, TARGET)[place]) == recorded[place]
            assert working.result() == recorded[place]
    for run in some(recorded):
        for name in (SCORES, EPOCHS, BACKBONE):
            one, other = (folder / run / name for folder in folders)
            assert one.read_bytes() == other.read_bytes(), name
            assert one.read_bytes() == (records / run / name).read_bytes(), name


def test_another_seed_leaves_other_bits(world, records, alone):
    (job,) = jobs_of(world, records, TARGET.but(seed=1))
    other = execute(job)
    assert other != alone
    for name in (SCORES, EPOCHS, BACKBONE):
        assert (records / other / name).read_bytes() != (records / alone / name).read_bytes()


def test_the_number_of_threads_that_torch_had_does_not_matter(world, alone, records, tmp_path):
    torch.set_num_threads(2)
    (job,) = jobs_of(world, tmp_path, TARGET)
    execute(job)
    assert (tmp_path / alone / BACKBONE).read_bytes() == (records / alone / BACKBONE).read_bytes()


def test_an_operation_that_cannot_be_repeated_is_an_error_and_no_warning(world, tmp_path):
    torch.use_deterministic_algorithms(False)
    (job,) = jobs_of(world, tmp_path, STAGE)
    execute(job)
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.is_deterministic_algorithms_warn_only_enabled()


# --- The record ---------------------------------------------------------------------------------


def test_the_record_says_what_was_run_on_what(records, recorded):
    general, target = (store.read(records, run) for run in recorded)
    assert (general.chain, target.chain) == ("random → general", "random → general → target")
    assert (general.parent, target.parent) == (None, general.id)
    assert (general.task, target.task) == ("multilabel", "multiclass")
    assert target.labels == ["normal", "covid19"]
    assert target.images == {
        "target train": 48, "target validation": 12, "target test": 20,
    }  # fmt: skip
    assert target.patients == 24
    assert target.samples_seen == TARGET.steps * TARGET.batch_size
    history = store.read_epochs(records, target.id)
    assert target.plateau == plateau(history)
    assert target.at_plateau == target.plateau.word
    assert set(target.seconds) == {"training", "scoring"}
    assert min(target.seconds.values()) >= 0
    assert target.peak_memory_bytes > 50 * 2**20
    assert target.device == device.name(device.kind())
    assert set(target.files) == {SCORES, EPOCHS, BACKBONE, HEAD}
    assert {path.name for path in (records / target.id).iterdir()} == {RUN, *target.files}


def test_a_share_counts_the_patients_that_were_used(world, tmp_path):
    (job,) = jobs_of(world, tmp_path, STAGE.but(fraction=0.25))
    record = store.read(tmp_path, execute(job))
    assert record.patients == 6
    assert record.images["target train"] == 12


@pytest.mark.parametrize("place", [0, 1])
def test_every_validation_and_test_image_is_scored_once_with_its_truth(
    world, records, recorded, place
):
    made, _ = world
    scorings = scoring_record.by_run(records).get(recorded[place], [])
    table = all_scores(records, recorded[place], scorings)
    wanted = [("general", "validation"), ("general", "test")] if place == 0 else [
        ("target", "validation"), ("target", "test"), ("external", "test")
    ]  # fmt: skip
    assert list(dict.fromkeys(zip(table["role"], table["split"], strict=True))) == wanted
    for name, split in some(wanted):
        role = made[name].role
        rows = role.rows(split)
        scored = table[(table["role"] == name) & (table["split"] == split)]
        expected = role.table.iloc[rows]
        for column in ("id", "patient", "source"):
            assert scored[column].tolist() == expected[column].tolist()
        truth = scored[[f"truth_{label}" for label in role.labels]].to_numpy(np.float32)
        np.testing.assert_array_equal(truth, role.truth[rows])
        scores = scored[[f"score_{label}" for label in role.labels]].to_numpy()
        assert ((scores >= 0) & (scores <= 1)).all()
        assert role.task != "multiclass" or scores.sum(1) == pytest.approx(1, abs=1e-6)
    if place == 0:
        assert table.filter(like="truth_").isna().any(axis=None)


def test_the_epochs_have_a_row_an_evaluation(records, recorded):
    table = store.read_epochs(records, recorded[1])
    losses = ["train_loss", "validation_loss"]
    assert list(table) == ["step", *losses, "validation_auroc", "learning_rate"]
    assert table["step"].tolist() == [4, 8]


# --- Chains -------------------------------------------------------------------------------------


def test_a_chain_goes_on_from_the_body_before_it(records, recorded, alone):
    after, fresh = (read_scores(records, run) for run in (recorded[1], alone))
    assert after["id"].tolist() == fresh["id"].tolist()
    assert (after["score_covid19"] != fresh["score_covid19"]).mean() > 0.9


def test_without_learning_the_body_stays_the_one_before_it(world, records, recorded):
    still = TARGET.but(learning_rate=1e-12, weight_decay=0.0)
    *_, job = jobs_of(world, records, GENERAL, still)
    before, after = body(records, recorded[0]), body(records, execute(job))
    assert before.keys() == after.keys()
    for name, value in some(before.items()):
        # Running statistics follow the images, whatever the rate.
        if "running" not in name and "batches_tracked" not in name:
            torch.testing.assert_close(after[name], value, rtol=0, atol=1e-8)
    (fresh,) = jobs_of(world, records, still)
    assert not torch.allclose(
        body(records, execute(fresh))["conv1.0.weight"], before["conv1.0.weight"]
    )


def test_a_pool_of_roles_is_trained_on_and_scored(world, tmp_path):
    made, maps = world
    role, _ = make_pool(made["general"], made["target"])
    job = make_job(START >> STAGE.but(roles=("general", "target")), role, maps, tmp_path)
    table = read_scores(tmp_path, execute(job))
    assert set(table["role"]) == {"general+target"}
    assert table["id"].str.startswith("general").sum() == table["id"].str.startswith("target").sum()
    of_target = table["id"].str.startswith("target")
    assert table.loc[of_target, ["truth_a", "truth_b", "truth_c"]].isna().all(axis=None)
    assert table.loc[~of_target, ["truth_normal", "truth_covid19"]].isna().all(axis=None)
    assert table.filter(like="score_").notna().all(axis=None)


def test_an_altered_parent_is_refused_and_nothing_is_left(world, records, recorded, tmp_path):
    parent, child = jobs_of(world, tmp_path, GENERAL, TARGET)
    execute(parent)
    path = tmp_path / parent.id / BACKBONE
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(StoreError, match=rf"{parent.id}.{BACKBONE}: missing or altered"):
        execute(child)
    assert not store.has(tmp_path, child.id)


def test_a_missing_parent_is_refused(world, tmp_path):
    *_, child = jobs_of(world, tmp_path, GENERAL, TARGET)
    with pytest.raises(StoreError, match="no such record"):
        execute(child)


def test_a_parent_of_another_architecture_is_refused(world, records, recorded, tmp_path):
    *_, child = jobs_of(world, records, GENERAL, TARGET.but(seed=9))
    wider = replace(TINY, options=(("channels", (8, 8, 8, 16)),))
    with pytest.raises(ValueError, match="same architecture and options"):
        execute(replace(child, chain=replace(child.chain, start=wider)))


def test_an_interruption_while_training_leaves_nothing(world, tmp_path, monkeypatch):
    from cxrstudy.training import train

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "fit_stage", interrupted)
    (job,) = jobs_of(world, tmp_path, TARGET)
    with pytest.raises(KeyboardInterrupt):
        execute(job)
    assert list(tmp_path.iterdir()) == []
