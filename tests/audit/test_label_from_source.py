from cxrstudy.audit import label_from_source as audited
from tests.support.audited import clean
from tests.support.planted import tie_source


def test_a_tie_is_measured_where_it_is() -> None:
    made = clean()
    tie_source(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert set(outcome.rows["role"]) == {"target"}
    assert "Worst: role target, " in outcome.detail
    assert "balanced accuracy" in outcome.detail


def test_one_source_tells_nothing() -> None:
    made = clean()
    for role in made.tables:
        made.put(slice(None), role, source="alder")
    assert audited.check(made.evidence()).state == "not applicable"
