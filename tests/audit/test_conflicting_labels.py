import pandas as pd
import pytest

from cxrstudy.audit import conflicting_labels as audited
from tests.support.audited import clean
from tests.support.planted import relabel_twin


def test_relabelled_copies_are_an_issue_unless_one_is_excluded() -> None:
    made = clean("target")
    relabel_twin(made)
    outcome = audited.check(made.evidence())
    assert outcome.state == "issue"
    assert "pairs of copies: 1" in outcome.detail
    assert outcome.rows["what"].str.contains("differs in normal, covid19").sum() == 1
    table = made.tables["target"]
    made.put(table.index[table["patient"].duplicated()][0], excluded="a copy")
    assert audited.check(made.evidence()).state == "note"


def test_what_is_excluded_without_a_label_contradicts_nothing() -> None:
    made = clean("target")
    relabel_twin(made)
    table = made.tables["target"]
    second = table.index[table["patient"].duplicated()][0]
    made.put(second, labels="", excluded="no label: unlabelled")
    assert audited.check(made.evidence()).state == "pass"


def test_a_patient_with_two_classes_is_noted() -> None:
    made = clean("target")
    made.put(made.where(patient="target-001")[0], labels="covid19")
    outcome = audited.check(made.evidence())
    assert (outcome.state, outcome.count) == ("note", 1)
    assert "normal" in outcome.rows["what"][0]
    assert "covid19" in outcome.rows["what"][0]


def test_findings_of_a_patient_may_come_and_go() -> None:
    made = clean("general")
    made.put(made.where("general", patient="general-001")[0], "general", labels="effusion")
    assert audited.check(made.evidence()).state == "pass"


@pytest.mark.parametrize(
    ("reading", "mse", "conflicts"),
    [("Normal", 1, True), ("Lung Opacity", 1, False), ("Normal", 50, False),
     ("No Lung Opacity / Not Normal", 1, False)],
)  # fmt: skip
def test_a_second_reading_is_compared(reading: str, mse: float, conflicts: bool) -> None:
    made = clean("pneumonia")
    row = made.where("pneumonia", labels="pneumonia")[0]
    made.put(row, "pneumonia", origin="nih@1:images/00019124_092.png")
    made.crosswalk = pd.DataFrame(
        {"rsna_id": "-", "nih_image": ["00019124_092.png"], "mse": mse, "rsna_class": reading}
    )
    assert (audited.check(made.evidence()).state == "note") is conflicts
