"""Copies are found after every change alone, and images that are no copies are not."""

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import rotate, shift
from skimage.exposure import equalize_adapthist

from cxrstudy import phantom
from cxrstudy.audit.copy_candidates import (
    LOOKED_UP,
    Candidates,
    _Index,
    _sample,
    _voted,
    candidates,
    enlarged,
)
from cxrstudy.audit.keypoints import WIDTH, KeyPoints, key_points
from cxrstudy.audit.near_duplicate_pairs import difference, pairs_alike
from cxrstudy.pixels import decode
from tests.support.audited import recompressed, scenes
from tests.support.some import some

Images = np.ndarray


def _cropped(image: Images) -> Images:
    return image[18:-25, 12:-25]


def _shifted(image: Images) -> Images:
    return np.pad(image, ((12, 0), (0, 12)))[: len(image), -image.shape[1] :]


def _labelled(image: Images) -> Images:
    changed = image.copy()
    changed[20:70, 30:80] = 255
    return changed


CHANGES = {
    "recompressed": lambda image: recompressed(image, 40, 192, 0.7),
    "cropped": _cropped,
    "shifted": _shifted,
    "with a border": lambda image: np.pad(image, 12),
    "rotated": lambda image: rotate(image, 4, reshape=False, order=1),
    "labelled": _labelled,
    "mirrored": lambda image: image[:, ::-1],
    "turned": np.rot90,
    "inverted": lambda image: 255 - image,
    "mirrored, inverted and cropped": lambda image: 255 - _cropped(image)[:, ::-1],
}


@pytest.fixture(scope="module")
def radiographs() -> list[Images]:
    table = phantom.population.draw("target", 24, 3)
    return [phantom.read(path, 256) for path in table.drop_duplicates("patient")["path"]]


def test_a_copy_is_found_after_every_change(radiographs: list[Images]) -> None:
    copies = [change(image) for image, change in zip(radiographs, CHANGES.values(), strict=False)]
    shown = [decode.fit(np.ascontiguousarray(image), 64) for image in (*radiographs, *copies)]
    found = pairs_alike(np.stack(shown), np.ones(len(shown), bool))
    pairs = dict(zip(zip(found.first, found.second, strict=True), found.how, strict=True))
    expected = {(at, len(radiographs) + at): name for at, name in enumerate(CHANGES)}
    assert {expected[pair] for pair in expected if pair not in pairs} == set()
    for pair, name in some(expected.items()):
        for word in ("mirrored", "inverted", "turned by 90"):
            assert (word in pairs[pair]) == (word.split(" by")[0] in name)


def _label(image: Images, share: float, random: np.random.Generator) -> Images:
    changed, side = image.copy(), round(share * len(image))
    row, column = random.integers(0, len(image) - side, 2)
    changed[row : row + side, column : column + side] = random.choice([0, 255])
    return changed


def _cut(image: Images, most: float, random: np.random.Generator) -> Images:
    top, bottom, left, right = random.integers(0, round(most * len(image)), 4)
    return image[top : len(image) - bottom, left : len(image) - right]


def _moved(image: Images, most: float, random: np.random.Generator) -> Images:
    by = tuple(random.integers(-round(most * len(image)), round(most * len(image)), 2))
    return shift(image, by, order=0)


def _equalised(image: Images, limit: float, _: np.random.Generator) -> Images:
    return (255 * equalize_adapthist(image, clip_limit=limit)).astype(np.uint8)


#: Each change at a strength between two.
RANGES = {
    "crop": (_cut, 0.02, 0.1),
    "shift": (_moved, 0.01, 0.05),
    "border": (
        lambda image, share, random: np.pad(
            image, round(share * len(image)), constant_values=random.integers(256)
        ),
        0.01,
        0.1,
    ),
    "rotation": (
        lambda image, angle, random: rotate(
            image, angle * random.choice([-1, 1]), reshape=False, order=1
        ),
        0.5,
        5,
    ),
    "label": (_label, 0.05, 0.2),
    "CLAHE": (_equalised, 0.005, 0.05),
}


@pytest.mark.parametrize("second", [None, "mirrored", "inverted"])
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_copies_are_found_at_other_strengths(
    radiographs: list[Images], seed: int, second: str | None
) -> None:
    random = np.random.default_rng(seed)
    copies, names = [], []
    for name, (change, low, high) in RANGES.items():
        for image in radiographs[:8]:
            copy = change(image, random.uniform(low, high), random)
            copies.append(CHANGES[second](copy) if second else copy)
            names.append(name)
    shown = [decode.fit(np.ascontiguousarray(one), 64) for one in (*radiographs[:8], *copies)]
    found = pairs_alike(np.stack(shown), np.ones(len(shown), bool))
    pairs = set(zip(found.first, found.second, strict=True))
    missed = [name for at, name in enumerate(names) if (at % 8, 8 + at) not in pairs]
    assert len(missed) <= 1, missed
    assert all((second - first) % 8 == 0 for first, second in some(pairs))


def test_phantoms_of_different_patients_are_no_pair(radiographs: list[Images]) -> None:
    shown = np.stack([decode.fit(image, 64) for image in radiographs])
    assert len(pairs_alike(shown, np.ones(len(shown), bool)).first) == 0


def test_different_images_are_no_pair() -> None:
    found = pairs_alike(scenes(40, np.random.default_rng(3)), np.ones(40, bool))
    assert len(found.first) == 0


def test_unreadable_images_are_in_no_pair() -> None:
    images = np.repeat(scenes(1, np.random.default_rng(0)), 3, axis=0)
    found = pairs_alike(images, np.array([True, False, True]))
    assert list(zip(found.first, found.second, strict=True)) == [(0, 2)]


def test_few_images_and_images_without_detail_have_no_candidates() -> None:
    flat = np.tile(np.arange(64, dtype=np.uint8), (3, 64, 1))
    blank = np.full((3, 64, 64), 90, np.uint8)
    assert len(pairs_alike(flat[:1], np.ones(1, bool)).first) == 0
    assert len(pairs_alike(flat, np.ones(3, bool)).first) == 0
    assert len(pairs_alike(blank, np.ones(3, bool)).first) == 0
    assert len(candidates(scenes(1, np.random.default_rng(1))).first) == 0


def test_copies_are_found_among_many_images_without_detail() -> None:
    images = np.full((240, 64, 64), 90, np.uint8)
    images[[5, 230]] = scenes(1, np.random.default_rng(1))
    found = pairs_alike(images, np.ones(240, bool))
    assert (found.first.tolist(), found.second.tolist()) == ([5], [230])


def test_the_index_holds_the_key_points_nearly_as_they_were() -> None:
    images = scenes(12, np.random.default_rng(4))
    found = _Index(images, _sample(images)).points_of(5, 8)
    expected = key_points(images[5:8], LOOKED_UP)
    assert (found.image - 5).tolist() == expected.image.tolist()
    assert np.array_equal([found.x, found.y], [expected.x, expected.y])
    lost = ((found.description - expected.description) ** 2).sum(1)
    assert lost.mean() < 0.05  # of 1: components are left out that hold little


def _points(image: int, at: list[tuple[float, float]], sign: int = 1) -> KeyPoints:
    x, y = np.array(at, np.float32).T
    count = len(at)
    return KeyPoints(
        np.full(count, image, np.int32), np.arange(count, dtype=np.int16), x, y,
        np.full(count, sign, np.int8), np.zeros(count, np.int8),
        np.zeros((count, WIDTH * WIDTH), np.float32),
    )  # fmt: skip


def _vote(
    moved: list[tuple[float, float]], sign: int = 1, images: tuple[int, int] = (0, 1)
) -> Candidates:
    places = [(-8.0, -6.0), (7.0, 5.0), (-3.0, 9.0), (4.0, -10.0)][: len(moved)]
    there = [(x + right, y + down) for (x, y), (right, down) in zip(places, moved, strict=True)]
    mine, theirs = _points(images[0], places), _points(images[1], there, sign)
    each = np.arange(len(moved))
    return _voted(mine, each, theirs, each, 1.0)


@pytest.mark.parametrize(
    ("moved", "matches"),
    [
        ([(1, 2)] * 3, [3]),
        ([(1, 2)] * 2, []),
        ([(1, 2)] * 3 + [(-8, 2)], [3]),
        ([(0, 0), (2, 2), (2, 0)], [3]),
        ([(-4, 0), (4, 0), (0, 0)], []),
        ([(8.9, 0)] * 3, [3]),
        ([(9.0, 0)] * 3, []),
        ([(0, -9.0)] * 3, []),
    ],
)
def test_three_matches_that_agree_make_a_candidate(
    moved: list[tuple[float, float]], matches: list[int]
) -> None:
    assert _vote(moved).matches.tolist() == matches


def test_a_candidate_is_told_from_the_image_that_comes_first() -> None:
    for images, expected in (((0, 1), [1, 2]), ((1, 0), [-1, -2])):
        found = _vote([(1, 2)] * 3, -1, images)
        assert (found.first[0], found.second[0], found.sign[0]) == (0, 1, -1)
        assert found.mapping[0].tolist() == [[1, 0, expected[0]], [0, 1, expected[1]]]


def test_the_middle_is_enlarged_as_pillow_does() -> None:
    image = scenes(1, np.random.default_rng(2))
    edge = 64 / 12
    theirs = Image.fromarray(image[0]).transform(
        (64, 64), Image.Transform.EXTENT, (edge, edge, 64 - edge, 64 - edge),
        Image.Resampling.BILINEAR,
    )  # fmt: skip
    assert np.abs(enlarged(image)[0].astype(int) - np.asarray(theirs)).max() <= 1


@pytest.mark.parametrize(
    ("linear", "sign", "said"),
    [
        (np.eye(2), 1, ""),
        (np.diag([-1.0, 1]), 1, "mirrored"),
        (-np.eye(2), -1, "inverted, turned by 180 degrees"),
        (np.diag([1, 1.25]), 1, "cropped or with a border (1.25 times)"),
        (np.diag([0.8, 0.9]), 1, "cropped or with a border (1.25 times)"),
    ],
)
def test_a_difference_is_said_in_words(linear: Images, sign: float, said: str) -> None:
    assert difference(np.column_stack([linear, [1, 2]]), sign) == said
