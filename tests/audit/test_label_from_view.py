from cxrstudy.audit import label_from_view as audited
from tests.support.audited import clean
from tests.support.planted import tie_view


def test_a_tie_is_measured_where_it_is() -> None:
    made = clean()
    tie_view(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert set(outcome.rows["role"]) == {"target"}
    assert "Worst: role target, " in outcome.detail
    assert "balanced accuracy" in outcome.detail


def test_views_that_nobody_knows_can_not_be_checked() -> None:
    made = clean()
    made.put(slice(None), "pneumonia", view="unknown")
    outcome = audited.check(made.evidence())
    assert outcome.state == "could not be checked"
    assert list(outcome.rows["role"]) == ["pneumonia"]
