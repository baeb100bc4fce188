"""Batches: which images, in which order, changed how, with whose truth."""

import itertools
from collections import Counter

import numpy as np
import pytest
import torch
from fastai.torch_core import TensorImage
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.role import Role
from cxrstudy.training import batches
from cxrstudy.training.batches import augmentation, loaders, permutations, target_tensor
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.subset import training_rows
from tests.support.builders import STAGE, make_pool, make_role, save_pixels
from tests.support.some import some

STATISTICS = (0.25, 0.5)
EXPECTS = ExpectedInput((0.25,), (0.5,), "grey")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pixels")


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


def levels(images, statistics=STATISTICS):
    """Grey levels of a normalised batch."""
    mean, deviation = statistics
    return (images * deviation + mean) * 255


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


def test_images_are_one_grey_channel_and_augmentation_keeps_shape_and_range(folder):
    made = make_role(folder, name="shape")
    loader = loaders(made.role, made.pixels, STAGE, EXPECTS, "cpu").train
    originals = set(made.pixels[made.role.rows("train")].reshape(48, -1).mean(1).tolist())
    for images, truth in some(loader):
        assert images.shape == (8, 1, 32, 32)
        assert images.dtype == torch.float32
        assert truth.dtype == torch.int64
        assert levels(images).min() >= -1e-3
        assert levels(images).max() <= 255 + 1e-3
        assert not originals & set(levels(images).mean((1, 2, 3)).tolist())


def test_augmentation_changes_an_image_in_another_way_each_time(folder):
    made = make_role(folder, name="again", images=4)
    made.role.table["split"] = ["train", "train", "validation", "test"]
    loader = loaders(made.role, made.pixels, STAGE.but(batch_size=16), EXPECTS, "cpu").train
    images, _ = loader.one_batch()
    assert len(torch.unique(images.flatten(1), dim=0)) == 16


@pytest.fixture(scope="module")
def marked(folder):
    """Black images with a white marker in the upper left corner."""
    made = make_role(folder, name="marked", images=80)
    images = np.zeros((80, 64, 64), np.uint8)
    images[:, 8:16, 8:16] = 255
    save_pixels(made.file, images)
    return made.role, made.pixels


def quarters(marked, flip):
    """Share of augmented images whose brightest quarter is upper left, upper right, and lower."""
    role, pixels = marked
    torch.manual_seed(0)
    stage = STAGE.but(flip=flip, steps=8, batch_size=32, validations=1)
    counts = Counter()
    for images, _ in loaders(role, pixels, stage, EXPECTS, "cpu").train:
        halves = levels(images)[:, 0].unflatten(1, (2, 32)).unflatten(3, (2, 32)).mean((2, 4))
        counts.update(halves.flatten(1).argmax(1).tolist())
    return [counts[quarter] / counts.total() for quarter in range(4)]


def test_left_stays_left_unless_a_flip_is_asked_for(marked):
    assert quarters(marked, flip=False) == [1, 0, 0, 0]


def test_a_flip_that_is_asked_for_mirrors_half_of_the_images(marked):
    upper_left, upper_right, *lower = quarters(marked, flip=True)
    assert lower == [0, 0]
    # 256 images: four standard errors of a fair coin.
    assert upper_left + upper_right == 1
    assert upper_right == pytest.approx(0.5, abs=4 * 0.5 / 16)


@pytest.fixture
def only(monkeypatch):
    """Augment with one kind of change, the others being switched off."""
    still = {"ROTATION": 0.0, "TRANSLATION": 0.0, "ZOOM": 1.0, "LIGHTING": 0.0}

    def change(images, name):
        for other, value in still.items():
            if other != name:
                monkeypatch.setattr(batches, other, value)
        torch.manual_seed(0)
        changed = TensorImage(images.expand(300, 1, *images.shape))
        for transform in sorted(augmentation(flip=False), key=lambda transform: transform.order):
            changed = transform(changed, split_idx=0)
        return changed[:, 0].as_subclass(torch.Tensor)

    return change


def moments(images):
    """Mass, centre and orientation (in degrees) of what is bright on black."""
    grid = torch.arange(images.shape[-1]) - (images.shape[-1] - 1) / 2
    mass = images.sum((1, 2))
    x, y = (images.sum(1) * grid).sum(1) / mass, (images.sum(2) * grid).sum(1) / mass
    dx, dy = grid[None, None, :] - x[:, None, None], grid[None, :, None] - y[:, None, None]
    xx, yy, xy = ((images * product).sum((1, 2)) for product in (dx * dx, dy * dy, dx * dy))
    return mass, x, y, torch.rad2deg(0.5 * torch.atan2(2 * xy, xx - yy))


def spans(values, low, high):
    """Whether values keep to a range, and come near both of its ends."""
    margin = 0.1 * (high - low)
    below, above = low - values.min(), values.max() - high
    return bool(-margin < below < 0.3 * margin and -margin < above < 0.3 * margin)


def square(side, size):
    image = torch.zeros(side, side)
    first = (side - size) // 2
    image[first : first + size, first : first + size] = 0.9
    return image


def test_nothing_but_a_blank_change_is_left_when_all_augmentation_is_off(only):
    image = square(101, 9)
    torch.testing.assert_close(only(image, "none"), image.expand(300, 101, 101), atol=1e-4, rtol=0)


def test_translation_is_up_to_its_share_of_the_image_in_all_directions(only):
    _, right, down, _ = moments(only(square(101, 9), "TRANSLATION"))
    assert spans(right / 101, -batches.TRANSLATION, batches.TRANSLATION)
    assert spans(down / 101, -batches.TRANSLATION, batches.TRANSLATION)
    assert abs(np.corrcoef(right, down)[0, 1]) < 0.3


def test_rotation_is_up_to_its_angle_both_ways_about_the_centre(only):
    bar = torch.zeros(101, 101)
    bar[48:53, 20:81] = 0.9
    _, right, down, angle = moments(only(bar, "ROTATION"))
    assert spans(angle, -batches.ROTATION, batches.ROTATION)
    assert max(right.abs().max(), down.abs().max()) < 0.1


def test_zoom_is_up_to_its_factor_both_ways(only):
    image = square(101, 41)
    mass, *_ = moments(only(image, "ZOOM"))
    assert spans((mass / image.sum()).sqrt(), 1 / batches.ZOOM, batches.ZOOM)


def test_lighting_stretches_the_contrast_and_shifts_the_brightness_by_their_share(only):
    image = torch.full((8, 8), 0.3)
    image[:, 4:] = 0.7
    dark, bright = only(image, "LIGHTING").logit().unflatten(2, (2, 4)).mean((1, 3)).unbind(1)
    before = image.logit()
    contrast = (bright - dark) / (before[0, 7] - before[0, 0])
    share = 1 - batches.LIGHTING
    assert spans(contrast.log(), np.log(share), -np.log(share))
    # 0.3 and 0.7 lie evenly about one half, so that their mean moves with the brightness alone.
    brightness = ((bright + dark) / 2 / contrast).sigmoid()
    assert spans(brightness, 0.5 * share, 0.5 * (1 + batches.LIGHTING))


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
