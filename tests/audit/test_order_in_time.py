import numpy as np

from cxrstudy.audit import order_in_time as audited
from tests.support.audited import clean
from tests.support.planted import tie_date


def test_without_a_date_there_is_nothing_to_check() -> None:
    assert audited.check(clean("target").evidence()).state == "not applicable"


def test_a_label_that_follows_the_date_is_an_issue() -> None:
    made = clean("target")
    tie_date(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert "later than the first test image" in outcome.rows["what"].iloc[-1]


def test_a_test_of_later_patients_passes() -> None:
    made = clean("target")
    made.put(slice(None), date="2020")
    made.put(made.where(split="test"), date="2021-05-03")
    assert audited.check(made.evidence()).state == "pass"
    made.put(np.flatnonzero(made.tables["target"]["split"] == "train")[:1], date="2022")
    assert audited.check(made.evidence()).state == "note"
