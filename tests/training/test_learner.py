"""Learner: habits of fastai's users, each for its result."""

import warnings

import fastai.vision.all  # noqa: F401 (it gives learners summary, lr_find and others)
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch
from fastai.callback.progress import CSVLogger, ProgressCallback
from fastai.callback.tracker import SaveModelCallback
from fastai.interpret import ClassificationInterpretation
from fastai.learner import load_learner
from PIL import Image
from sklearn.metrics import confusion_matrix

from cxrstudy.training.dataloaders import RadiographLoaders
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.scoring import macro_auroc, score
from cxrstudy.training.train import fit_stage, make_learner, train
from tests.support.builders import STAGE, TINY, make_role

MIXED = STAGE.but(mixup=0.3)


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    """Leave torch as it was found, and write only where the test may."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    plt.close("all")


@pytest.fixture(scope="module")
def one_thread():
    """Sums in the same order, also in what is made once for the module."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def classes(tmp_path_factory, one_thread):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture(scope="module")
def labels(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pixels")
    return make_role(folder, "multilabel", ("a", "b", "c"), name="labels", unknown=0.3)


def network(made):
    return build(TINY, len(made.role.labels), 0, backbone=None)


def quiet_learner(made, stage=MIXED):
    model = network(made)
    dls = RadiographLoaders.of_stage(made.role, made.pixels, stage, expected_input_of(model))
    learn = make_learner(model, dls, stage)
    learn.remove_cb(ProgressCallback)
    learn.logger = lambda _: None
    return learn


def weights(model):
    return torch.cat([value.detach().flatten() for value in model.state_dict().values()])


@pytest.fixture(scope="module")
def recorded(classes):
    """Weights as the worker of a run trains them."""
    model = network(classes)
    train(model, classes.role, classes.pixels, MIXED, expected_input_of(model), "cpu")
    return model


LOOKS = {
    "nothing": lambda learn: None,
    "a batch": lambda learn: learn.dls.show_batch(),
    "a summary": lambda learn: learn.summary(),
    "rates": lambda learn: learn.lr_find(num_it=12, show_plot=False),
    "predictions": lambda learn: learn.get_preds(ds_idx=0),
}


@pytest.mark.parametrize("look", LOOKS)
def test_the_same_bits_as_the_worker_whatever_was_looked_at_before(classes, recorded, look):
    learn = quiet_learner(classes)
    LOOKS[look](learn)
    learn.fit_one_cycle(MIXED.validations, MIXED.learning_rate)
    assert torch.equal(weights(learn.model), weights(recorded))


def test_the_bit_schedule_is_a_callback_like_others(classes):
    stage = STAGE.but(schedule="bit")
    model = network(classes)
    train(model, classes.role, classes.pixels, stage, expected_input_of(model), "cpu")
    learn = quiet_learner(classes, stage)
    fit_stage(learn, stage)
    assert torch.equal(weights(learn.model), weights(model))


def test_a_second_training_goes_on_with_new_images(classes):
    learn = quiet_learner(classes, STAGE)
    orders = []
    batches = learn.dls.train.get_idxs
    learn.dls.train.get_idxs = lambda: orders.append(batches()) or orders[-1]
    learn.fit(1)
    learn.fit(1)
    assert orders[0] != orders[1]


@pytest.mark.parametrize("kind", ["classes", "labels"])
def test_predictions_are_those_of_scoring_to_the_last_bit(kind, request):
    made = request.getfixturevalue(kind)
    learn = quiet_learner(made)
    learn.fit_one_cycle(1)
    learn.model.to(memory_format=torch.contiguous_format)
    rows = made.role.rows("test")
    found, truth = learn.get_preds(dl=learn.dls.test_dl(made.role.table.iloc[rows], bs=128))
    model = learn.model
    expected = score(model, made.pixels, rows, made.role.task, expected_input_of(model))
    np.testing.assert_array_equal(found.numpy(), expected)
    given = made.role.truth[rows]
    np.testing.assert_array_equal(
        truth, given.argmax(1) if made.role.task == "multiclass" else given
    )


def test_validation_says_loss_and_macro_auroc(labels):
    learn = quiet_learner(labels)
    loss, auroc = learn.validate()
    scores, truth = (part.numpy() for part in learn.get_preds())
    known = ~np.isnan(truth)
    entropy = -np.where(truth == 1, np.log(scores), np.log(1 - scores))[known].mean()
    assert loss == pytest.approx(entropy, rel=1e-4)
    assert auroc == pytest.approx(macro_auroc(truth, scores))


def test_frozen_layers_keep_their_weights_and_fine_tune_trains_all(classes):
    learn = quiet_learner(classes, STAGE)
    assert len(learn.opt_func([[p] for p in learn.model.parameters()], lr=1).param_lists) > 6
    before = learn.model.conv1[0].weight.detach().clone(), learn.model.fc.weight.detach().clone()
    learn.freeze()
    learn.fit(1)
    assert torch.equal(learn.model.conv1[0].weight, before[0])
    assert not torch.equal(learn.model.fc.weight, before[1])
    learn.fine_tune(1)
    assert not torch.equal(learn.model.conv1[0].weight, before[0])
    assert learn.opt.hypers[0]["lr"] < learn.opt.hypers[-1]["lr"]


def test_the_confusion_matrix_is_that_of_scikit_learn(classes):
    learn = quiet_learner(classes)
    learn.fit_one_cycle(2, 0.02)
    scores, truth = learn.get_preds()
    found = ClassificationInterpretation.from_learner(learn)
    expected = confusion_matrix(truth, scores.argmax(1), labels=[0, 1])
    np.testing.assert_array_equal(found.confusion_matrix(), expected)
    found.plot_confusion_matrix()
    assert [text.get_text() for text in plt.gca().get_xticklabels()] == ["normal", "covid19"]


@pytest.mark.parametrize("kind", ["classes", "labels"])
def test_the_worst_errors_are_shown_worst_first(kind, request):
    made = request.getfixturevalue(kind)
    learn = quiet_learner(made)
    found = ClassificationInterpretation.from_learner(learn)
    losses, indices = found.top_losses(3)
    scores, truth = (part.numpy() for part in learn.get_preds())
    if kind == "classes":
        each = -np.log(scores[np.arange(12), truth])
    else:
        known = ~np.isnan(truth)
        entropy = -np.where(truth == 1, np.log(scores), np.log(1 - scores))
        each = np.nansum(np.where(known, entropy, 0), 1) / known.sum(1).clip(1)
    assert losses.tolist() == pytest.approx(sorted(each)[::-1][:3], rel=1e-4)
    found.plot_top_losses(3)
    shown = [axis.images[0].get_array() for axis in plt.gcf().axes if axis.images]
    rows = made.role.rows("validation")[indices.numpy()]
    assert np.abs(np.stack(shown) - made.pixels[rows]).max() <= 1


def test_results_are_shown_with_truth_and_prediction(classes):
    learn = quiet_learner(classes)
    learn.show_results(max_n=4, shuffle=False)
    shown = [axis.get_title().split("\n") for axis in plt.gcf().axes if axis.images]
    _, truth, decoded = learn.get_preds(with_decoded=True)
    pairs = torch.stack([truth[:4], decoded[:4]], 1).tolist()
    assert shown == [[learn.dls.vocab[place] for place in pair] for pair in pairs]


def test_the_best_weights_are_kept_and_the_history_is_written(classes):
    learn = quiet_learner(classes)
    learn.fit_one_cycle(2, 0.02, cbs=[SaveModelCallback(monitor="valid_loss"), CSVLogger()])
    history = pd.read_csv("history.csv")
    assert list(history)[:4] == ["epoch", "train_loss", "valid_loss", "macro_auroc"]
    assert len(history) == 2
    assert learn.validate()[0] == pytest.approx(history["valid_loss"].min(), rel=1e-5)
    learn.recorder.plot_loss()
    assert len(plt.gca().lines[0].get_xdata()) == len(learn.recorder.losses)


def test_a_learner_that_was_exported_predicts_the_same(classes):
    learn = quiet_learner(classes)
    learn.fit_one_cycle(1)
    Image.fromarray(np.tile(np.arange(60, dtype=np.uint8), (50, 1))).save("film.png")
    name, number, chances = learn.predict("film.png")
    assert name == learn.dls.vocab[int(number)]
    assert chances.sum().item() == pytest.approx(1)
    learn.export("learner.pkl")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # fastai's, about pickles of others
        back = load_learner("learner.pkl")
    again = back.predict("film.png")
    assert again[0] == name
    assert torch.equal(again[2], chances)
    assert list(back.dls.vocab) == ["normal", "covid19"]
