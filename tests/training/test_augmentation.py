"""Augmentation: changes are as large as promised, both ways, and left stays left."""

from collections import Counter

import numpy as np
import pytest
import torch
from fastai.torch_core import TensorImage

from cxrstudy.training import batches
from cxrstudy.training.batches import augmentation, loaders
from tests.support import grey_levels
from tests.support.builders import STAGE, make_role, save_pixels
from tests.support.grey_levels import EXPECTS, levels
from tests.support.some import some

folder = grey_levels.folder


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
