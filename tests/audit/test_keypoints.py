"""Descriptions of key points: turned, mirrored and inverted surroundings are described alike."""

import numpy as np

from cxrstudy.audit.keypoints import TURNS, WIDTH, KeyPoints, key_points, second_positions
from tests.support.audited import scenes


def _in_the_image(points: KeyPoints) -> np.ndarray:
    """Descriptions turned back: (n, row, column)."""
    at = np.arange(WIDTH) - WIDTH // 2
    x, y = np.tile(at, WIDTH), np.repeat(at, WIDTH)
    middle = WIDTH // 2
    turned = TURNS[points.position] @ np.stack([x, y])
    places = (turned[:, 1] + middle) * WIDTH + turned[:, 0] + middle
    return np.take_along_axis(points.description, places, 1)


def test_the_second_position_shows_the_same_surroundings() -> None:
    points = key_points(scenes(6, np.random.default_rng(0), 64), 40)
    number = np.arange(len(points.x), dtype=np.float32)
    second = second_positions(points._replace(x=number))
    of = second.x.astype(int)
    assert 0 < len(of) < len(number)
    assert (second.position != points.position[of]).all()
    np.testing.assert_allclose(_in_the_image(second), _in_the_image(points)[of])
    np.testing.assert_array_equal(second.image, points.image[of])


def test_a_mirrored_turned_and_inverted_image_has_the_same_descriptions() -> None:
    image = scenes(1, np.random.default_rng(1), 64)
    changed = 255 - np.rot90(image[:, :, ::-1], axes=(1, 2))
    one, other = (key_points(np.ascontiguousarray(images), 30) for images in (image, changed))
    nearest = (one.description @ other.description.T).max(1)
    assert np.median(nearest) > 0.99
