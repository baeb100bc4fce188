"""Run: the same job is the same record, bit by bit, and a chain goes on from where it was."""

from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from cxrstudy.base import device
from cxrstudy.base.own_function import own_function
from cxrstudy.runs import engine, scoring_record, store
from cxrstudy.runs.network import load_network
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.runs.score_table import score_table
from cxrstudy.runs.scores import all_scores, read_scores
from cxrstudy.runs.store import StoreError
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.parts import RecipeError
from cxrstudy.training.plateau import plateau
from tests.support.builders import STAGE, TINY, make_job, make_pool, make_role
from tests.support.some import some

START = Chain(TINY)
TARGET = STAGE.but(scored_on=("external",))
# Long enough that a stage after it starts from something learnt.
GENERAL = STAGE.but(roles=("general",), mixup=0.3, steps=64)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Roles, with the pixels of all of them."""
    folder = tmp_path_factory.mktemp("pixels")
    made = {
        "target": make_role(folder),
        "external": make_role(folder, name="external", images=20, seed=1),
        "general": make_role(folder, "multilabel", ("a", "b", "c"), name="general", unknown=0.3),
    }
    maps = {name: path for member in made.values() for name, path in member.maps.items()}
    return made, maps


@pytest.fixture(scope="module", autouse=True)
def settings():
    """Leave torch as it was found."""
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


def jobs_of(world, records, *stages, start=START):
    """Jobs of a chain, parents first."""
    made, maps = world
    jobs, chain, parent = [], start, None
    for stage in stages:
        chain = chain >> stage
        role = made[stage.roles[0]].role
        further = tuple(made[name].role for name in stage.scored_on)
        jobs.append(make_job(chain, role, maps, records, parent=parent, scored_on=further))
        parent = jobs[-1].id
    return jobs


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


def test_a_table_of_scores_may_have_other_labels_than_the_truth(world):
    made, _ = world
    role = made["general"].role
    table = score_table(role, np.array([3, 1]), "test", np.float32([[0.25], [0.5]]), ("covid19",))
    assert table["id"].tolist() == ["general-003", "general-001"]
    assert table["score_covid19"].tolist() == [0.25, 0.5]
    assert list(table.filter(like="truth_")) == ["truth_a", "truth_b", "truth_c"]


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


# --- Functions of one's own -----------------------------------------------------------------------

OWN = """from torch import nn
from beside import GAMMA
from fastai.losses import FocalLossFlat


def change(parts):
    return parts.but(loss=FocalLossFlat(gamma=GAMMA))


def small(channels, outputs, width=4):
    body = [nn.Conv2d(channels, width, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*body, nn.Linear(width, outputs))
"""


def test_recipe_and_network_reach_a_fresh_process_without_their_files(world, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_file.py").write_text(OWN)
    (tmp_path / "beside.py").write_text("GAMMA = 3.0\n")
    network = own_function("own_file:small", width=8)
    stages = (STAGE.but(recipe="own_file:change"), GENERAL)
    start = Chain(Start("small", function=network))
    here, there = tmp_path / "here", tmp_path / "there"
    jobs = [jobs_of(world, records, *stages, start=start) for records in (here, there)]
    (tmp_path / "beside.py").unlink()
    (tmp_path / "own_file.py").write_text("1 / 0\n")
    for job in jobs[0]:
        execute(job)
    with engine.local(1) as executor:
        for job in jobs[1]:
            executor.submit(execute, job).result()
    for first, second in some(zip(*jobs, strict=True)):
        for name in (SCORES, EPOCHS, BACKBONE, HEAD):
            content = (folder / job.id / name for folder, job in ((here, first), (there, second)))
            assert len({path.read_bytes() for path in content}) == 1
    record = store.read(here, jobs[0][0].id)
    assert record.own_functions == {"recipe": stages[0].recipe, "network": network}
    assert record.identity["stage"]["recipe"]["function"] == "change"
    loaded = load_network(here, jobs[0][1].id)
    assert loaded.model[0].out_channels == 8


def test_a_recipe_that_changes_what_the_network_computes_is_refused(world, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_file.py").write_text(
        "def change(parts):\n    model = parts.model\n    plain = model.forward\n"
        "    model.forward = lambda images: 2 * plain(images)\n    return parts\n"
    )
    (job,) = jobs_of(world, tmp_path / "store", STAGE.but(recipe="own_file:change"))
    with pytest.raises(RecipeError, match="changed what the network computes, not only its weigh"):
        execute(job)
    assert not store.has(tmp_path / "store", job.id)
