from cxrstudy.audit import label_from_border as audited
from tests.support.audited import clean
from tests.support.planted import mark_border


def test_a_tie_is_measured_where_it_is() -> None:
    made = clean()
    mark_border(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert set(outcome.rows["role"]) == {"target"}
    assert "Worst: role target, " in outcome.detail
    assert "balanced accuracy" in outcome.detail


def test_what_is_inside_is_not_looked_at() -> None:
    made = clean()
    made.images["target"][made.where(labels="covid19"), 1:-1, 1:-1] //= 2
    assert audited.check(made.evidence()).state == "pass"
