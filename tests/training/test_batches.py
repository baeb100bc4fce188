"""Batches: which images, in which order, with whose truth."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.role import Role
from cxrstudy.training import batches
from cxrstudy.training.batches import loaders, permutations, target_tensor
from cxrstudy.training.subset import training_rows
from tests.support import grey_levels
from tests.support.builders import STAGE, make_pool, make_role, save_pixels
from tests.support.grey_levels import EXPECTS, levels
from tests.support.some import some

folder = grey_levels.folder


@pytest.fixture(scope="module")
def numbered(folder):
    """Images that are all of one grey level, their row's number; truth that repeats it."""
    made = make_role(folder, "multilabel", ("a", "b", "c"), name="numbered", images=80)
    rows = np.arange(80)
    save_pixels(made.file, np.broadcast_to(rows[:, None, None], (80, 32, 32)).astype(np.uint8))
    truth = np.stack([rows / 100, -rows / 100, np.full(80, np.nan)], axis=1).astype(np.float32)
    return Role("numbered", "multilabel", made.role.labels, made.role.table, truth), made.pixels


@pytest.fixture(name="plain")
def unaugmented(monkeypatch):
    """Take the augmentation out."""
    monkeypatch.setattr(batches, "augmentation", lambda flip: [])


def rows_of(loader):
    """Row numbers, read from the grey levels, of every batch of an epoch."""
    return [levels(images).mean((1, 2, 3)).round().int().tolist() for images, _ in plain(loader)]


def plain(loader):
    """Batches as plain tensors, without fastai's types."""
    return ([part.as_subclass(torch.Tensor) for part in batch] for batch in loader)


def made_loaders(numbered, **changes):
    role, pixels = numbered
    return loaders(role, pixels, STAGE.but(**changes), EXPECTS, "cpu")


@given(st.integers(1, 40), st.integers(0, 200), st.integers(0, 2**32))
def test_an_image_returns_only_after_all_others_were_seen(count, length, seed):
    drawn = list(itertools.islice(permutations(count, np.random.default_rng(seed)), length))
    for end in range(length + 1):
        seen = Counter(drawn[:end])
        times = [seen[image] for image in range(count)]
        assert max(times) - min(times) <= 1


@pytest.mark.usefixtures("plain")
def test_every_training_image_is_seen_equally_often_across_epochs(numbered):
    role, _ = numbered
    loader = made_loaders(numbered, steps=24, batch_size=8, validations=4).train
    seen = Counter(row for _ in range(4) for batch in rows_of(loader) for row in batch)
    training = set(role.rows("train").tolist())
    assert set(seen) == training
    assert len(training) == 48
    assert set(seen.values()) == {24 * 8 // 48}


@pytest.mark.usefixtures("plain")
def test_an_epoch_has_its_share_of_the_steps_and_every_batch_is_full(numbered):
    loader = made_loaders(numbered, steps=21, batch_size=10, validations=3).train
    for _ in range(3):
        assert [len(batch) for batch in rows_of(loader)] == [10] * 7
    assert len(loader) == 7


@pytest.mark.usefixtures("plain")
def test_a_batch_larger_than_the_training_split_is_still_full(numbered):
    loader = made_loaders(numbered, steps=1, batch_size=100, validations=1).train
    (batch,) = rows_of(loader)
    assert len(batch) == 100
    assert max(Counter(batch).values()) - min(Counter(batch).values()) <= 1


@pytest.mark.usefixtures("plain")
def test_the_order_depends_on_the_seed_and_on_nothing_else(numbered):
    def order(seed, noise):
        torch.manual_seed(noise)
        np.random.seed(noise)  # noqa: NPY002, fastai uses it
        return rows_of(made_loaders(numbered, seed=seed).train)

    assert order(0, 1) == order(0, 2)
    assert order(0, 1) != order(1, 1)


@pytest.mark.usefixtures("plain")
def test_a_repeat_sees_the_images_in_another_order(numbered):
    first, again, once_more = (
        rows_of(made_loaders(numbered, repeat=number).train) for number in (0, 1, 1)
    )
    assert first != again
    assert again == once_more


@pytest.mark.usefixtures("plain")
def test_truth_stays_with_its_image_in_training(numbered):
    for images, truth in some(plain(made_loaders(numbered).train)):
        rows = levels(images).mean((1, 2, 3))
        torch.testing.assert_close(
            100 * truth[:, 0], rows.as_subclass(torch.Tensor), atol=0.01, rtol=0
        )
        torch.testing.assert_close(truth[:, 1], -truth[:, 0])
        assert truth[:, 2].isnan().all()


def test_validation_sees_each_of_its_images_once_in_order_and_unchanged(numbered):
    role, _ = numbered
    loader = made_loaders(numbered, batch_size=2, flip=True).valid
    seen, expected = [], role.rows("validation").tolist()
    for images, truth in some(plain(loader)):
        grey = levels(images)
        assert torch.allclose(grey, grey.round(), atol=1e-3)
        rows = grey[:, 0, 0, 0].round().int()
        assert (grey.round() == rows[:, None, None, None]).all()
        torch.testing.assert_close(100 * truth[:, 0], rows.float().as_subclass(torch.Tensor))
        seen += rows.tolist()
    assert seen == expected
    assert len(expected) == 12


def test_validation_is_the_same_every_time(numbered):
    loader = made_loaders(numbered).valid
    assert rows_of(loader) == rows_of(loader)


@pytest.mark.usefixtures("plain")
def test_truth_stays_with_its_image_in_a_pool(folder):
    members = [
        make_role(folder, "binary", (label,), name=label, images=40)
        for label in ("first", "second")
    ]
    for level, made in zip((60, 160), members, strict=True):
        # The level says which role an image is of, and 1 more that it is positive.
        values = level + made.role.truth[:, 0]
        save_pixels(
            made.file, np.broadcast_to(values[:, None, None], (40, 32, 32)).astype(np.uint8)
        )
    role, pixels = make_pool(*members)
    for images, truth in some(plain(loaders(role, pixels, STAGE, EXPECTS, "cpu").train)):
        for level, known in some(
            zip(levels(images).mean((1, 2, 3)).round().tolist(), truth, strict=True)
        ):
            column = int(level >= 160)
            assert known[column] == level - (60, 160)[column]
            assert known[1 - column].isnan()


@pytest.mark.usefixtures("plain")
def test_only_the_share_is_trained_on(numbered):
    role, _ = numbered
    loader = made_loaders(numbered, fraction=0.25, steps=6, batch_size=8, validations=1).train
    seen = {row for batch in rows_of(loader) for row in batch}
    assert seen == set(training_rows(role, STAGE.but(fraction=0.25)).tolist())
    assert len(seen) == 12


@pytest.mark.parametrize(("split", "use"), [("train", "training"), ("validation", "validation")])
def test_an_empty_split_is_an_error_that_names_role_and_use(folder, split, use):
    made = make_role(folder, name="hollow")
    made.role.table["split"] = made.role.table["split"].replace(split, "test")
    with pytest.raises(ValueError, match=rf"'hollow'.*{use}"):
        loaders(made.role, made.pixels, STAGE, EXPECTS, "cpu")


def test_classes_are_numbers_and_labels_keep_what_is_unknown():
    classes = target_tensor(np.float32([[0, 1, 0], [1, 0, 0]]), "multiclass")
    assert classes.tolist() == [1, 0]
    assert classes.dtype == torch.int64
    matrix = np.float32([[0, np.nan], [1, 0]])
    for kind in ("multilabel", "binary"):
        np.testing.assert_array_equal(target_tensor(matrix, kind).numpy(), matrix)


def test_batches_go_to_the_device_that_was_asked_for(numbered):
    """`meta` is a device that every machine has, so that this is no question of a GPU."""
    role, pixels = numbered
    asked = loaders(role, pixels, STAGE, EXPECTS, "meta")
    found = {asked.device, asked.train.device, asked.valid.device}
    assert set(map(torch.device, found)) == {torch.device("meta")}
