"""Copies are found after every change alone, and images that are no copies are not."""

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import rotate

from cxrstudy import phantom
from cxrstudy.audit.copy_candidates import candidates, enlarged
from cxrstudy.audit.near_duplicate_pairs import difference, pairs_alike
from cxrstudy.pixels import decode
from tests.support.audited import recompressed, scenes

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
    """Phantoms; a few different ones pass for copies, so only what must be found is tested."""
    table = phantom.population.draw("target", 24, 3)
    return [phantom.read(path, 256) for path in table.drop_duplicates("patient")["path"]]


def test_a_copy_is_found_after_every_change(radiographs: list[Images]) -> None:
    copies = [change(image) for image, change in zip(radiographs, CHANGES.values(), strict=False)]
    shown = [decode.fit(np.ascontiguousarray(image), 64) for image in (*radiographs, *copies)]
    found = pairs_alike(np.stack(shown), np.ones(len(shown), bool))
    pairs = dict(zip(zip(found.first, found.second, strict=True), found.how, strict=True))
    expected = {(at, len(radiographs) + at): name for at, name in enumerate(CHANGES)}
    assert {expected[pair] for pair in expected if pair not in pairs} == set()
    for pair, name in expected.items():
        for word in ("mirrored", "inverted", "turned by 90"):
            assert (word in pairs[pair]) == (word.split(" by")[0] in name)


def test_different_images_are_no_pair() -> None:
    found = pairs_alike(scenes(40, np.random.default_rng(3)), np.ones(40, bool))
    assert len(found.first) == 0


def test_unreadable_images_are_in_no_pair() -> None:
    images = np.repeat(scenes(1, np.random.default_rng(0)), 3, axis=0)
    found = pairs_alike(images, np.array([True, False, True]))
    assert list(zip(found.first, found.second, strict=True)) == [(0, 2)]


def test_few_images_and_images_without_detail_have_no_candidates() -> None:
    flat = np.tile(np.arange(64, dtype=np.uint8), (3, 64, 1))
    assert len(pairs_alike(flat[:1], np.ones(1, bool)).first) == 0
    assert len(candidates(scenes(1, np.random.default_rng(1))).first) == 0


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
    ],
)
def test_a_difference_is_said_in_words(linear: Images, sign: float, said: str) -> None:
    assert difference(np.column_stack([linear, [1, 2]]), sign) == said
