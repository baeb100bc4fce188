"""Loss: what is not known does not count."""

import math

import numpy as np
import pytest
import torch
from fastai.callback.core import Callback
from fastai.callback.mixup import MixUp
from fastai.callback.progress import ProgressCallback  # noqa: F401, gives a learner no_bar
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from torch import nn
from torch.nn import functional

from cxrstudy.training.loss import KnownBinaryCrossEntropy, loss_of, probabilities

sizes = st.tuples(st.integers(1, 6), st.integers(1, 5))
draws = st.integers(0, 2**31 - 1)


def logits_and_truth(size, draw):
    generator = torch.Generator().manual_seed(draw)
    logits = 5 * torch.randn(size, generator=generator)
    return logits, torch.rand(size, generator=generator).round()


def hidden(size, draw):
    """Entries that nobody knows."""
    return torch.rand(size, generator=torch.Generator().manual_seed(draw + 1)) < 0.5


@given(sizes, draws)
def test_is_torchs_binary_cross_entropy_when_every_label_is_known(size, draw):
    logits, truth = logits_and_truth(size, draw)
    expected = functional.binary_cross_entropy_with_logits(logits, truth)
    torch.testing.assert_close(KnownBinaryCrossEntropy()(logits, truth), expected)


@given(sizes, draws)
def test_is_the_mean_over_the_known_entries(size, draw):
    logits, truth = logits_and_truth(size, draw)
    unknown = hidden(size, draw)
    loss = KnownBinaryCrossEntropy()(logits, truth.masked_fill(unknown, math.nan))
    if unknown.all():
        assert loss == 0
        return
    known = ~unknown
    expected = functional.binary_cross_entropy_with_logits(logits[known], truth[known])
    torch.testing.assert_close(loss, expected)


@given(sizes, draws)
def test_an_unknown_label_has_no_gradient_and_a_known_one_its_share_of_the_error(size, draw):
    logits, truth = logits_and_truth(size, draw)
    unknown = hidden(size, draw)
    logits.requires_grad_()
    KnownBinaryCrossEntropy()(logits, truth.masked_fill(unknown, math.nan)).backward()
    assert (logits.grad[unknown] == 0).all()
    error = (logits.detach().sigmoid() - truth) / (~unknown).sum().clamp(min=1)
    torch.testing.assert_close(logits.grad[~unknown], error[~unknown])


def test_a_batch_of_unknown_labels_gives_zero_and_finite_gradients():
    logits = torch.randn(4, 3, requires_grad=True)
    loss = KnownBinaryCrossEntropy()(logits, torch.full((4, 3), math.nan))
    loss.backward()
    assert loss == 0
    assert (logits.grad == 0).all()


def test_an_undecided_logit_costs_the_logarithm_of_two_whatever_is_hidden_beside_it():
    truth = torch.tensor([[1.0, math.nan], [math.nan, math.nan]])
    logits = torch.tensor([[0.0, 30.0], [30.0, -30.0]])
    assert KnownBinaryCrossEntropy()(logits, truth).item() == pytest.approx(math.log(2))


def test_without_reduction_an_image_has_the_mean_of_its_known_labels():
    unknown = math.nan
    truth = torch.tensor([[1, 0, unknown], [unknown, unknown, 1], [unknown, unknown, unknown]])
    logits = torch.tensor([[0.0, 2.0, 9.0], [1.0, 2.0, 0.0], [1.0, 2.0, 3.0]])
    each = KnownBinaryCrossEntropy(reduction="none")(logits, truth)
    first = (math.log(2) + math.log(1 + math.exp(2))) / 2
    assert each.tolist() == pytest.approx([first, math.log(2), 0])


def test_classes_have_softmax_cross_entropy_and_labels_the_masked_one():
    logits = torch.tensor([[1.0, 2.0, -1.0], [0.0, 0.5, 0.0]])
    classes = torch.tensor([2, 1])
    expected = functional.cross_entropy(logits, classes)
    assert loss_of("multiclass")(logits, classes).item() == pytest.approx(expected.item())
    assert isinstance(loss_of("multilabel"), KnownBinaryCrossEntropy)
    assert isinstance(loss_of("binary"), KnownBinaryCrossEntropy)


def test_large_logits_keep_the_order_of_their_images():
    """In float32 a quarter of these scores is exactly one, and the AUROC is .002 lower."""
    truth = np.arange(1000) < 500
    logits = 16 * (1.2 * truth - 0.2 + np.random.default_rng(0).normal(0, 0.6, 1000))
    given = torch.tensor(np.stack([0 * logits, logits], axis=1), dtype=torch.float32)
    expected = roc_auc_score(truth, logits)
    for kind, column in (("multiclass", 1), ("binary", 1)):
        found = probabilities(given, kind).numpy()[:, column]
        assert found.dtype == np.float64
        assert roc_auc_score(truth, found) == pytest.approx(expected, abs=1e-4)


@given(sizes, draws)
def test_probabilities_of_classes_add_up_and_those_of_labels_stand_alone(size, draw):
    logits, _ = logits_and_truth(size, draw)
    values = logits.double().numpy()
    powers = np.exp(values)
    classes = probabilities(logits, "multiclass").numpy()
    np.testing.assert_allclose(classes, powers / powers.sum(1, keepdims=True), rtol=1e-4, atol=1e-6)
    for kind in ("multilabel", "binary"):
        alone = probabilities(logits, kind).numpy()
        np.testing.assert_allclose(alone, 1 / (1 + np.exp(-values)), rtol=1e-4, atol=1e-6)


class Spy(Callback):
    """Keeps what MixUp made of every training batch."""

    order = 70  # after MixUp

    def __init__(self):
        self.seen = []

    def after_loss(self):
        if self.training:
            mix = self.learn.mix_up
            self.seen.append((self.pred, self.yb[0], mix.yb1[0], mix.lam, self.loss_grad))


def mixed(kind, truth):
    """Train a step on what MixUp makes of a batch, and return the step as it was seen."""
    images = torch.randn(len(truth), 5, generator=torch.Generator().manual_seed(3))
    batch = [(images, truth)]
    torch.manual_seed(4)
    spy = Spy()
    learner = Learner(
        DataLoaders(batch, batch, device="cpu"),
        nn.Linear(5, 3),
        loss_func=loss_of(kind),
        cbs=[MixUp(0.4), spy],
    )
    with learner.no_bar(), learner.no_logging():
        learner.fit(1)
    (step,) = spy.seen
    return step


def test_mixup_of_classes_weights_the_losses_of_both_images():
    truth = torch.tensor([0, 1, 2, 1, 0, 2])
    logits, first, second, weight, loss = mixed("multiclass", truth)
    assert ((weight >= 0.5) & (weight < 1)).any()
    of_first = functional.cross_entropy(logits, first, reduction="none")
    of_second = functional.cross_entropy(logits, second, reduction="none")
    expected = (weight * of_first + (1 - weight) * of_second).mean()
    assert not torch.equal(first, second)
    torch.testing.assert_close(loss, expected)


def test_mixup_of_labels_knows_only_what_is_known_of_both_images():
    unknown = math.nan
    truth = torch.tensor(
        [[0, 1, unknown], [1, unknown, 0], [1, 1, 1], [0, 0, 0], [1, 0, unknown], [0, 1, 1]]
    )
    logits, made, second, weight, loss = mixed("multilabel", truth)
    expected = weight[:, None] * truth + (1 - weight[:, None]) * second
    torch.testing.assert_close(made, expected, equal_nan=True)
    known = ~(truth.isnan() | second.isnan())
    assert 0 < known.sum() < known.numel()
    mean = functional.binary_cross_entropy_with_logits(logits[known], expected[known])
    torch.testing.assert_close(loss, mean)
