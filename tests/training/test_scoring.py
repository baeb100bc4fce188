"""Scoring: the probabilities of each image, whatever is scored beside it."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_auc_score
from torch import nn

from cxrstudy.runs.score_table import read_table, score_table
from cxrstudy.training import scoring
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import build
from cxrstudy.training.scoring import macro_auroc, score
from tests.support.builders import TINY, make_role
from tests.support.some import some

STATISTICS = ExpectedInput((0.4,), (0.2,), "grey")
KINDS = ("multiclass", "multilabel", "binary")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"))


@pytest.fixture
def model():
    model = build(TINY, 3, seed=2, backbone=None)
    with torch.no_grad():
        model.fc.weight.mul_(20)  # scores that differ from image to image
        model.train()(torch.randn(16, 1, 32, 32))
    return model.eval()


def squashed(logits, kind):
    powers = np.exp(logits)
    return powers / powers.sum(1, keepdims=True) if kind == "multiclass" else powers / (1 + powers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_score_is_the_probability_that_the_network_gives_to_the_normalised_image(
    made, model, kind
):
    rows = np.array([70, 3, 3, 12])
    found = score(model, made.pixels, rows, kind, STATISTICS)
    images = np.load(made.file)[rows].astype(np.float64)
    normalised = torch.from_numpy((images / 255 - 0.4) / 0.2).float()[:, None]
    with torch.no_grad():
        logits = model(normalised).double().numpy()
    assert found.shape == (4, 3)
    assert found.dtype == np.float64
    assert found.std(0).min() > 1e-3
    np.testing.assert_allclose(found, squashed(logits, kind), rtol=1e-4, atol=1e-6)


def test_images_are_scored_alone_although_in_batches(made, model, monkeypatch):
    rows = np.arange(50)
    whole = score(model, made.pixels, rows, "multiclass", STATISTICS)
    monkeypatch.setattr(scoring, "BATCH", 7)
    pieces = score(model, made.pixels, rows, "multiclass", STATISTICS)
    np.testing.assert_allclose(whole, pieces, atol=1e-5)
    backwards = score(model, made.pixels, rows[::-1], "multiclass", STATISTICS)
    np.testing.assert_allclose(whole, backwards[::-1], atol=1e-5)


def test_a_network_that_was_training_is_neither_random_nor_changed(made, model):
    rows = np.arange(20)
    expected = score(model, made.pixels, rows, "multiclass", STATISTICS)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    found = score(model.train(), made.pixels, rows, "multiclass", STATISTICS)
    np.testing.assert_array_equal(found, expected)
    assert all(torch.equal(value, before[name]) for name, value in some(model.state_dict().items()))


def test_images_go_to_the_device_of_the_network(made):
    """`meta` is a device that every machine has, so that this is no question of a GPU."""

    class Watching(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1, device="meta"))

        def forward(self, images):
            seen.append(str(images.device))
            return torch.zeros(len(images), 2)

    seen = []
    score(Watching(), made.pixels, np.arange(3), "multiclass", STATISTICS)
    assert seen == ["meta"]


# --- AUROC over labels --------------------------------------------------------------------------


def one_by_pairs(truth, scores):
    """Share of the pairs of a positive and a negative that are in order, ties counting half."""
    pairs = list(itertools.product(scores[truth == 1], scores[truth == 0]))
    return np.mean([(a > b) + 0.5 * (a == b) for a, b in pairs])


levels = st.sampled_from([np.float32(value) for value in (0, 0.125, 0.25, 0.5, 0.75, 1)])
entries = st.sampled_from([np.float32(0), np.float32(1), np.float32(np.nan)])
shapes = st.tuples(st.integers(1, 12), st.integers(1, 4))


@given(
    shapes.flatmap(
        lambda shape: st.tuples(
            hnp.arrays(np.float32, shape, elements=entries),
            hnp.arrays(np.float32, shape, elements=levels),
        )
    )
)
def test_is_the_mean_over_labels_of_ordered_pairs_among_what_is_known(tables):
    truth, scores = tables
    both = [column for column in range(truth.shape[1]) if {0, 1} <= set(truth[:, column])]
    values = [one_by_pairs(truth[:, column], scores[:, column]) for column in both]
    found = macro_auroc(truth, scores)
    if values:
        assert found == pytest.approx(np.mean(values))
    else:
        assert np.isnan(found)


def test_is_scikit_learns_macro_average_of_one_class_against_the_rest():
    random = np.random.default_rng(0)
    classes = random.integers(0, 3, 60)
    scores = random.random((60, 3)).astype(np.float32)
    scores /= scores.sum(1, keepdims=True)
    truth = np.eye(3, dtype=np.float32)[classes]
    expected = roc_auc_score(classes, scores.astype(np.float64), multi_class="ovr", average="macro")
    assert macro_auroc(truth, scores) == pytest.approx(expected, abs=1e-6)


def test_a_label_with_one_outcome_says_nothing_and_is_left_out():
    truth = np.float32([[1, 1], [0, 1], [0, np.nan]])
    scores = np.float32([[0.9, 0.1], [0.2, 0.9], [0.3, 0.5]])
    assert macro_auroc(truth, scores) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_a_saturated_network_keeps_the_order_of_its_images(made, model, kind, tmp_path):
    rows = np.arange(60)
    mild = score(model, made.pixels, rows, kind, STATISTICS)
    odds = np.log(mild) - np.log1p(-mild)
    with torch.no_grad():
        # Log odds of up to 30, of which float32 would make ones.
        factor = 30 / np.abs(odds).max()
        model.fc.weight.mul_(factor)
        model.fc.bias.mul_(factor)
    steep = score(model, made.pixels, rows, kind, STATISTICS)
    assert (steep.astype(np.float32) == 1).sum() > (steep == 1).sum() == 0
    table = score_table(made.role, rows, "test", steep[:, :2], made.role.labels)
    table.to_csv(tmp_path / "scores.csv", index=False)
    read = read_table(tmp_path / "scores.csv")
    truth = (np.arange(60) % 3 == 0).astype(float)
    for column, label in some(enumerate(made.role.labels)):
        again = read[f"score_{label}"].to_numpy()
        np.testing.assert_array_equal(again, steep[:, column])
        assert abs(roc_auc_score(truth, again) - roc_auc_score(truth, steep[:, column])) < 1e-9
        if kind != "multiclass":
            assert roc_auc_score(truth, again) == roc_auc_score(truth, mild[:, column])
