from cxrstudy.audit import label_from_age_and_sex as audited
from tests.support.audited import clean
from tests.support.planted import tie_age


def test_a_tie_is_measured_where_it_is() -> None:
    made = clean()
    tie_age(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert set(outcome.rows["role"]) == {"target"}
    assert "Worst: role target, " in outcome.detail
    assert "balanced accuracy" in outcome.detail


def test_that_an_age_is_missing_tells_as_well() -> None:
    made = clean()
    made.put(made.where("pneumonia", labels="pneumonia"), "pneumonia", age=float("nan"))
    assert audited.check(made.evidence()).state == "issue"


def test_ages_and_sexes_that_nobody_knows_can_not_be_checked() -> None:
    made = clean()
    made.put(slice(None), "pneumonia", age=float("nan"), sex="unknown")
    assert audited.check(made.evidence()).state == "could not be checked"
