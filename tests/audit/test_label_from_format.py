from cxrstudy.audit import label_from_format as audited
from tests.support.audited import clean
from tests.support.planted import tie_size


def test_a_tie_is_measured_where_it_is() -> None:
    made = clean()
    tie_size(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert set(outcome.rows["role"]) == {"target"}
    assert "Worst: role target, " in outcome.detail
    assert "balanced accuracy" in outcome.detail


def test_the_original_files_ending_counts_before_the_copys() -> None:
    made = clean()
    rows = made.where("pneumonia", labels="pneumonia")
    made.put(slice(None), "pneumonia", origin="somewhere@1:image.png")
    assert audited.check(made.evidence()).state == "pass"
    made.put(rows, "pneumonia", origin="somewhere@1:image.JPG")
    assert audited.check(made.evidence()).state == "issue"
