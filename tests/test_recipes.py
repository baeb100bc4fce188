"""The ten recipes beside the notebooks: against computations of their own, killed, and short."""

import ast
import json
from functools import cache

import numpy as np
import pytest
import torch
from fastai.callback.core import Callback
from fastai.torch_core import set_seed
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st
from torch.nn import functional

from cxrstudy.base import device, places
from cxrstudy.base.own_function import own_function
from cxrstudy.training.batches import loaders
from cxrstudy.training.checkpoint import Checkpoint
from cxrstudy.training.layers import layer_groups
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.parts import RecipeError
from cxrstudy.training.train import fit_stage, make_learner, train
from tests.support.builders import STAGE, TINY, make_role
from tests.support.commands import cxrstudy
from tests.support.some import some

LONG = STAGE.but(steps=12, validations=4)
NAMES = (
    "label_smoothing", "focal_loss", "class_weights", "cutmix", "gradual_unfreezing",
    "progressive_resizing", "averaged_weights", "radam", "early_stopping", "patient_balanced",
)  # fmt: skip
LOGITS = torch.tensor([[2.0, -1.0], [0.3, 0.4], [-1.0, 3.0]])
TARGET = torch.tensor([0, 0, 1])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(scope="module", autouse=True)
def settings():
    """Leave torch as it was found."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Killed(BaseException):
    """What the test lets happen to a process."""


class KillAt(Callback):
    def __init__(self, step):
        self.left = step

    def after_step(self):
        self.left -= 1
        if self.left < 0:
            raise Killed


class Spy(Callback):
    """Keeps what the network was given, and what came of it."""

    order = 90

    def __init__(self):
        self.sides, self.losses, self.weights, self.gradients = [], [], [], []
        self.trained, self.rates, self.batches, self.hypers = [], [], [], []

    def after_pred(self):
        if self.training:
            self.sides.append(self.x.shape[-1])
            self.batches.append((self.x.clone(), self.y.clone(), self.pred.detach().clone()))

    def before_step(self):
        self.losses.append(float(self.loss.detach()))
        weights = list(self.learn.model.parameters())
        self.gradients.append([None if w.grad is None else w.grad.clone() for w in weights])
        self.trained.append([w.requires_grad for w in weights])
        self.rates.append([group["lr"] for group in self.opt.hypers])
        self.hypers.append(dict(self.opt.hypers[-1]))

    def after_step(self):
        state = self.learn.model.state_dict()
        self.weights.append({name: value.clone() for name, value in state.items()})


def recipe(name, **arguments):
    return own_function(f"recipes:{name}", **arguments)


def learner(made, stage):
    model = build(TINY, 2, stage.seed, None)
    dls = loaders(made.role, made.pixels, stage, expected_input_of(model), device.kind())
    return make_learner(model, dls, stage)


def trained(made, stage, *callbacks):
    """The learner after its training, and what a spy saw."""
    learn, spy = learner(made, stage), Spy()
    learn.add_cbs([spy, *callbacks])
    with learn.no_bar(), learn.no_logging():
        fit_stage(learn, stage)
    return learn, spy


def run(made, stage, *callbacks):
    model = build(TINY, 2, stage.seed, None)
    expects = expected_input_of(model)
    table = train(model, made.role, made.pixels, stage, expects, device.kind(), callbacks)
    return table, {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    assert one[0].equals(other[0])
    assert all(torch.equal(value, other[1][name]) for name, value in one[1].items())


@cache
def tree():
    return ast.parse((places.notebooks() / "recipes.py").read_text())


def lines_of(name):
    """Lines of code of a function or class and of those that it uses, without docstrings."""
    there = {each.name: each for each in tree().body if hasattr(each, "name")}
    waiting, used = [name], set()
    while waiting:
        used.add(now := waiting.pop())
        names = {n.id for n in ast.walk(there[now]) if isinstance(n, ast.Name)}
        waiting += sorted((names & there.keys()) - used)
    return sum(map(length, (there[each] for each in used)))


def length(node):
    """Lines of a definition in the file that hold code."""
    text = (places.notebooks() / "recipes.py").read_text().splitlines()
    first = node.body[1] if ast.get_docstring(node) else node.body[0]
    lines = [text[node.lineno - 1], *text[first.lineno - 1 : node.end_lineno]]
    return sum(bool(line.strip()) for line in lines)


def test_each_takes_at_most_ten_lines():
    assert {name: n for name in NAMES if (n := lines_of(name)) > 10} == {}
    functions = [each for each in tree().body if isinstance(each, ast.FunctionDef)]
    assert [each.name for each in functions if ast.get_docstring(each)] == list(NAMES)


#: One that changes the loss and one with a state of its own; the others are killed by slow tests.
USUAL = ("label_smoothing", "averaged_weights")


@pytest.mark.parametrize(
    "name",
    [name if name in USUAL else pytest.param(name, marks=pytest.mark.slow) for name in NAMES],
)
def test_killed_it_goes_on_to_the_same_bits(made, tmp_path, name):
    stage, path = LONG.but(recipe=recipe(name)), tmp_path / "x.checkpoint"
    undisturbed = run(made, stage)
    with pytest.raises(Killed):
        run(made, stage, Checkpoint(path, every=0), KillAt(7))
    assert path.exists()
    set_seed(99)
    same(run(made, stage, Checkpoint(path, every=0)), undisturbed)


# --- Each against a computation of its own --------------------------------------------------------


def loss_by(made, name, **arguments):
    stage = LONG.but(recipe=recipe(name, **arguments))
    return float(learner(made, stage).loss_func(LOGITS, TARGET))


def test_label_smoothing_gives_a_part_of_the_label_to_all_classes(made):
    wanted = np.array([[0.85, 0.15], [0.85, 0.15], [0.15, 0.85]])
    logs = np.log(np.exp(LOGITS.numpy()) / np.exp(LOGITS.numpy()).sum(1, keepdims=True))
    expected = -(wanted * logs).sum(1).mean()
    assert loss_by(made, "label_smoothing", eps=0.3) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_focal_loss_lets_easy_images_count_less(made, gamma):
    chance = np.exp(LOGITS.numpy()) / np.exp(LOGITS.numpy()).sum(1, keepdims=True)
    right = chance[np.arange(3), TARGET.numpy()]
    expected = (-((1 - right) ** gamma) * np.log(right)).mean()
    assert loss_by(made, "focal_loss", gamma=gamma) == pytest.approx(expected, rel=1e-6)


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Labels of which several may be present, and some are unknown."""
    return make_role(tmp_path_factory.mktemp("labels"), "multilabel", unknown=0.2)


@pytest.mark.parametrize("name", NAMES)
def test_where_each_label_is_present_or_absent_it_trains_or_says_that_it_cannot(labelled, name):
    stage = LONG.but(steps=4, validations=2, recipe=recipe(name))
    if name in ("label_smoothing", "class_weights"):
        with pytest.raises(RecipeError, match=f"{name} needs classes that exclude one another"):
            learner(labelled, stage)
        return
    _, spy = trained(labelled, stage)
    assert len(spy.losses) == 4
    assert np.isfinite(spy.losses).all()


@given(
    st.lists(st.tuples(st.floats(-8, 8), st.sampled_from([0.0, 1.0, np.nan])), min_size=1),
    st.floats(0, 5),
)
@settings_of_hypothesis(deadline=None)
def test_focal_loss_of_labels_is_the_mean_over_those_that_are_known(labelled, entries, gamma):
    stage = LONG.but(recipe=recipe("focal_loss", gamma=gamma))
    logits, truth = np.array(entries).T
    known = ~np.isnan(truth)
    right = 1 / (1 + np.exp(np.where(truth == 1, -logits, logits)))
    losses = (-((1 - right) ** gamma) * np.log(right))[known]
    found = learner(labelled, stage).loss_func(
        torch.tensor(logits)[:, None], torch.tensor(truth)[:, None]
    )
    assert float(found) == pytest.approx(losses.mean() if known.any() else 0, abs=1e-9, rel=1e-6)


def test_with_class_weights_each_class_counts_alike(made):
    rows = made.role.rows("train")
    share = made.role.truth[rows].mean(0)
    assert share[0] != share[1]
    chance = functional.log_softmax(LOGITS, 1).numpy()[np.arange(3), TARGET.numpy()]
    weight = 1 / share[TARGET.numpy()]
    expected = -(weight * chance).sum() / weight.sum()
    assert loss_by(made, "class_weights") == pytest.approx(expected, rel=1e-5)


def test_cutmix_cuts_a_rectangle_and_gives_its_share_of_the_label(made):
    stage = LONG.but(recipe=recipe("cutmix"))
    _, spy = trained(made, stage)
    learn = learner(made, stage)
    cut = next(each for each in learn.cbs if type(each).__name__ == "CutMix")
    seen = []

    class Before(Callback):
        order = cut.order - 1

        def before_batch(self):
            if self.training:
                seen.append((self.x.clone(), self.y.clone()))

    learn.add_cb(Before())
    with learn.no_bar(), learn.no_logging():
        fit_stage(learn, stage)
    for (whole, target), (mixed, _, logits), loss in some(
        zip(seen, spy.batches, spy.losses, strict=True)
    ):
        inside = (whole != mixed).any(0).any(0)
        area = int(inside.any(1).sum() * inside.any(0).sum())
        share = 1 - area / inside.numel()
        partners = [
            next(i for i in range(8) if torch.equal(whole[i][:, inside], each[:, inside]))
            for each in mixed
        ]
        both = [
            functional.cross_entropy(logits, torch.as_tensor(y.data), reduction="none")
            for y in (target, target[partners])
        ]
        expected = (share * both[0] + (1 - share) * both[1]).mean()
        assert loss == pytest.approx(float(expected), rel=1e-5)


def test_the_head_is_trained_first_and_earlier_groups_learn_slower(made):
    learn, spy = trained(made, LONG.but(recipe=recipe("gradual_unfreezing", ratio=100.0)))
    groups = layer_groups(learn.model)
    norms = {
        id(each)
        for layer in learn.model.modules()
        if isinstance(layer, torch.nn.BatchNorm2d)
        for each in layer.parameters()
    }
    place = {id(w): n for n, group in enumerate(groups) for w in group}
    for step, flags in some(enumerate(spy.trained)):
        first = max(0, len(groups) - 1 - step // 3)
        for weight, on in some(zip(learn.model.parameters(), flags, strict=True)):
            # fastai trains batch norms in frozen groups too
            assert on == (place[id(weight)] >= first or id(weight) in norms)
    first, last = spy.weights[0], spy.weights[2]
    body = [name for name, value in first.items() if value.ndim == 4]
    assert body
    assert all(torch.equal(first[name], last[name]) for name in some(body))
    peak = np.array(spy.rates).max(0)
    assert peak[-1] == pytest.approx(LONG.learning_rate, rel=0.1)  # the peak lies between two steps
    ratios = peak[1:] / peak[:-1]
    np.testing.assert_allclose(ratios, 100 ** (1 / (len(groups) - 1)), rtol=1e-6)


def test_images_have_half_the_side_in_the_first_half(made):
    _, spy = trained(made, LONG.but(recipe=recipe("progressive_resizing")))
    assert spy.sides == [16] * 6 + [32] * 6


def test_the_average_is_what_is_kept(made):
    decay = 0.9
    learn, spy = trained(made, LONG.but(recipe=recipe("averaged_weights", decay=decay)))
    plain, other = trained(made, LONG)
    assert spy.losses == other.losses
    name = "head.fc.weight" if "head.fc.weight" in spy.weights[0] else "fc.weight"
    mean = spy.weights[0][name]
    for weights in spy.weights[1:]:
        mean = decay * mean + (1 - decay) * weights[name]
    torch.testing.assert_close(learn.model.state_dict()[name], mean, rtol=1e-5, atol=1e-7)
    assert not torch.equal(learn.model.state_dict()[name], plain.model.state_dict()[name])


def test_the_other_optimiser_is_pytorchs_own(made):
    stage = LONG.but(recipe=recipe("radam"))
    learn, spy = trained(made, stage)
    weights = list(learner(made, stage).model.parameters())
    reference = torch.optim.RAdam(weights)
    names = [name for name, _ in learn.model.named_parameters()]
    for gradients, hypers, after in some(zip(spy.gradients, spy.hypers, spy.weights, strict=True)):
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        reference.param_groups[0] |= {
            "lr": hypers["lr"], "betas": (hypers["mom"], 0.999), "weight_decay": hypers["wd"],
        }  # fmt: skip
        reference.step()
        for name, weight in some(zip(names, weights, strict=True)):
            torch.testing.assert_close(after[name], weight.detach())


def test_training_ends_when_the_loss_has_not_fallen(made):
    stage = STAGE.but(steps=40, validations=20, learning_rate=0.05)
    whole = run(made, stage)[0]["validation_loss"].to_numpy()
    waited, best, stop = 0, np.inf, len(whole)
    for number, loss in enumerate(whole, 1):
        waited, best = (0, loss) if loss < best else (waited + 1, best)
        if waited == 1:
            stop = number
            break
    assert stop < len(whole)
    stage = stage.but(recipe=recipe("early_stopping", patience=1))
    found = run(made, stage)[0]
    assert len(found) == stop
    np.testing.assert_array_equal(found["validation_loss"], whole[:stop])


def test_every_patient_is_drawn_equally_often(made):
    dls = learner(made, LONG.but(recipe=recipe("patient_balanced"))).dls
    patients = dls.train.items["patient"].to_numpy()
    drawn = np.concatenate([dls.train.get_idxs() for _ in range(8)])
    times = np.unique(patients[drawn], return_counts=True)[1]
    assert len(times) == len(set(patients))
    assert times.max() - times.min() <= 1
    assert len(set(drawn)) > len(set(patients))


def test_a_plan_with_recipes_is_json_too():
    said = json.loads(cxrstudy("plan", "16", "--json").out)
    recipes = [
        stage["changes"]["recipe"] for stage in said["stages"] if "recipe" in stage["changes"]
    ]
    assert recipes
    assert all("recipes" in recipe for recipe in some(recipes))
