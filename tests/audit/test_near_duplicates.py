from itertools import product

import numpy as np
import pytest

from cxrstudy.audit import near_duplicates as audited
from cxrstudy.audit.thumbnails import PIXELS
from cxrstudy.pixels import decode
from tests.support.audited import Made, clean, recompressed, scenes

SLOW = pytest.mark.slow


def _with_copy(large: np.ndarray, copy: np.ndarray) -> Made:
    made = clean("target")
    train = made.where(split="train", labels="normal")[0]
    test = made.where(split="test", labels="normal")[0]
    for row, image in ((train, large), (test, copy)):
        made.images["target"][row] = decode.fit(image, PIXELS)
        made.put(row, width=image.shape[1], height=image.shape[0])
    return made


#: Quality, side and gamma of a copy: each of their values with each of the others. The long tests
#: try all of them; two stand for them.
CHANGES = [
    pytest.param(*change, marks=[] if change in ((40, 256, 0.7), (95, 384, 1.4)) else SLOW)
    for change in product((40, 95), (256, 384), (0.7, 1.4))
]


@pytest.mark.parametrize(("quality", "side", "gamma"), CHANGES)
def test_resized_recompressed_and_brightened_copies_are_found(
    quality: int, side: int, gamma: float
) -> None:
    large = scenes(1, np.random.default_rng(quality), 384)[0]
    made = _with_copy(large, recompressed(large, quality, side, gamma))
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)


def test_the_square_cut_from_the_middle_is_found() -> None:
    large = scenes(1, np.random.default_rng(3), 384)[0]
    wide = large[32:352]
    outcome = audited.check(_with_copy(wide, wide[:, 32:352]).evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)


def test_a_window_that_cuts_off_both_ends_is_seen_through() -> None:
    large = scenes(1, np.random.default_rng(4), 384)[0]
    low, high = np.quantile(large, [0.05, 0.95])
    window = np.clip((large - low) / (high - low), 0, 1) * 255
    outcome = audited.check(_with_copy(large, window.astype(np.uint8)).evidence())
    assert outcome.count == 1


def test_an_identical_pair_is_not_told_twice() -> None:
    large = scenes(1, np.random.default_rng(4), 384)[0]
    assert audited.check(_with_copy(large, large).evidence()).state == "pass"


def test_a_copy_from_another_source_known_as_one_patients_is_noted() -> None:
    large = scenes(1, np.random.default_rng(8), 384)[0]
    made = _with_copy(large, recompressed(large))
    rows = [made.where(split=split, labels="normal")[0] for split in ("train", "test")]
    made.put(rows, patient="one", split="train")
    made.put(rows[0], source="alder")
    made.put(rows[1], source="birch")
    assert audited.check(made.evidence()).state == "note"
