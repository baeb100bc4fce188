"""Answer: plain data in full precision, and a map that shows nothing is told from one that does."""

import json
from pathlib import Path

import pytest

from cxrstudy.explorer.case import NOTHING
from cxrstudy.predict.answer import PassedOver, Prediction, UnreadFile
from cxrstudy.unlike.image_warnings import ImageWarning


def prediction(**facts):
    usual = {
        "file": Path("a.png"), "width": 3, "height": 2, "probabilities": {"covid19": 1 / 3},
        "positive": {"covid19": None},
        "warnings": (ImageWarning("view", "it is a lateral"),), "explained": "covid19", "map": None,
    }  # fmt: skip
    return Prediction(**usual | facts)


def test_the_facts_can_be_written_and_no_probability_is_rounded():
    facts = prediction().facts
    assert json.loads(json.dumps(facts)) == facts
    assert facts["probabilities"] == {"covid19": 1 / 3}
    assert facts["warnings"] == [{"code": "view", "text": "it is a lateral"}]
    assert facts["map"] is None


@pytest.mark.parametrize(("peak", "nothing"), [(NOTHING / 2, True), (NOTHING, False)])
def test_a_map_says_what_it_is_of_and_whether_anything_speaks_for_it(peak, nothing):
    facts = prediction(map=Path("maps/a.png"), peak=peak).facts
    assert facts["map"] == {
        "of": "covid19", "file": str(Path("maps/a.png")), "peak": peak, "holds_nothing": nothing,
    }  # fmt: skip


def test_without_a_map_nothing_is_said_of_it():
    assert not prediction().holds_nothing


def test_what_is_not_answered_says_why():
    assert UnreadFile(Path("b"), "PIX003", "cut off").facts == {
        "file": "b", "code": "PIX003", "reason": "cut off",
    }  # fmt: skip
    assert PassedOver(Path("c"), "a program").facts == {"file": "c", "what": "a program"}
