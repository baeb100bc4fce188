"""Radiographs that were turned, inverted or damaged are told, and sound ones are not."""

import numpy as np
import pytest

from cxrstudy import phantom
from cxrstudy.audit import turned_or_inverted as audited
from cxrstudy.audit.likeness import LEAST, MARGIN, likeness
from tests.support.audited import clean, scenes


@pytest.fixture(scope="module")
def radiographs() -> np.ndarray:
    table = phantom.population.draw("target", 40, 5).drop_duplicates("patient")
    return np.stack([phantom.read(path, 64) for path in table["path"]])


def test_a_turned_and_an_inverted_radiograph_are_like_the_others_after_turning_back(
    radiographs: np.ndarray,
) -> None:
    images = radiographs.copy()
    images[0], images[1] = np.rot90(images[0]), np.rot90(images[1], 2)
    images[2] = 255 - images[2]
    images[3] = np.random.default_rng(0).integers(0, 255, (64, 64))
    like = likeness(images)
    assert like.is_common
    assert like.on_its_side[0] > like.upright[0] + MARGIN
    assert like.upside_down[1] > like.upright[1] + MARGIN
    assert like.inverted[2] > like.upright[2] + MARGIN
    assert like.upright[3] < LEAST
    others = np.max([like.on_its_side, like.upside_down, like.inverted], 0)[4:]
    assert (others < like.upright[4:] + MARGIN).all()


def test_images_without_a_common_shape_have_no_position() -> None:
    assert not likeness(scenes(60, np.random.default_rng(1))).is_common


@pytest.mark.parametrize("level", [0, 90, 200])
def test_blank_parts_and_noise_are_named(level: int) -> None:
    made = clean("target")
    made.images["target"][3, :, 30:] = level
    made.images["target"][8] = np.random.default_rng(2).integers(0, 255, (64, 64))
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 2)
    assert outcome.rows["what"][0].startswith("blank in 53")
    assert outcome.rows["what"][0].endswith("% of its columns")
    assert outcome.rows["what"][1].startswith("noise")
