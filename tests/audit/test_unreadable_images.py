import numpy as np

from cxrstudy.audit import unreadable_images as audited
from tests.support.audited import clean


def test_blank_and_unreadable_images_are_named() -> None:
    made = clean()
    made.images["target"][4] = 17
    made.images["target"][5] = np.random.default_rng(0).integers(100, 106, (64, 64))
    made.unreadable["general"] = {2: "PIX003 truncated or damaged"}
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 3)
    assert list(outcome.rows["what"].str[:6]) == ["blank:", "blank:", "PIX003"]
    assert list(outcome.rows["role"]) == ["target", "target", "general"]


def test_what_is_excluded_may_be_unreadable() -> None:
    made = clean()
    made.images["target"][4] = 17
    made.put(4, excluded="blank")
    assert audited.check(made.evidence()).state == "pass"
