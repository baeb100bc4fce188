"""Training: what the stage asks for is what the network goes through."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from fastai.callback.core import Callback

from cxrstudy.data.role import Role
from cxrstudy.training import parts
from cxrstudy.training import train as training
from cxrstudy.training.divergence import DivergedError
from cxrstudy.training.known_labels import NothingToLearnError
from cxrstudy.training.loss import KnownBinaryCrossEntropy
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.schedule import bit_rate, scaled
from cxrstudy.training.scoring import macro_auroc, score
from cxrstudy.training.train import train
from tests.support.builders import STAGE, THIN, Made, make_pool, make_role
from tests.support.some import some

LEARNING = STAGE.but(steps=60, batch_size=16, validations=2, learning_rate=0.02)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pixels")


@pytest.fixture(scope="module")
def classes(folder):
    return make_role(folder, "multiclass", ("normal", "covid19"), images=120)


@pytest.fixture(scope="module")
def labels(folder):
    return make_role(folder, "multilabel", ("a", "b"), name="labels", images=160, unknown=0.3)


@pytest.fixture(autouse=True)
def settings():
    """Leave torch as it was found."""
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.use_deterministic_algorithms(before[0])
    torch.set_num_threads(before[1])


class Spy(Callback):
    """Keeps the optimiser's settings at every step, and how many images it saw."""

    order = 90

    def __init__(self):
        self.steps, self.images = [], 0

    def before_step(self):
        self.steps.append(dict(self.opt.hypers[-1]))
        self.images += len(self.x)

    def rates(self):
        return [float(settings["lr"]) for settings in self.steps]


@pytest.fixture
def spy(monkeypatch):
    spy, learner = Spy(), training.Learner
    monkeypatch.setattr(
        training, "Learner", lambda *a, cbs, **named: learner(*a, cbs=[*cbs, spy], **named)
    )
    return spy


def trained(role, pixels, stage, noise=None):
    """Train from random weights; ``noise`` disturbs all random numbers after these are drawn."""
    model = build(THIN, len(role.labels), stage.seed, backbone=None)
    if noise is not None:
        random.seed(noise)
        np.random.seed(noise)  # noqa: NPY002, the one that fastai uses
        torch.manual_seed(noise)
    table = train(model, role, pixels, stage, expected_input_of(model), "cpu")
    return model, table


def weights(model):
    return torch.cat([value.detach().flatten() for value in model.parameters()])


def auroc_of(model, made):
    rows = made.role.rows("test")
    scores = score(model, made.pixels, rows, made.role.task, expected_input_of(model))
    return macro_auroc(made.role.truth[rows], scores)


# --- The table of validations -------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "validations"), [(6, 1), (6, 3), (6, 6)])
def test_there_is_one_row_per_validation_with_its_step(classes, steps, validations):
    stage = STAGE.but(steps=steps, validations=validations)
    _, table = trained(classes.role, classes.pixels, stage)
    losses = ["train_loss", "validation_loss"]
    assert list(table) == ["step", *losses, "validation_auroc", "learning_rate"]
    assert table["step"].tolist() == list(
        range(steps // validations, steps + 1, steps // validations)
    )
    assert np.isfinite(table.to_numpy()).all()


@pytest.mark.parametrize("made", ["classes", "labels"])
def test_the_last_row_is_what_scoring_says_of_the_validation_split(made, request):
    made = request.getfixturevalue(made)
    model, table = trained(made.role, made.pixels, STAGE.but(steps=30, batch_size=16))
    rows = made.role.rows("validation")
    scores = score(model, made.pixels, rows, made.role.task, expected_input_of(model)).astype(float)
    truth = made.role.truth[rows]
    last = table.iloc[-1]
    assert last["validation_auroc"] == pytest.approx(macro_auroc(truth, scores), abs=1e-6)
    if made.role.task == "multiclass":
        entropy = -np.log(scores[truth == 1]).mean()
    else:
        known = ~np.isnan(truth)
        entropy = -np.where(truth == 1, np.log(scores), np.log(1 - scores))[known].mean()
    assert last["validation_loss"] == pytest.approx(entropy, rel=1e-3)


def test_without_both_outcomes_in_validation_the_auroc_is_unknown_and_training_goes_on(classes):
    table = classes.role.table.copy()
    positive = classes.role.truth[:, 1] == 1
    table.loc[(table["split"] == "validation") & positive, "split"] = "train"
    role = Role("one-sided", "multiclass", classes.role.labels, table, classes.role.truth)
    _, epochs = trained(role, classes.pixels, STAGE)
    assert epochs["validation_auroc"].isna().all()
    assert epochs["validation_loss"].notna().all()


# --- Steps and rates ----------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", ["one-cycle", "bit"])
def test_the_optimiser_takes_the_steps_and_sees_the_images_of_the_stage(classes, spy, schedule):
    stage = STAGE.but(steps=12, batch_size=8, validations=3, schedule=schedule)
    trained(classes.role, classes.pixels, stage)
    assert len(spy.steps) == 12
    assert spy.images == stage.samples_seen == 96


# The small rule divides the rate after 40, 60 and 80 % of the steps. 49 does not divide evenly.
@pytest.mark.parametrize(("steps", "validations"), [(50, 1), (50, 5), (60, 3), (49, 7)])
def test_the_bit_schedule_drives_the_optimiser_step_by_step(classes, spy, steps, validations):
    stage = STAGE.but(
        schedule="bit",
        steps=steps,
        validations=validations,
        batch_size=2,
        learning_rate=0.004,
        weight_decay=0.3,
    )
    trained(classes.role, classes.pixels, stage)
    supports = scaled((100, 200, 300, 400, 500), steps)
    assert spy.rates() == pytest.approx([bit_rate(step, supports, 0.004) for step in range(steps)])
    assert spy.rates()[0] == 0
    assert max(spy.rates()) == pytest.approx(0.004)
    assert min(spy.rates()[1:]) == pytest.approx(0.000004)
    assert {settings["wd"] for settings in spy.steps} == {0.0}
    assert {settings["mom"] for settings in spy.steps} == {0.9}


def test_one_cycle_climbs_to_the_rate_of_the_stage_and_comes_down_again(classes, spy):
    trained(classes.role, classes.pixels, STAGE.but(steps=40, learning_rate=0.02, weight_decay=0.3))
    rates = np.array(spy.rates())
    peak = rates.argmax()
    assert rates[peak] == pytest.approx(0.02, rel=0.02)
    assert 0 < peak < 20
    assert (np.diff(rates[: peak + 1]) > 0).all()
    assert (np.diff(rates[peak:]) < 0).all()
    assert rates[-1] < 0.001
    assert {settings["wd"] for settings in spy.steps} == {0.3}


def test_the_rule_counts_the_training_images_that_are_used(classes, spy, monkeypatch):
    counted = []
    rule = parts.bit_hyperrule
    monkeypatch.setattr(
        parts,
        "bit_hyperrule",
        lambda images, *size: counted.append(images) or rule(images, *size),
    )
    for share in (1.0, 0.25):
        trained(classes.role, classes.pixels, STAGE.but(schedule="bit", fraction=share))
    assert counted == [72, 18]


# --- Learning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("made", "inverted"), [("classes", True), ("labels", False)])
def test_a_signal_that_is_there_is_learnt_whichever_way_it_points(made, inverted, request):
    made = request.getfixturevalue(made)
    role = replace(made.role, truth=1 - made.role.truth) if inverted else made.role
    model, table = trained(role, made.pixels, LEARNING)
    assert auroc_of(model, Made(role, made.file)) > 0.95
    assert table["train_loss"].iloc[-1] < table["train_loss"].iloc[0]


def test_a_signal_that_is_not_there_is_not_learnt(classes):
    shuffled = np.random.default_rng(1).permutation(classes.role.truth)
    role = Role("shuffled", "multiclass", classes.role.labels, classes.role.table, shuffled)
    model, _ = trained(role, classes.pixels, LEARNING)
    rows = role.rows("test")
    scores = score(model, classes.pixels, rows, "multiclass", expected_input_of(model))
    # 30 images: three standard errors of an AUROC of one half.
    assert macro_auroc(shuffled[rows], scores) == pytest.approx(0.5, abs=0.33)


def test_the_bit_schedule_learns_too(classes):
    stage = LEARNING.but(schedule="bit", learning_rate=0.05)
    model, _ = trained(classes.role, classes.pixels, stage)
    assert auroc_of(model, classes) > 0.9


def test_a_binary_role_has_one_logit_and_is_learnt(folder):
    made = make_role(folder, "binary", ("pneumonia",), name="binary", images=120)
    model, _ = trained(made.role, made.pixels, LEARNING)
    assert model.num_classes == 1
    assert auroc_of(model, made) > 0.95


def test_a_pool_learns_both_of_its_roles_although_each_is_silent_about_the_other(folder):
    first = make_role(folder, "binary", ("first",), name="first", images=120)
    second = make_role(folder, "multiclass", ("normal", "covid19"), name="second", images=120)
    role, pixels = make_pool(first, second)
    assert np.isnan(role.truth).mean() == 0.5
    model, table = trained(role, pixels, LEARNING.but(steps=80))
    assert np.isfinite(table.to_numpy()).all()
    rows = role.rows("test")
    scores = score(model, pixels, rows, "multilabel", expected_input_of(model))
    for label in range(3):
        alone = macro_auroc(role.truth[rows][:, [label]], scores[:, [label]])
        assert alone > 0.9, role.labels[label]


def test_a_role_of_which_nothing_is_known_is_refused(labels):
    silent = np.full_like(labels.role.truth, np.nan)
    role = Role("silent", "multilabel", labels.role.labels, labels.role.table, silent)
    with pytest.raises(NothingToLearnError, match="role 'silent': no training image has a known"):
        trained(role, labels.pixels, STAGE)


def test_an_image_of_no_class_is_named(classes):
    truth = classes.role.truth.copy()
    truth[3] = np.nan
    role = Role("odd", "multiclass", classes.role.labels, classes.role.table, truth)
    name = role.table["id"].iloc[3]
    with pytest.raises(NothingToLearnError, match=f"image '{name}' is not of exactly one class"):
        trained(role, classes.pixels, STAGE)


@pytest.mark.parametrize("made", ["classes", "labels"])
@pytest.mark.parametrize("schedule", ["one-cycle", "bit"])
def test_a_training_that_diverges_says_at_which_step_and_rate(made, schedule, request):
    made = request.getfixturevalue(made)
    stage = STAGE.but(schedule=schedule, learning_rate=1e30)
    with pytest.raises(
        DivergedError,
        match=r"the loss is not finite (at|in the validation after) step \d of 8 \(rate .*× 10",
    ):
        trained(made.role, made.pixels, stage)


@pytest.mark.parametrize("made", ["classes", "labels"])
def test_mixup_mixes_and_the_signal_is_still_learnt(made, request):
    made = request.getfixturevalue(made)
    mixed, table = trained(made.role, made.pixels, LEARNING.but(mixup=0.4))
    assert np.isfinite(table.to_numpy()).all()
    assert torch.isfinite(weights(mixed)).all()
    assert auroc_of(mixed, made) > 0.9
    weakly, plain = (trained(made.role, made.pixels, STAGE.but(mixup=m))[0] for m in (0.01, 0.0))
    assert not torch.equal(weights(weakly), weights(plain))


def test_mixup_gives_the_loss_back_as_it_was(labels, monkeypatch):
    learners = []
    learner = training.Learner
    monkeypatch.setattr(
        training,
        "Learner",
        lambda *a, **named: learners.append(learner(*a, **named)) or learners[0],
    )
    trained(labels.role, labels.pixels, STAGE.but(mixup=0.4))
    assert isinstance(learners[0].loss_func, KnownBinaryCrossEntropy)
    assert learners[0].loss_func.reduction == "mean"


# --- Bits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, {"mixup": 0.4, "flip": True}, {"schedule": "bit"}])
def test_the_same_stage_gives_the_same_bits_and_another_seed_others(classes, changes):
    torch.use_deterministic_algorithms(True)
    stage = STAGE.but(**changes)
    first, table = trained(classes.role, classes.pixels, stage, noise=1)
    again, table_again = trained(classes.role, classes.pixels, stage, noise=2)
    assert torch.equal(weights(first), weights(again))
    assert table.equals(table_again)
    other, _ = trained(classes.role, classes.pixels, stage.but(seed=1))
    assert not torch.equal(weights(first), weights(other))


def test_a_trained_network_is_in_the_ordinary_layout_of_memory(classes):
    model, _ = trained(classes.role, classes.pixels, STAGE)
    assert all(value.is_contiguous() for value in some(model.state_dict().values()))
