"""Laterals that a manifest declares, and images unlike all others, are told."""

import numpy as np

from cxrstudy.audit import laterals as audited
from tests.support.audited import Made, clean, scenes


def _alike() -> Made:
    """Images with a shape in common, as radiographs of chests."""
    made = clean("target")
    common = scenes(1, np.random.default_rng(3))[0]
    made.images["target"] = np.rint(0.8 * common + 0.2 * made.images["target"]).astype(np.uint8)
    return made


def test_a_lateral_is_told_while_it_is_used() -> None:
    made = clean("target")
    made.put([5, 9], view="lateral")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 2)
    assert outcome.rows["what"].tolist() == ["the manifest says: lateral"] * 2
    assert outcome.rows["id"].tolist() == made.tables["target"]["id"][[5, 9]].tolist()
    assert outcome.detail.startswith("Laterals by their manifest: 2.")
    made.put([5, 9], excluded="a lateral")
    left = audited.check(made.evidence())
    assert (left.state, left.advice) == ("pass", "Nothing to do.")


def test_an_image_that_is_like_no_other_is_told_and_one_that_is_turned_is_not() -> None:
    made = _alike()
    assert audited.check(made.evidence()).state == "pass"
    images = made.images["target"]
    images[7] = images[12] = np.where(np.arange(64) // 8 % 2, 60, 190)  # stripes
    images[8], images[9] = np.rot90(images[8], 2), 255 - images[9]
    made.put(7, view="lateral")
    made.put(11, view="lateral")
    outcome = audited.check(made.evidence())
    assert outcome.rows["what"].tolist() == [
        "the manifest says: lateral",
        "the manifest says: lateral",
        "like no frontal radiograph of a chest, in no position",
    ]
    assert outcome.rows["id"].tolist() == made.tables["target"]["id"][[7, 11, 12]].tolist()
    assert outcome.detail.endswith("Others, unlike frontal radiographs: 1.")
